"""Which handler answers which role of `document/roles.py`: an operation is known by its role, never by its path."""

from __future__ import annotations

from collections.abc import Callable

from inferproof.document.contract import Contract
from inferproof.front.attributes import attributes
from inferproof.front.backend import Backend
from inferproof.front.chat import chat, chat_core
from inferproof.front.discovery import configs, embedding_models, models, ping, status
from inferproof.front.embeddings import embeddings
from inferproof.front.legacy import legacy, legacy_stream
from inferproof.front.response import Handler

HANDLERS: dict[str, Callable[[Contract, Backend], Handler]] = {
    "chat": chat,
    "chat.openai-path": chat_core,
    "chat.legacy": legacy,
    "chat.legacy.stream": legacy_stream,
    "attributes": attributes,
    "embeddings": embeddings,
    "models": models,
    "models.embedding": embedding_models,
    "configs": configs,
    "status": status,
    "ping": ping,
}
