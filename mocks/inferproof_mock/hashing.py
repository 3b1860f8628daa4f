"""Deterministic numbers from anything: the simulated model's only source of chance."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_MASK = (1 << 64) - 1


def digest(*parts: Any) -> str:
    """32 hexadecimal digits that depend on every part; parts are JSON values."""
    return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=16).hexdigest()


def number(*parts: Any) -> int:
    """A 64-bit number that depends on every part."""
    return int(digest(*parts)[:16], 16)


def mix(state: int, value: int) -> int:
    """The next 64-bit state after `value` (splitmix64's finalizer, because it is cheap and mixes well)."""
    state = (state + value + 0x9E3779B97F4A7C15) & _MASK
    state = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ state >> 27) * 0x94D049BB133111EB) & _MASK
    return state ^ state >> 31
