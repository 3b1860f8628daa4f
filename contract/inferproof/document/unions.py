"""jsonschema that leaves a branch of a union alone where the value's `role` or `type` says that it means another.

What such a branch has against the rest of the value is no part of any explanation, and with seven kinds of message and
nine kinds of part, to find it out takes longer than everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import jsonschema

from inferproof.document.explain import DISCRIMINATORS

Keyword = Callable[[Any, Any, Any, Any], Iterator[Any] | None]


@cache
def validator_class() -> type[jsonschema.Draft202012Validator]:
    """A Draft202012Validator that decides the same; fewer errors are the context of a union's."""
    own = jsonschema.Draft202012Validator.VALIDATORS
    unions = {name: _told_apart(own[name]) for name in ("anyOf", "oneOf")}
    extend: Any = jsonschema.validators.extend  # which has no types
    made: type[jsonschema.Draft202012Validator] = extend(jsonschema.Draft202012Validator, unions)
    return made


def _told_apart(keyword: Keyword) -> Keyword:
    def union(validator: Any, branches: list[Any], instance: Any, schema: Any) -> Iterator[Any] | None:
        return keyword(validator, _worth_a_look(branches, instance), instance, schema)

    return union


def _worth_a_look(branches: list[Any], value: Any) -> list[Any]:
    """Without the branches that the value does not mean, if it means one; else those have only what says so."""
    if not isinstance(value, dict):
        return branches
    meant = [(branch, _means(value, branch)) for branch in branches]
    if any(means for _, means in meant):
        return [branch for branch, means in meant if means is not False]
    return [{"properties": _telling(branch)} if means is False else branch for branch, means in meant]


def _means(value: dict[str, Any], branch: Any) -> bool | None:
    """Whether the value says that it is of this branch; None where that cannot be told."""
    telling = _telling(branch)
    for name, schema in telling.items():
        known = schema.get("enum", [schema["const"]] if "const" in schema else [])
        if not known or not isinstance(value.get(name), str):
            return None
        if value[name] not in known:
            return False
    return True if telling else None


def _telling(branch: Any) -> dict[str, Any]:
    members = branch.get("properties", {}) if isinstance(branch, dict) else {}
    return {name: members[name] for name in DISCRIMINATORS if isinstance(members.get(name), dict)}
