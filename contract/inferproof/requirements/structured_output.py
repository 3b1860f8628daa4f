"""Structured output: the text obeys the constraint that the request puts on it. None is ignored in silence.

A server that claims a constraint takes it and obeys it; where an answer was cut at its cap, what there is of it must
be the beginning of something that obeys.

Breaks: constraints that the engine has dropped in silence, as vLLM did with `guided_*`; two at once, one obeyed.
Reference: each is translated into the engine's structured outputs; two at once are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from inferproof.document import patterns
from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept, must_refuse, refused_for, valid
from inferproof.judge.requirement import (
    CONVENTION,
    CORRECTION,
    MUST,
    PROJECT,
    PROSE,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.judge.select import CHAT, EVENTS, Of, Predicate, answers
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject, read_json
from inferproof.judge.value import Skip, Value
from inferproof.requirements.chat_request import PLAIN
from inferproof.requirements.tools import calls
from inferproof.wire.exchange import NotJson

T = TypeVar("T")


LOGPROBS = frozenset({"logprobs", "top_logprobs"})
"""What clients send beside a constraint, and some hosts refuse there."""

GUIDES = ("guided_json", "guided_regex", "guided_choice", "guided_grammar", "structural_tag")

_ATOM = re.compile(r"(\[(?:(?!--|&&|\|\||~~)[^\\\[\]])+\]|[\w -])(?:\{(\d{1,3})\})?", re.ASCII)
"""Doubled signs in a class are set operators to some engines."""

_ALTERNATIVES = re.compile(r'root ::= ("[^"\\]+"(?: \| "[^"\\]+")*)\s*')

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""A string of JSON, or the beginning of one at the end: what is not closed is not tried from each of its quotes."""

TABS = r"\t?"
"""A pattern that nobody has by default, and that may match nothing, for engines that write no whitespace at all."""

_PLAIN_KEYWORDS = frozenset({"type", "properties", "required", "additionalProperties", "enum", "items", "const"})


def wanted(answer: Subject, member: str) -> bool:
    """The request has this constraint, and beside it log probabilities and plain members that do not cut it at most."""
    if answer.request.get(f"/{member}") is None or answer.request.get("/stop"):
        return False
    beside = PLAIN | LOGPROBS | {"guided_whitespace_pattern"}
    return (beside | {member}).issuperset(answer.request.members()) and must_accept(answer)


def _asks_for(answer: Subject, format: str) -> bool:
    """The response format is of this `type`."""
    return bool(answer.request.get("/response_format/type") == format)


def _has_a_schema(answer: Subject) -> bool:
    return isinstance(answer.request.get("/response_format/json_schema/schema"), dict)


def _guided(member: str, *, plain: Predicate = lambda answer: True) -> Of:
    return answers("chat", status=DECIDED, where=lambda answer: wanted(answer, member) and plain(answer))


def _formatted(type: str) -> Of:
    return answers(
        *CHAT, status=DECIDED, where=lambda answer: _asks_for(answer, type) and wanted(answer, "response_format")
    )


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


def taken(reply: Subject, check: Check, *, plain: bool = True) -> None:
    """A plain constraint is not refused; raises Skip where a special one is, or one beside others: a server may."""
    if reply.status != 200 and not plain:
        raise Skip("an engine need not know this constraint")
    if reply.status != 200 and not LOGPROBS.isdisjoint(reply.request.members()):
        raise Skip("an engine need not know this constraint beside log probabilities")
    check.accepted(reply)


def text_or_beginning(reply: Subject, check: Check, begins: Predicate, expected: str) -> str:
    """The content; where it was cut short, raises Skip, or fails if it is no beginning of what is expected."""
    if reply.finish_reason != "length":
        return reply.whole_text
    check.that(begins(reply), f"the beginning of {expected}", reply.text, at="content")
    raise Skip("the text was cut short")


def begins_an_object(text: str) -> bool:
    """The text may be the beginning of a JSON object."""
    return re.match(r"\s*($|\{\s*($|[\"}]))", text) is not None


def _instance(reply: Subject, check: Check, schema: Any) -> Any:
    """The content as JSON; what was cut short can be told only of an object."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        text = reply.whole_text
    else:
        text = text_or_beginning(reply, check, lambda cut: begins_an_object(cut.text), "a JSON object")
    try:
        return _decoded(json.loads, text)
    except json.JSONDecodeError as error:
        check.fail("JSON", f"{error} in {text}", at="content")


def _decoded(decode: Callable[[str], T], text: str) -> T:
    """What `decode` makes of the text; raises JSONDecodeError where it is no JSON, Skip where Python cannot tell."""
    try:
        return decode(text)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):
        raise Skip("the text has a number too long, or is nested too deeply, to be read") from None


def _choice(reply: Subject) -> list[str]:
    """The texts that the request chooses from. Raises Missing."""
    return [text.string() for text in reply.request.items("/guided_choice")]


def _one_of(reply: Subject, check: Check, texts: list[str]) -> None:
    expected = "one of " + ", ".join(texts)
    text = text_or_beginning(reply, check, lambda cut: any(each.startswith(cut.text) for each in texts), expected)
    check.one_of(text, texts, at="content")


@requirement(
    "structured-output.json-object",
    MUST,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: response_format",
    claims="structured-output.json-object",
    cites="chat.request#/response_format/type",
    covers="chat.openai-path.supported#/response_format",
    of=_formatted("json_object"),
)
def a_json_object_is_one(reply: Subject, check: Check) -> None:
    """With `response_format: {"type": "json_object"}` the content is the text of a JSON object."""
    taken(reply, check)
    value = _instance(reply, check, {"type": "object"})
    check.that(isinstance(value, dict), "a JSON object", value, at="content")


def _json_beside_tools(answer: Subject) -> bool:
    beside = PLAIN | {"response_format", "tools"}
    return (
        _asks_for(answer, "json_object")
        and bool(answer.request.get("/tools"))
        and (beside.issuperset(answer.request.members()) and valid(answer))
    )


@requirement(
    "structured-output.beside-tools",
    SHOULD,
    basis=PROJECT,
    claims="structured-output.json-object",
    cites=("chat.request#/response_format/type", "chat.request#/tools"),
    of=answers(*CHAT, where=_json_beside_tools),
)
def a_format_holds_beside_tools(reply: Subject, check: Check) -> None:
    """With `response_format: {"type": "json_object"}` and tools, what is no call is the text of a JSON object."""
    if calls(reply):
        raise Skip("a tool is called")
    value = _instance(reply, check, {"type": "object"})
    check.that(isinstance(value, dict), "a JSON object", value, at="content")


@requirement(
    "structured-output.json-schema",
    MUST,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: response_format",
    claims="structured-output.json-schema",
    cites="chat.request#/response_format/json_schema/schema",
    of=_formatted("json_schema"),
)
def a_json_schema_is_obeyed(reply: Subject, check: Check) -> None:
    """With `response_format` and a JSON schema, the content is the text of an instance of it."""
    schema = reply.request.value("/response_format/json_schema/schema").raw
    taken(reply, check, plain=is_plain(schema))
    check.fits(_instance(reply, check, schema), schema, at="content")


@requirement(
    "structured-output.guided-json",
    MUST,
    basis=PROSE,
    claims="structured-output.guided-json",
    cites="chat.request.prose#/guided_json",
    of=_guided("guided_json"),
)
def guided_json_is_obeyed(reply: Subject, check: Check) -> None:
    """With `guided_json`, an object or its JSON text, the content is the text of an instance of it."""
    schema = parsed(reply.request.value("/guided_json")).raw
    taken(reply, check, plain=is_plain(schema))
    check.fits(_instance(reply, check, schema), schema, at="content")


@requirement(
    "structured-output.guided-choice",
    MUST,
    basis=PROSE,
    claims="structured-output.guided-choice",
    cites="chat.request.prose#/guided_choice",
    of=_guided("guided_choice"),
)
def guided_choice_is_obeyed(reply: Subject, check: Check) -> None:
    """With `guided_choice` the content is one of its texts, exactly."""
    taken(reply, check)
    _one_of(reply, check, _choice(reply))


@requirement(
    "structured-output.guided-regex",
    MUST,
    basis=PROSE,
    claims="structured-output.guided-regex",
    cites="chat.request.prose#/guided_regex",
    of=_guided("guided_regex", plain=lambda answer: atoms(answer.request.string("/guided_regex")) is not None),
)
def guided_regex_is_obeyed(reply: Subject, check: Check) -> None:
    """With a simple `guided_regex` the content as a whole matches it."""
    taken(reply, check)
    pattern = reply.request.string("/guided_regex")
    each = atoms(pattern) or []
    text = text_or_beginning(
        reply,
        check,
        lambda cut: re.fullmatch("".join(each[: len(cut.text)]), cut.text) is not None,
        f"a text that matches {pattern}",
    )
    check.that(re.fullmatch(pattern, text) is not None, f"a text that matches {pattern}", text, at="content")


@requirement(
    "structured-output.guided-grammar",
    SHOULD,  # the document does not say in which notation a grammar is written
    basis=PROJECT,
    claims="structured-output.guided-grammar",
    cites="chat.request.prose#/guided_grammar",
    of=_guided(
        "guided_grammar", plain=lambda answer: alternatives(answer.request.string("/guided_grammar")) is not None
    ),
)
def guided_grammar_is_obeyed(reply: Subject, check: Check) -> None:
    """With a `guided_grammar` that is one rule of literals (`root ::= "a" | "b"`), the content is one of them."""
    taken(reply, check)
    _one_of(reply, check, alternatives(reply.request.string("/guided_grammar")) or [])


@requirement(
    "structured-output.structural-tag",
    SHOULD,  # the document does not say that the text is JSON
    basis=CORRECTION,
    claims="structured-output.structural-tag",
    cites="chat.request.prose#/structural_tag",
    of=_guided("structural_tag"),
)
def structural_tags_are_obeyed(reply: Subject, check: Check) -> None:
    """With `structural_tag`, a tag's `begin` is followed by an instance of its schema and its `end`."""
    tags = [_Tag.of(tag) for tag in parsed(reply.request.value("/structural_tag")).items("/structures")]
    taken(reply, check, plain=all(is_plain(tag.schema) for tag in tags))
    reply.require_given()
    text, cut = reply.text, reply.finish_reason == "length"
    while tag := _first(tags, text):
        text = text.partition(tag.begin)[2].lstrip()
        try:
            value, used = _decoded(json.JSONDecoder().raw_decode, text)
        except json.JSONDecodeError:
            check.that(cut, f"JSON after {tag.begin}", text, at="content")
            return
        check.fits(value, tag.schema, at="content")
        text = text[used:].lstrip()
        ends = text.startswith(tag.end) or (cut and tag.end.startswith(text))
        check.that(ends, f"{tag.end} after the JSON", text, at="content")
        text = text[len(tag.end) :]


@dataclass(frozen=True)
class _Tag:
    """One of the `structures` of a structural tag."""

    begin: str
    schema: Any
    end: str

    @classmethod
    def of(cls, tag: Value) -> _Tag:
        """Raises Skip."""
        begin = tag.string("/begin")
        if not begin:
            raise Skip("a tag that begins with nothing begins everywhere")
        return cls(begin, tag.value("/schema").raw, tag.string("/end"))


def _first(tags: list[_Tag], text: str) -> _Tag | None:
    """The tag that begins first in the text."""
    return min((tag for tag in tags if tag.begin in text), key=lambda tag: text.index(tag.begin), default=None)


@requirement(
    "structured-output.whitespace",
    SHOULD,
    basis=PROSE,
    claims="structured-output.whitespace",
    cites="chat.request.prose#/guided_whitespace_pattern",
    of=_guided("guided_json", plain=lambda answer: answer.request.get("/guided_whitespace_pattern") == TABS),
)
def whitespace_is_that_of_the_pattern(reply: Subject, check: Check) -> None:
    """With a `guided_whitespace_pattern` of tabs, guided JSON has no other whitespace outside its strings."""
    taken(reply, check)
    between = _STRING.sub("", reply.text)
    expected = "nothing but tabs between the tokens of JSON"
    check.that(re.search(r"[^\S\t]", between) is None, expected, reply.text, at="content")


@requirement(
    "structured-output.streamed",
    MUST,
    basis=PROSE,
    claims="structured-output.streamed",
    besides="structured-output.guided-choice",
    cites="chat.request#/guided_choice",
    of=Of(
        ("chat",),
        media=EVENTS,
        where=lambda answer: answer.request.get("/guided_choice") is not None and answer.request.get("/stream") is True,
    ),
)
def a_stream_obeys_too(reply: Subject, check: Check) -> None:
    """With `guided_choice` and `stream`, the deltas add up to one of its texts, every character of it intact."""
    _one_of(reply, check, _choice(reply))


@requirement(
    "structured-output.schema.missing",
    SHOULD,
    basis=CORRECTION,
    claims="structured-output",
    cites="chat.request#/response_format/json_schema",
    of=Of(
        ("chat",),
        status=None,
        where=lambda answer: _asks_for(answer, "json_schema") and not _has_a_schema(answer) and not must_refuse(answer),
    ),
)
def a_json_schema_format_has_a_schema(reply: Subject, check: Check) -> None:
    """A `response_format` of type `json_schema` without a schema is refused: it asks for nothing."""
    check.refused(reply)


def _has_two_guides(answer: Subject) -> bool:
    return sum(answer.request.get(f"/{member}") is not None for member in GUIDES) > 1 and not must_refuse(answer)


@requirement(
    "structured-output.exclusive",
    SHOULD,
    basis=CORRECTION,
    claims="structured-output",
    cites="chat.request#/guided_json",
    covers=(
        "chat.request#/guided_regex",
        "chat.request#/guided_choice",
        "chat.request#/guided_grammar",
        "chat.request#/structural_tag",
    ),
    of=Of(("chat",), status=None, where=_has_two_guides),
)
def two_constraints_are_refused(reply: Subject, check: Check) -> None:
    """Two constraints at once are refused: one text cannot be promised to obey both."""
    check.refused(reply)


@requirement(
    "structured-output.invalid.refused",
    MUST,
    basis=SCHEMA,
    claims="structured-output",
    cites="chat.request#/response_format:object/",
    covers=(
        "chat.request#/response_format/json_schema/",
        "chat.request#/response_format|structures/",
        "chat.request#/response_format/json_schema/name",
        "chat.request#/response_format/json_schema/description",
        "chat.request#/response_format/json_schema/strict",
        "chat.request#/response_format|structures/*",
        "chat.request#/response_format/structures/[]/*",
    ),
    of=Of(("chat",), status=None, where=lambda answer: bool(refused_for(answer) & {"response_format", *GUIDES})),
)
def invalid_constraints_are_refused(reply: Subject, check: Check) -> None:
    """A constraint that the schema forbids is refused: another format, a schema without a name, text for a choice."""
    check.refused(reply)
