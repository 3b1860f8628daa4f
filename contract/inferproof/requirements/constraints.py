"""Constraints that a request puts on a text, read as far as every engine knows them."""

from __future__ import annotations

import re
from typing import Any

from inferproof.document import patterns
from inferproof.judge.subject import read_json
from inferproof.judge.value import Skip, Value
from inferproof.wire.exchange import NotJson

_ATOM = re.compile(r"(\[(?:(?!--|&&|\|\||~~)[^\\\[\]])+\]|[\w -])(?:\{(\d{1,3})\})?", re.ASCII)
"""Doubled signs in a class are set operators to some engines."""

_ALTERNATIVES = re.compile(r'root ::= ("[^"\\]+"(?: \| "[^"\\]+")*)\s*')

_PLAIN_KEYWORDS = frozenset({"type", "properties", "required", "additionalProperties", "enum", "items", "const"})


def atoms(pattern: str) -> list[str] | None:
    """One pattern for each character that a simple regular expression matches; None for any other.

    Simple is a sequence of literals and classes, each with a fixed count at most: `[A-F]{3}-[0-9]{4}`. Nothing in it
    can be tried another way, so that Python's `re` may have it.
    """
    if patterns.weight(pattern) > patterns.MOST:
        return None
    found = list(_ATOM.finditer(pattern))
    if "".join(match[0] for match in found) != pattern or not _compiles(pattern):
        return None
    return [match[1] for match in found for _ in range(int(match[2] or 1))]


def _compiles(pattern: str) -> bool:
    """A class may yet be none: `[^]`, `[z-a]`."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def alternatives(grammar: str) -> list[str] | None:
    """The texts of a grammar that is one rule of literals, `root ::= "a" | "b"`; None for any other."""
    found = _ALTERNATIVES.fullmatch(grammar)
    return re.findall(r'"([^"]+)"', found[1]) if found else None


def parsed(guide: Value) -> Value:
    """A member of the request that may be JSON text, read; raises Skip where it is text and no JSON."""
    if not isinstance(guide.raw, str):
        return guide
    try:
        return Value(read_json(guide.raw), guide.at)
    except NotJson:
        raise Skip("the request's constraint is no JSON") from None


def is_plain(schema: Any) -> bool:
    """Nothing but types, members, lists and enumerations: what every engine of structured output knows.

    Raises Skip where `properties` is no object.
    """
    rest = [schema]
    while rest:  # no recursion: a request may be nested more deeply than Python's stack
        each = rest.pop()
        if isinstance(each, bool):
            continue
        if not isinstance(each, dict) or not _PLAIN_KEYWORDS.issuperset(each):
            return False
        properties = each.get("properties", {})
        if not isinstance(properties, dict):
            raise Skip("the request's schema is none")
        rest += properties.values()
        rest += [each["items"]] if "items" in each else []
    return True
