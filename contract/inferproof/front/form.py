"""What a reply must not have by its schema, left out: members of a closed object, and null where there can be none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inferproof.document import objects, pointers
from inferproof.document.contract import Contract

_DEEPEST = 8
"""Levels of a reply that are looked at."""


@dataclass(frozen=True)
class Form:
    """What is known of a value. `members` are all that an object may have, None where it may have any.

    `filled` are optional members that cannot be null.
    """

    members: frozenset[str] | None = None
    filled: frozenset[str] = frozenset()
    below: Mapping[str, Form] = field(default_factory=dict)
    items: Form | None = None

    def fit(self, value: Any) -> Any:
        """The value without what it must not have; the same object where there is nothing of that."""
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list) and self.items is not None:
            return [self.items.fit(item) for item in value]
        return value

    def _object(self, value: dict[str, Any]) -> dict[str, Any]:
        drop = [name for name in self.filled if name in value and value[name] is None]
        if self.members is not None:
            drop += [name for name in value if name not in self.members]
        changed = {name: form.fit(value[name]) for name, form in self.below.items() if name in value}
        if not drop and all(changed[name] is value[name] for name in changed):
            return value
        return {name: changed.get(name, one) for name, one in value.items() if name not in drop}


ANY = Form()


class Forms:
    """What the corrected schemas of a contract say; `ANY` of one that says nothing of this."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._document = contract.corrected
        self._known: dict[str, Form] = {}

    def of(self, schema: str | None) -> Form:
        """The form of the schema at a pointer, `ANY` where there is none."""
        return self._of(schema, ()) if schema is not None else ANY

    def _of(self, schema: str, within: tuple[str, ...]) -> Form:
        """`within` are the schemas that this one is a part of: one that has itself for a part is looked at once."""
        place = pointers.follow(self._document, pointers.locate(self._document, schema))
        if place in within or len(within) > _DEEPEST:
            return ANY
        if place not in self._known:
            self._known[place] = self._made(place, (*within, place))
        return self._known[place]

    def _made(self, place: str, within: tuple[str, ...]) -> Form:
        forms = objects.forms(self._document, place)
        closed = [_closed(self._document, form) for form in forms]
        required = set.intersection(*(_required(self._document, form) for form in forms))
        members = self._contract.members(place)
        below = {name: self._of(pointer, within) for name, pointer in members.items()}
        optional = (name for name in members if name not in required)
        known = [one for one in closed if one is not None]
        return Form(
            frozenset().union(*known) if known and len(known) == len(closed) else None,
            frozenset(name for name in optional if not _nullable(self._document, members[name])),
            {name: form for name, form in below.items() if form != ANY},
            self._items(place, within),
        )

    def _items(self, place: str, within: tuple[str, ...]) -> Form | None:
        for part in _all(self._document, place):
            if isinstance(pointers.resolve(self._document, part).get("items"), dict):
                inner = self._of(pointers.join(part, "items"), within)
                return None if inner == ANY else inner
        return None


def _all(document: Any, place: str) -> list[str]:
    """The schema, what it is made of, and the branches of its unions."""
    found: list[str] = []
    waiting = [place]
    while waiting:
        for part in objects.parts(document, waiting.pop()):
            if part not in found:
                found.append(part)
                waiting += objects.branches(document, part)
    return found


def _closed(document: Any, form: str) -> frozenset[str] | None:
    """The members that every part allows that allows its own only."""
    allowed: frozenset[str] | None = None
    for part in objects.parts(document, form):
        node = pointers.resolve(document, part)
        if node.get("additionalProperties") is False and not node.get("patternProperties"):
            own = frozenset(node.get("properties", ()))
        elif node.get("unevaluatedProperties") is False:
            own = frozenset(objects.properties(document, part))
        else:
            continue
        allowed = own if allowed is None else allowed & own
    return allowed


def _required(document: Any, form: str) -> set[str]:
    lists = (pointers.resolve(document, part).get("required") for part in objects.parts(document, form))
    return {name for one in lists if isinstance(one, list) for name in one}


def _nullable(document: Any, schema: str, depth: int = 0) -> bool:
    """Whether null may be valid, as far as types, constants and unions tell."""
    for part in objects.parts(document, schema):
        node = pointers.resolve(document, part)
        kinds = node.get("type", "null")
        if "null" not in ([kinds] if isinstance(kinds, str) else kinds) and not node.get("nullable"):
            return False
        if None not in (*node.get("enum", (None,)),) or node.get("const") is not None:
            return False
        branches = objects.branches(document, part)
        if branches and depth < _DEEPEST and not any(_nullable(document, one, depth + 1) for one in branches):
            return False
    return True
