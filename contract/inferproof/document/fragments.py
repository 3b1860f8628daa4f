"""Fragments of a contract: the node at a pointer without what lies below it, and the hash that a lock pins."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from inferproof.document import pointers
from inferproof.document.errors import DocumentError

LOCK = "requirements.lock"
"""The file of a contract's folder that has the hash of each fragment that a person has read."""

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
    rows = [line.split(" ", 1) for line in text.splitlines() if line and not line.startswith("#")]
    if not all(len(row) == 2 for row in rows):
        raise DocumentError(f"{source}: expected a hash, a space and a fragment on each line")
    return {fragment: hash for hash, fragment in rows}
