"""A path through the schemas of a document: from a JSON value's schema to that of a datum in it.

`citations.py` has the spelling. A path leads through `$ref`, `allOf` and unions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inferproof.document import pointers

Json = dict[str, Any]


class NotThere(KeyError):
    """A contract has nothing at a citation; the text says what is missing."""

    def __str__(self) -> str:
        return str(self.args[0])


class Walk:
    """Follows a path through schemas."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def all(self, start: str, path: str) -> list[str]:
        """The pointers that a path leads to. Raises NotThere."""
        if start.rpartition("/parameters/")[1]:
            return [start]
        place = start
        steps = _steps(path)
        for step in steps:
            if step == "*":
                found = [name for branch in self._branches(place) for name in self._members(branch)]
                if not found:
                    raise NotThere(f"it has no members at {path!r}")
                return found
            if step == "":
                return [self._whole(place)]
            place = self._step(place, step, path)
        return [place]

    def schemas(self, start: str) -> list[Json]:
        """The object schemas that the one at `start` is made of, through references, `allOf` and unions."""
        return [self._node(branch) for branch in self._branches(start)]

    def bounded(self, place: str) -> bool:
        """The schema of a number sets a bound."""
        limits = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
        return any(limits & node.keys() for node in self.schemas(place))

    def _step(self, place: str, step: str, path: str) -> str:
        name, selector = _selected(step)
        keyword = {"[]": "items", "{}": "additionalProperties"}.get(name)
        for branch in self._branches(place) if name else ():
            node = self._node(branch)
            if keyword is not None and isinstance(node.get(keyword), dict):
                place = pointers.join(branch, keyword)
                break
            if keyword is None and name in node.get("properties", {}):
                place = pointers.join(branch, "properties", name)
                break
        else:
            if name:
                raise NotThere(f"its schema has no {step!r} on the way to {path!r}")
        return self._choose(place, selector, path) if selector else place

    def _choose(self, place: str, selector: str, path: str) -> str:
        if selector[0] == "|":
            found = (one for one in self._branches(place) if selector[1:] in self._node(one).get("properties", {}))
        else:
            found = (one for one in self._alternatives(place) if self._fits(self._node(one), one, selector))
        if (chosen := next(found, None)) is not None:
            return chosen
        raise NotThere(f"no branch of its union is {selector!r} on the way to {path!r}")

    def _fits(self, node: Json, branch: str, selector: str) -> bool:
        if selector[0] == ":":
            return selector[1:] in _listed(node.get("type"))
        member, _, value = selector.partition("=")
        if not member:
            return value in _constants(node)
        here = next(
            (
                self._node(one).get("properties", {})[member]
                for one in self._branches(branch)
                if member in self._node(one).get("properties", {})
            ),
            None,
        )
        return isinstance(here, dict) and value in _constants(here)

    def _whole(self, place: str) -> str:
        """What a property refers to: through its `$ref`, and through a union with null."""
        place = pointers.follow(self._document, place)
        real = [branch for branch in self._alternatives(place) if self._node(branch).get("type") != "null"]
        return pointers.follow(self._document, real[0]) if len(real) == 1 else place

    def _branches(self, place: str, depth: int = 0) -> Iterator[str]:
        """The schema at `place` and those that it is made of, what refines before what is refined."""
        place = pointers.follow(self._document, place)
        node = pointers.resolve(self._document, place)
        if not isinstance(node, dict) or depth > 16:
            return
        yield place
        for keyword, order in (("allOf", -1), ("anyOf", 1), ("oneOf", 1)):
            for index in range(len(node.get(keyword, ())))[::order]:
                yield from self._branches(pointers.join(place, keyword, index), depth + 1)

    def _alternatives(self, place: str) -> Iterator[str]:
        place = pointers.follow(self._document, place)
        node = pointers.resolve(self._document, place)
        for keyword in ("anyOf", "oneOf"):
            for index in range(len(node.get(keyword, ()))):
                inner = pointers.join(place, keyword, index)
                nested = [*self._alternatives(inner)]
                yield from nested or [inner]

    def _members(self, branch: str) -> list[str]:
        return [pointers.join(branch, "properties", name) for name in self._node(branch).get("properties", {})]

    def _node(self, place: str) -> Json:
        found = pointers.resolve(self._document, pointers.follow(self._document, place))
        return found if isinstance(found, dict) else {}


def _steps(path: str) -> list[str]:
    if not path:
        return []
    if path == "/":
        return [""]
    return path.removeprefix("/").split("/")


def _selected(step: str) -> tuple[str, str]:
    """A step and its selector: `[]` and `role=user` of `[role=user]`, `stop` and `:array` of `stop:array`."""
    if step.startswith("[") and step != "[]":
        return "[]", step[1:-1]
    for mark in ("=", ":", "|"):
        name, found, value = step.partition(mark)
        if found:
            return pointers.unescape(name), mark + value
    return pointers.unescape(step), ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _constants(node: Json) -> list[Any]:
    return [*([node["const"]] if "const" in node else []), *node.get("enum", ())]
