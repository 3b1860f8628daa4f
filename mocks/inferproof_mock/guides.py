"""From the members of a request that constrain the text to a grammar and plans that fit it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from inferproof.document import patterns
from inferproof.front.backend import Refusal
from inferproof.front.body import embedded
from inferproof_mock import grammar
from inferproof_mock.fallback import Fallback
from inferproof_mock.grammar import Matcher, Unsupported
from inferproof_mock.hashing import mix
from inferproof_mock.instances import Instances
from inferproof_mock.logits_guided import GuidedLogits
from inferproof_mock.settings import refuse
from inferproof_mock.vocabulary import VOCABULARY

Json = dict[str, Any]

_PLANS = 3
_TRIES = 16
_LONGEST_SPELLING = 64


@dataclass(frozen=True)
class Guide:
    """A constraint: its grammar, what the model would like to say within it, and whether the text is JSON.

    `loc` is where it stands in the request.
    """

    matcher: Matcher
    plans: tuple[str, ...]
    json: bool = False
    loc: tuple[str | int, ...] = ()

    def followed(self) -> Followed:
        """By one reply, from its beginning."""
        return Followed(self.matcher.copy(), self.loc)

    def logits(self, key: int) -> GuidedLogits:
        return GuidedLogits(self.plans, key, json=self.json)


class Followed:
    """The constraint of one reply. Both raise a 422 Refusal where following it takes too much work."""

    def __init__(self, matcher: Matcher, loc: tuple[str | int, ...]) -> None:
        self._matcher = matcher
        self._loc = loc

    def allowed(self) -> int:
        try:
            return self._matcher.allowed()
        except Unsupported as error:
            raise Refusal(422, f"the constraint cannot be obeyed: {error}", loc=self._loc) from None

    def advance(self, token: int) -> None:
        self._matcher.advance(token)


def guide_of(body: Json, text: str, key: int) -> Guide | None:
    """The constraint of a request, None where the text is free. `text` is the user's last, `key` the prompt's.

    Raises a 422 Refusal that names the member where its constraint cannot be obeyed.
    """
    given = {member: body[member] for member in (*_GUIDES, "response_format") if body.get(member) is not None}
    if given.get("response_format", {}).get("type") == "text":
        del given["response_format"]
    if not given:
        return None
    if len(given) > 1:
        members = " and ".join(f"`{member}`" for member in given)
        raise refuse(next(iter(given)), f"one reply can follow one constraint, and {members} are given")
    ((member, value),) = given.items()
    try:
        reader = _of_response_format if member == "response_format" else _GUIDES[member]
        return replace(reader(value, body, text, key), loc=("body", member))
    except Unsupported as error:
        raise refuse(member, f"`{member}` cannot be obeyed: {error}") from None


def guide_of_arguments(parameters: Json | None, text: str, key: int) -> Guide:
    """The arguments of a tool call: an object that follows the parameters, empty where there are none.

    Raises Unsupported.
    """
    nothing = {"type": "object", "properties": {}, "additionalProperties": False}
    schema = {"type": "object", **parameters} if parameters else nothing
    return guide_of_schema(schema, None, text, key)


def guide_of_schema(schema: Any, whitespace: str | None, text: str, key: int) -> Guide:
    """JSON by a schema. What the grammar cannot express is one of the instances that a validator accepts.

    Raises Unsupported, and patterns.BadPattern for the whitespace.
    """
    compact = whitespace is not None and not patterns.matches_whole(whitespace, " ")
    separators = (",", ":") if compact else (", ", ": ")
    try:
        matcher = grammar.compiled(grammar.of_schema(schema, whitespace))
        instances = _instances(schema, text, key, _PLANS)
        return Guide(matcher, _written(instances, separators), json=True)
    except Unsupported as error:
        valid = grammar.valid_of(schema, _instances(schema, text, key, _TRIES))
        if not valid:
            raise error from None
        texts = _written(valid, separators)
        return Guide(grammar.compiled(grammar.of_texts(list(texts))), texts, json=True)


def _instances(schema: Any, text: str, key: int, count: int) -> list[Any]:
    """None for a schema too odd to imagine an instance of: then the grammar alone leads."""
    try:
        return [Instances(schema, text, mix(key, place), spell).make() for place in range(count)]
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError):
        return []


@lru_cache(maxsize=64)
def spell(pattern: str) -> str:
    """A short text that matches the pattern as a whole; an empty one where that is too hard."""
    improviser = Fallback(None)
    tokens: list[int] = []
    try:
        matcher = grammar.compiled(grammar.of_regex(pattern))
        while len(tokens) < _LONGEST_SPELLING:
            token = next(iter(improviser.ideas(matcher.allowed(), mix(len(tokens), 0))), VOCABULARY.end)
            if token == VOCABULARY.end:
                break
            tokens.append(token)
            improviser.advance(token)
            matcher.advance(token)
    except Unsupported:
        return ""
    return VOCABULARY.decode(tokens).decode("utf-8", "replace")


def _written(instances: list[Any], separators: tuple[str, str]) -> tuple[str, ...]:
    texts = (json.dumps(one, ensure_ascii=False, separators=separators) for one in instances)
    return tuple(dict.fromkeys(texts))


def _of_response_format(value: Json, body: Json, text: str, key: int) -> Guide:
    if value["type"] == "structural_tag":
        return _of_tags(value, body, text, key)
    schema = value["json_schema"]["schema"] if value["type"] == "json_schema" else {"type": "object"}
    return _of_json(schema, body, text, key)


def _of_json(value: str | Json, body: Json, text: str, key: int) -> Guide:
    schema = _parsed(value) if isinstance(value, str) else value
    if not isinstance(schema, dict | bool):
        raise Unsupported("a JSON Schema is an object")
    try:
        return guide_of_schema(schema, body.get("guided_whitespace_pattern"), text, key)
    except patterns.BadPattern as error:
        raise refuse("guided_whitespace_pattern", f"`guided_whitespace_pattern` {error}") from None


def _of_regex(value: str, body: Json, text: str, key: int) -> Guide:
    return Guide(grammar.compiled(grammar.of_regex(value)), ())


def _of_choice(value: list[str], body: Json, text: str, key: int) -> Guide:
    first = key % len(value)
    return Guide(grammar.compiled(grammar.of_texts(value)), (*value[first:], *value[:first]))


def _of_grammar(value: str, body: Json, text: str, key: int) -> Guide:
    return Guide(grammar.compiled(grammar.of_grammar(value)), ())


def _of_tags(value: str | Json, body: Json, text: str, key: int) -> Guide:
    tag = _parsed(value) if isinstance(value, str) else value
    try:
        structures, triggers = tag["structures"], tag["triggers"]
        written = grammar.of_tags(structures, triggers)
        first = structures[0]
    except (TypeError, LookupError, AttributeError) as error:
        raise Unsupported("it needs `structures` with `begin`, `schema` and `end`, and `triggers`") from error
    instances = _instances(first.get("schema") or {}, text, key, _PLANS)
    plans = tuple(f"Here it is: {first['begin']}{one}{first['end']}" for one in _written(instances, (", ", ": ")))
    return Guide(grammar.compiled(written), plans)


def _parsed(text: str) -> Any:
    try:
        return embedded(text)
    except ValueError as error:
        raise Unsupported(f"the text is no JSON: {error}") from None


Reader = Callable[[Any, Json, str, int], Guide]

_GUIDES: dict[str, Reader] = {
    "guided_json": _of_json,
    "guided_regex": _of_regex,
    "guided_choice": _of_choice,
    "guided_grammar": _of_grammar,
    "structural_tag": _of_tags,
}
