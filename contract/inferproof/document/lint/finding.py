"""What the linter says of a document, and the rules by which it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RULES: Mapping[str, str] = {
    "json": "A .json file that is YAML and not JSON, or a member that stands twice in its object: readers differ.",
    "ref": "A reference that leads nowhere.",
    "openapi": "What OpenAPI's own schema and rules forbid.",
    "schema": "A schema that is no JSON Schema.",
    "example": "An example that breaks its schema, or that is text where JSON is meant.",
    "default": "A default that its own schema or enum refuses, or that is quoted twice.",
    "stream": "An example of a stream that no client could read, or a request to stream that no reply answers.",
    "header": "A header that OpenAPI tells every reader to ignore.",
    "security": "Credentials that no client can have, that nobody declares, or that an open operation asks for.",
    "echo": "An error whose body is that of the request.",
    "media": "A media type that cannot carry what its schema describes.",
    "sample": "A sample of a call whose body the operation's own schema refuses.",
    "server": "A server's variable that is not declared, or whose default is none of its values.",
}
"""Each rule, and what it finds."""


@dataclass(frozen=True)
class Finding:
    """One fault of a document: where, by which of the `RULES`, and what is wrong and what follows."""

    pointer: str
    rule: str
    message: str
