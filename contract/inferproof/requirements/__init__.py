"""What must hold: one module for each part of the API. Importing this package fills the catalogue."""

from inferproof.requirements import (
    attributes,
    auth,
    chat_messages,
    chat_reply,
    chat_request,
    discovery,
    embeddings,
    errors,
    legacy,
    legacy_stream,
    openai_path,
    status,
    transport,
    usage,
    vectors,
)
from inferproof.requirements.requirement import CATALOGUE

__all__ = [
    "CATALOGUE",
    "attributes",
    "auth",
    "chat_messages",
    "chat_reply",
    "chat_request",
    "discovery",
    "embeddings",
    "errors",
    "legacy",
    "legacy_stream",
    "openai_path",
    "status",
    "transport",
    "usage",
    "vectors",
]
