"""A JSON value that a stranger sent, read by type: what is not there is a skip, and no bug of ours.

    usage = reply.value("/usage")                    # Missing: no value at /usage
    usage.integer("/total_tokens")                       # Missing: no integer at /usage/total_tokens
    usage.integer("/prompt_tokens_details/cached_tokens", 0)

A path is a JSON pointer (RFC 6901) below the value. A default stands for what is absent or null, never for a value of
another type: the schema requirements name that, and others have nothing to say of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, overload

from inferproof.document import pointers

T = TypeVar("T")

_INDEX = re.compile(r"(?<=/)[0-9]+(?=/|$)")
"""It is tried once for each slash: a server may name a member with a million digits."""

LONGEST_REASON = 160
"""Characters of a reason: a pointer may hold names that a server chose."""


class Skip(Exception):
    """A requirement has nothing to say of an exchange; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason[:LONGEST_REASON]


class NotClaimed(Skip):
    """What it takes to tell rests on a capability that the target does not claim."""


class Missing(Skip):
    """There is no value of that type at `pointer`."""

    def __init__(self, wanted: str, pointer: str) -> None:
        super().__init__(f"no {wanted} at {_INDEX.sub('[]', pointer) or 'the top'}")
        self.pointer = pointer


class _Required:
    pass


_REQUIRED = _Required()


@dataclass(frozen=True)
class Value:
    """`raw` is the JSON value, `at` the JSON pointer where it stands in its message."""

    raw: Any
    at: str = ""

    def has(self, path: str) -> bool:
        """There is a member or an item at `path`, be it null."""
        return self._find(path) is not _REQUIRED

    def get(self, path: str, default: Any = None) -> Any:
        """The raw value at `path`, of any type; `default` for what is absent or null."""
        found = self._find(path)
        return default if found is None or found is _REQUIRED else found

    def find(self, path: str) -> Value | None:
        """The value at `path`; None for what is absent or null. Raises Missing where there is no way to `path`."""
        found = self._read(path)
        return None if found is None else Value(found, self.at + path)

    def value(self, path: str) -> Value:
        """The value at `path`, be it null. Raises Missing."""
        found = self._find(path)
        if found is _REQUIRED:
            raise Missing("value", self.at + path)
        return Value(found, self.at + path)

    @overload
    def integer(self, path: str = "") -> int: ...
    @overload
    def integer(self, path: str, default: T) -> int | T: ...
    def integer(self, path: str = "", default: Any = _REQUIRED) -> Any:
        """An integer: 1.0 is one (JSON Schema 2020-12 §6.1.1), true is none. Raises Missing."""
        found = self._typed("integer", path, default)
        if isinstance(found, float) and found.is_integer():
            return int(found)
        return self._check(isinstance(found, int) and not isinstance(found, bool), found, "integer", path, default)

    @overload
    def number(self, path: str = "") -> float: ...
    @overload
    def number(self, path: str, default: T) -> float | T: ...
    def number(self, path: str = "", default: Any = _REQUIRED) -> Any:
        """A number that a float can hold. Raises Missing, also for an integer of 400 digits."""
        found = self._typed("number", path, default)
        fits = is_number(found) and (isinstance(found, float) or -1e300 < found < 1e300)
        return self._check(fits, found, "number", path, default)

    @overload
    def string(self, path: str = "") -> str: ...
    @overload
    def string(self, path: str, default: T) -> str | T: ...
    def string(self, path: str = "", default: Any = _REQUIRED) -> Any:
        """Raises Missing."""
        found = self._typed("string", path, default)
        return self._check(isinstance(found, str), found, "string", path, default)

    @overload
    def boolean(self, path: str = "") -> bool: ...
    @overload
    def boolean(self, path: str, default: T) -> bool | T: ...
    def boolean(self, path: str = "", default: Any = _REQUIRED) -> Any:
        """Raises Missing."""
        found = self._typed("boolean", path, default)
        return self._check(isinstance(found, bool), found, "boolean", path, default)

    def items(self, path: str = "", *, optional: bool = False) -> list[Value]:
        """The items of an array; none for what is absent or null, where `optional`. Raises Missing."""
        found = self._typed("array", path, [] if optional else _REQUIRED)
        if not isinstance(found, list):
            raise Missing("array", self.at + path)
        return [Value(item, f"{self.at}{path}/{index}") for index, item in enumerate(found)]

    def members(self, path: str = "", *, optional: bool = False) -> dict[str, Value]:
        """The members of an object by name; none for what is absent or null, where `optional`. Raises Missing."""
        found = self._typed("object", path, {} if optional else _REQUIRED)
        if not isinstance(found, dict):
            raise Missing("object", self.at + path)
        return {name: Value(value, pointers.join(self.at + path, name)) for name, value in found.items()}

    def object(self, path: str = "") -> Value:
        """The value at `path`, which is an object. Raises Missing."""
        found = self._typed("object", path, _REQUIRED)
        if not isinstance(found, dict):
            raise Missing("object", self.at + path)
        return Value(found, self.at + path)

    def __iter__(self) -> Iterator[Value]:
        return iter(self.items())

    def _typed(self, wanted: str, path: str, default: Any) -> Any:
        found = self._read(path) if path else self.raw
        if found is None:
            if default is _REQUIRED:
                raise Missing(wanted, self.at + path)
            return default
        return found

    def _check(self, holds: bool, found: Any, wanted: str, path: str, default: Any) -> Any:
        if holds or found is default:
            return found
        raise Missing(wanted, self.at + path)

    def _read(self, path: str) -> Any:
        """The raw value at `path`, None for what is absent.

        Raises Missing where a scalar is on the way, or an array in the place of an object.
        """
        node = self.raw
        for part in parts(path):
            if node is None:
                return None
            if isinstance(node, dict):
                node = node.get(part)
            elif isinstance(node, list) and part.isdigit():
                node = _item(node, part, None)
            else:
                raise Missing("value", self.at + path)
        return node

    def _find(self, path: str) -> Any:
        """The raw value at `path`, _REQUIRED where there is none."""
        node = self.raw
        for part in parts(path):
            if isinstance(node, dict):
                node = node.get(part, _REQUIRED)
            elif isinstance(node, list):
                node = _item(node, part, _REQUIRED)
            else:
                return _REQUIRED
        return node


def is_number(value: Any) -> bool:
    """JSON knows numbers and booleans apart; Python does not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@lru_cache(maxsize=1024)
def parts(path: str) -> tuple[str, ...]:
    """The parts of a path. Raises ValueError where it is no JSON pointer: then it is our slip, and no skip."""
    if path and not path.startswith("/"):
        raise ValueError(f"{path!r} is no JSON pointer: it must be empty or begin with '/'")
    return tuple(pointers.split(path))


def _item(node: list[Any], part: str, absent: Any) -> Any:
    index = int(part) if part.isascii() and part.isdigit() and len(part) < 10 else len(node)
    return node[index] if index < len(node) else absent
