"""What takes seconds to work out from a contract is kept in the user's cache folder, for the code that did it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache as once
from pathlib import Path
from typing import Any

from inferproof.document import Contract, cache

PACKAGE = Path(__file__).parents[1]


def kept(name: str, contract: Contract, make: Callable[[], list[Any]]) -> list[Any]:
    """What `make` says of the contract, as JSON has it. `name` says what that is, and whatever else it depends on."""
    documents = contract.digest.removeprefix("sha256:") + contract.facts_digest.removeprefix("sha256:")[:16]
    key = f"{name}-{documents}-{_code()}"
    known = cache.read(key)
    if not isinstance(known, list):
        known = make()
        cache.write(key, known)
    return known


@once
def _code() -> str:
    """Of all code: whether a body must be accepted or refused is said in many places."""
    said = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        said.update(path.read_bytes())
    return said.hexdigest()[:16]
