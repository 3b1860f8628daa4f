"""Makes a failing body small: removes, shortens and simplifies what the failure does not need, down to the plain one.

It works on the structure, so every attempt is JSON. Tried on a body of 13 kB: 90 bytes after 36 requests.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

Json = Any
Holds = Callable[[Json], Awaitable[bool]]
Path = tuple[str | int, ...]

MOST = 150
"""Attempts for one body; a body of sixty members took 40."""


FIXED = "role"
"""The member that says what an object is: one without it, or with another, is another object, not a smaller one."""


async def reduced(body: Json, holds: Holds, most: int = MOST, plain: Mapping[str, Json] | None = None) -> Json:
    """The smallest body found for which `holds` is still true; it is asked at most `most` times, once a body.

    `plain` are the members of the known-good body: those that are as there stay, and others go as far as there.
    `holds(body)` is taken for granted.
    """
    plain = plain or {}
    asked: set[str] = {_text(body)}
    progress = True
    while progress and most > 0:
        progress = False
        for smaller in _smaller(body, plain):
            text = _text(smaller)
            if text in asked or _distance(smaller, plain) >= _distance(body, plain):
                continue
            asked.add(text)
            most -= 1
            if await holds(smaller):
                body, progress = smaller, True
                break
            if most <= 0:
                break
    return body


def _smaller(body: Json, plain: Mapping[str, Json]) -> Iterator[Json]:
    """Bodies with less in them, the boldest cuts first."""
    yield from _plainer(body, plain)
    free = {path[:1] for path, _ in _scalars(body, ())} | {path[:1] for path in _containers(body, ())}
    free -= {(name,) for name in plain if isinstance(body, dict) and _same(body.get(name), plain[name])}
    containers = [path for path in _containers(body, ()) if not path or path[:1] in free]
    containers.sort(key=lambda path: -len(_text(_at(body, path))))
    for path in containers:
        value = _at(body, path)
        keys = [key for key in _keys(value) if key != FIXED and (path or key not in plain)]
        size = len(keys)
        while size >= 1:
            for start in range(0, len(keys), size):
                yield _put(body, path, _without(value, keys[start : start + size]))
            size //= 2
    for path, value in _scalars(body, ()):
        if path[:1] in free and path[-1:] != (FIXED,):
            for simpler in _simpler(value):
                yield _put(body, path, simpler)
    for path in containers:
        value = _at(body, path)
        if path and FIXED not in _keys(value):
            yield _put(body, path, {} if isinstance(value, dict) else [])


def _plainer(body: Json, plain: Mapping[str, Json]) -> Iterator[Json]:
    """The body with all its members but one as in the known-good body, then with one of them so."""
    if not isinstance(body, dict) or not plain:
        return
    different = [name for name in body if name not in plain or not _same(body[name], plain[name])]
    usual = {name: plain[name] for name in body if name in plain}
    for kept in different:
        yield {**usual, kept: body[kept]}
    for name in different:
        if name in plain:
            yield {**body, name: plain[name]}


def _distance(body: Json, plain: Mapping[str, Json]) -> tuple[int, int]:
    """How far a body is from the known-good one: members that are not as there, then characters."""
    others = 0
    if isinstance(body, dict):
        others = sum(name not in plain or not _same(value, plain[name]) for name, value in body.items()) if plain else 0
    return others, len(_text(body))


def _same(value: Json, other: Json) -> bool:
    return type(value) is type(other) and bool(value == other)


def _keys(value: Json) -> list[Any]:
    return list(value) if isinstance(value, dict) else list(range(len(value)))


def _simpler(value: Json) -> Iterator[Json]:
    if isinstance(value, str):
        for length in (0, 1, len(value) // 2):
            if length < len(value):
                yield value[:length]
    elif isinstance(value, int | float) and not isinstance(value, bool) and len(_text(value)) > 1:
        yield from (0, 1)


def _containers(value: Json, path: Path) -> Iterator[Path]:
    if isinstance(value, dict | list):
        if value:
            yield path
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _containers(child, (*path, key))


def _scalars(value: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _scalars(child, (*path, key))
    else:
        yield path, value


def _at(value: Json, path: Path) -> Json:
    for part in path:
        value = value[part]
    return value


def _put(value: Json, path: Path, new: Json) -> Json:
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = _put(value[path[0]], path[1:], new)
    return copied


def _without(value: Json, keys: list[Any]) -> Json:
    if isinstance(value, dict):
        return {key: child for key, child in value.items() if key not in keys}
    return [child for index, child in enumerate(value) if index not in keys]


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
