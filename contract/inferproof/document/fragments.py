"""Fragments of a contract: the node at a pointer without what lies below it, and the hash that a lock pins."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from inferproof.document import pointers
from inferproof.document.errors import DocumentError

LOCK = "requirements.lock"
"""The file of a contract's folder that has the hash of each fragment that a person has read."""

_PIN = re.compile(r"([0-9a-f]{16}) ((?:published|corrected)#(?:/.*)?)")

CONTAINERS = ("components", "content", "paths", "properties", "requestBody", "responses", "schemas")
"""Members whose values are nodes that are cited for themselves: of these, a node has the names only."""


def own(node: Any, pointer: str) -> Any:
    """The node without what lies below it: of its named children only their names."""
    if not isinstance(node, dict):
        return node
    if pointers.split(pointer)[-1:] and pointers.split(pointer)[-1] in CONTAINERS:
        return sorted(node)
    return {
        name: sorted(value) if name in CONTAINERS and isinstance(value, dict) else value for name, value in node.items()
    }


def hash_of(node: Any, pointer: str) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of the node's own JSON."""
    text = json.dumps(own(node, pointer), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_pins(text: str, source: str) -> dict[str, str]:
    """`layer#pointer` to hash, of a lock's text. Raises DocumentError."""
    pins = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        row = _PIN.fullmatch(line)
        if row is None:
            raise DocumentError(
                f"{source}:{number}: expected a hash of sixteen hexadecimal digits, a space, and `published#/…` or "
                "`corrected#/…`; `inferproof catalogue accept` writes the file anew once it is removed"
            )
        pins[row[2]] = row[1]
    return pins
