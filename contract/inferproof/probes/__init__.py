"""What is sent: one module for each part of the API. Importing this package fills the catalogue of probes."""

from inferproof.probes import (
    attributes,
    auth,
    chat,
    chat_messages,
    discovery,
    embeddings,
    errors,
    lax,
    legacy,
    logprobs,
    openai_path,
    sampling,
    status,
    stream,
    structured_output,
    tools,
    usage,
)
from inferproof.probes.probe import PROBES

__all__ = [
    "PROBES",
    "attributes",
    "auth",
    "chat",
    "chat_messages",
    "discovery",
    "embeddings",
    "errors",
    "lax",
    "legacy",
    "logprobs",
    "openai_path",
    "sampling",
    "status",
    "stream",
    "structured_output",
    "tools",
    "usage",
]
