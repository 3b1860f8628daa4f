"""What must hold: one module for each part of the API. Importing this package fills the catalogue."""

from inferproof.requirements import (
    auth,
    chat_reply,
    chat_request,
    errors,
    status,
    usage,
)
from inferproof.requirements.requirement import CATALOGUE

__all__ = ["CATALOGUE", "auth", "chat_reply", "chat_request", "errors", "status", "usage"]
