"""Regular expressions in a request: those that no engine could follow in reasonable time are refused here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from inferproof.document import patterns
from inferproof.front.backend import Json, Refusal

Loc = tuple[str | int, ...]

# An expression between slashes, as Lark's grammars have them. One that is not closed ends with the text.
_IN_GRAMMAR = re.compile(r"/((?:[^/\\\n]|\\.)*+)/?")


def require_bounded(body: Json) -> None:
    """Raises Refusal 422, naming the member, where the expressions of a request are too large, alone or together."""
    total = 0
    for loc, expressions in _expressions(body):
        for pattern in expressions:
            size = patterns.weight(pattern)
            total += size
            if size > patterns.MOST:
                message = f"comes to {size} characters with its repeats written out; {patterns.MOST} is the most."
                raise Refusal(422, f"The regular expression {_shown(pattern)} {message}", loc=("body", *loc))
            if total > patterns.MOST_TOGETHER:
                message = f"come to more than {patterns.MOST_TOGETHER} characters with their repeats written out."
                raise Refusal(422, f"The regular expressions of this request {message}", loc=("body", *loc))


def _shown(pattern: str) -> str:
    return pattern if len(pattern) <= 60 else f"{pattern[:59]}…"


def _expressions(body: Json) -> Iterator[tuple[Loc, Iterable[str]]]:
    for member in ("guided_regex", "guided_whitespace_pattern"):
        if isinstance(body.get(member), str):
            yield (member,), (body[member],)
    if isinstance(body.get("guided_grammar"), str):
        yield ("guided_grammar",), (found[1] for found in _IN_GRAMMAR.finditer(body["guided_grammar"]))
    for member in ("guided_json", "structural_tag", "response_format"):
        yield (member,), patterns.of_schema(_parsed(body.get(member)))
    for place, tool in enumerate(body.get("tools") or ()):
        parameters = (tool.get("function") or {}).get("parameters")
        yield ("tools", place, "function", "parameters"), patterns.of_schema(parameters)


def _parsed(value: Any) -> Any:
    """A member that may be JSON text; None for text that is none, which the backend speaks of."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
