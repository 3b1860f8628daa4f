"""What is sent: one module for each part of the API. Importing this package fills the catalogue of probes."""

from inferproof.probes import (
    auth,
    chat,
    errors,
    status,
    usage,
)
from inferproof.probes.probe import PROBES

__all__ = ["PROBES", "auth", "chat", "errors", "status", "usage"]
