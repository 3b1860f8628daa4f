"""Lax typing: what pydantic's default mode makes of `"0.5"`, `true` or `1` where the document wants another type.

Many servers run it, so that one of them breaks a few hundred prohibitions in one and the same way. Bodies of that kind
are told apart here, and one requirement speaks of them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

Path = tuple[str | int, ...]

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off"})

MOST = 64
"""Scalars of a body that are looked at; a generated body has far fewer."""


def coerces(body: Any, allowed: Callable[[Any], bool]) -> bool:
    """`allowed` would hold for `body` if one of its scalars, or all that can, were read as another type."""
    return any(allowed(read) for read in readings_of(body))


def readings_of(body: Any) -> Iterator[Any]:
    """Copies of `body` in which one scalar, or each that can be, is of another type."""
    places = [(path, readings) for path, value in _scalars(body, ()) if (readings := list(_readings(value)))][:MOST]
    for path, readings in places:
        yield from (_with(body, path, reading) for reading in readings)
    if len(places) > 1:
        yield from (_all(body, places, kind) for kind in (bool, int, float))


def _scalars(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _scalars(child, (*path, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _scalars(child, (*path, index))
    else:
        yield path, value


def _readings(value: Any) -> Iterator[bool | int | float]:
    """The values of other types that a lax reader may take the scalar for."""
    if isinstance(value, bool):
        yield int(value)
    elif isinstance(value, int | float):
        if value in (0, 1):
            yield bool(value)
    elif isinstance(value, str):
        yield from _of_text(value.strip().lower())


def _of_text(text: str) -> Iterator[bool | int | float]:
    if text in _TRUE or text in _FALSE:
        yield text in _TRUE
    try:
        number = float(text)
    except ValueError:
        return
    if not math.isfinite(number):
        yield 0.5  # a float that JSON cannot say: any other stands for it
        return
    if number.is_integer():
        yield int(number)
    yield number


def _with(value: Any, path: Path, reading: Any) -> Any:
    """A copy of `value` with `reading` at `path`; what lies beside it is shared."""
    if not path:
        return reading
    copied = value.copy()
    copied[path[0]] = _with(value[path[0]], path[1:], reading)
    return copied


def _all(body: Any, places: list[tuple[Path, list[Any]]], kind: type) -> Any:
    for path, readings in places:
        chosen = next((reading for reading in readings if type(reading) is kind), None)
        if chosen is not None:
            body = _with(body, path, chosen)
    return body
