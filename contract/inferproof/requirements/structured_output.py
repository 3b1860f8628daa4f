"""Structured output: the text obeys the constraint that the request puts on it. None is ignored in silence.

A server that claims a constraint takes it and obeys it; where an answer was cut at its cap, what there is of it must
be the beginning of something that obeys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept, must_refuse, refused_for, valid
from inferproof.judge.requirement import CORRECTION, PROJECT, PROSE, SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, Of, Predicate, answers, asked, streams
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip, Value
from inferproof.requirements.chat_request import PLAIN
from inferproof.requirements.constraints import alternatives, atoms, is_plain, parsed
from inferproof.requirements.tools import calls

T = TypeVar("T")


LOGPROBS = frozenset({"logprobs", "top_logprobs"})
"""What clients send beside a constraint, and some hosts refuse there."""

GUIDES = ("guided_json", "guided_regex", "guided_choice", "guided_grammar", "structural_tag")

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""A string of JSON, or the beginning of one at the end: what is not closed is not tried from each of its quotes."""

TABS = r"\t?"
"""A pattern that nobody has by default, and that may match nothing, for engines that write no whitespace at all."""


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


OF_ONE_GUIDE = "#/guided_regex #/guided_choice #/guided_grammar #/structural_tag"
OF_CONSTRAINTS = (
    "#/response_format/json_schema/ #/response_format|structures/ #/response_format/json_schema/name "
    "#/response_format/json_schema/description #/response_format/json_schema/strict "
    "#/response_format|structures/* #/response_format/structures/[]/*"
)
"""What the schema says of constraints."""

OF_THE_PATH = "chat.openai-path.supported#/response_format"

rules = Rules("structured-output", of=asked("chat"), cites="chat.request", claims="structured-output").with_notes(
    breaks="constraints that the engine has dropped in silence, as vLLM did with `guided_*`; two at once, one obeyed.",
    reference="each is translated into the engine's structured outputs; two at once are refused.",
)
formats = rules.part(cites="chat.request#/response_format")

objects = _formatted("json_object")
schemas = _formatted("json_schema")
regexes = _guided("guided_regex", plain=lambda answer: atoms(answer.request.string("/guided_regex")) is not None)
grammars = _guided(
    "guided_grammar", plain=lambda answer: alternatives(answer.request.string("/guided_grammar")) is not None
)
spaced = _guided("guided_json", plain=lambda answer: answer.request.get("/guided_whitespace_pattern") == TABS)


@formats.must("json-object", openai("response_format"), "/type", of=objects, covers=OF_THE_PATH, claims=".json-object")
def a_json_object_is_one(reply: Subject, check: Check) -> None:
    """With `response_format: {"type": "json_object"}`, the content is the text of a JSON object."""
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


beside_tools = answers(*CHAT, where=_json_beside_tools)


@formats.should("beside-tools", PROJECT, "/type", "chat.request#/tools", of=beside_tools, claims=".json-object")
def a_format_holds_beside_tools(reply: Subject, check: Check) -> None:
    """With `response_format: {"type": "json_object"}` and tools, an answer without a call is a JSON object."""
    if calls(reply):
        raise Skip("a tool is called")
    value = _instance(reply, check, {"type": "object"})
    check.that(isinstance(value, dict), "a JSON object", value, at="content")


@formats.must("json-schema", openai("response_format"), "/json_schema/schema", of=schemas, claims=".json-schema")
def a_json_schema_is_obeyed(reply: Subject, check: Check) -> None:
    """With a JSON schema in `response_format`, the content is JSON that the schema allows."""
    schema = reply.request.value("/response_format/json_schema/schema").raw
    taken(reply, check, plain=is_plain(schema))
    check.fits(_instance(reply, check, schema), schema, at="content")


@rules.must("guided-json", PROSE, ".prose#/guided_json", of=_guided("guided_json"), claims=".guided-json")
def guided_json_is_obeyed(reply: Subject, check: Check) -> None:
    """With `guided_json`, an object or its JSON text, the content is JSON that this schema allows."""
    schema = parsed(reply.request.value("/guided_json")).raw
    taken(reply, check, plain=is_plain(schema))
    check.fits(_instance(reply, check, schema), schema, at="content")


@rules.must("guided-choice", PROSE, ".prose#/guided_choice", of=_guided("guided_choice"), claims=".guided-choice")
def guided_choice_is_obeyed(reply: Subject, check: Check) -> None:
    """With `guided_choice`, the content is exactly one of the choices."""
    taken(reply, check)
    _one_of(reply, check, _choice(reply))


@rules.must("guided-regex", PROSE, ".prose#/guided_regex", of=regexes, claims=".guided-regex")
def guided_regex_is_obeyed(reply: Subject, check: Check) -> None:
    """With a simple `guided_regex`, the expression matches the whole content."""
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


# the document does not say in which notation a grammar is written
@rules.should("guided-grammar", PROJECT, ".prose#/guided_grammar", of=grammars, claims=".guided-grammar")
def guided_grammar_is_obeyed(reply: Subject, check: Check) -> None:
    """With a `guided_grammar` that is one rule of literals (`root ::= "a" | "b"`), the content is one of them."""
    taken(reply, check)
    _one_of(reply, check, alternatives(reply.request.string("/guided_grammar")) or [])


# the document does not say that the text is JSON
@rules.should(
    "structural-tag", CORRECTION, ".prose#/structural_tag", of=_guided("structural_tag"), claims=".structural-tag"
)
def structural_tags_are_obeyed(reply: Subject, check: Check) -> None:
    """With `structural_tag`, the `begin` of a tag is followed by JSON that its schema allows, and then by its `end`."""
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


@rules.should("whitespace", PROSE, ".prose#/guided_whitespace_pattern", of=spaced, claims=".whitespace")
def whitespace_is_that_of_the_pattern(reply: Subject, check: Check) -> None:
    """With a `guided_whitespace_pattern` of tabs, guided JSON has no whitespace but tabs outside its strings."""
    taken(reply, check)
    between = _STRING.sub("", reply.text)
    expected = "nothing but tabs between the tokens of JSON"
    check.that(re.search(r"[^\S\t]", between) is None, expected, reply.text, at="content")


def _streams_a_choice(answer: Subject) -> bool:
    return answer.request.get("/guided_choice") is not None and answer.request.get("/stream") is True


streamed = streams("chat", where=_streams_a_choice)


@rules.must("streamed", PROSE, "#/guided_choice", of=streamed, claims=".streamed", besides=".guided-choice")
def a_stream_obeys_too(reply: Subject, check: Check) -> None:
    """With `guided_choice` and `stream: true`, the joined deltas are exactly one of the choices."""
    _one_of(reply, check, _choice(reply))


def _forgets_its_schema(answer: Subject) -> bool:
    return _asks_for(answer, "json_schema") and not _has_a_schema(answer) and not must_refuse(answer)


rules.should("schema.missing", CORRECTION, "#/response_format/json_schema", where=_forgets_its_schema).refuse(
    "A `response_format` of type `json_schema` without a schema is rejected."
)


def _has_two_guides(answer: Subject) -> bool:
    return sum(answer.request.get(f"/{member}") is not None for member in GUIDES) > 1 and not must_refuse(answer)


rules.should("exclusive", CORRECTION, "#/guided_json", where=_has_two_guides, covers=OF_ONE_GUIDE).refuse(
    "Two constraints in one request are rejected, because one text may be unable to satisfy both."
)


def _constrains_wrongly(answer: Subject) -> bool:
    return bool(refused_for(answer) & {"response_format", *GUIDES})


rules.must(
    "invalid.refused", SCHEMA, "#/response_format:object/", where=_constrains_wrongly, covers=OF_CONSTRAINTS
).refuse("An invalid constraint is rejected: an unknown format, a schema without a name, a string as `guided_choice`.")
