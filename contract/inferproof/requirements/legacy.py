"""The native inference operation and its stream: what both accept.

Breaks: a validator that knows the turn types of an older document, and clients' timestamps as numbers or null.
Reference: turns become chat messages after the body was validated as the native schema says.
"""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import forbidden, keyed, must_accept, valid, wrong_only_at
from inferproof.judge.requirement import (
    CORRECTION,
    EXAMPLE,
    MAY,
    MUST,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.judge.select import LEGACY, Of
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject
from inferproof.judge.value import Value, is_number

PLAIN = frozenset({"config", "context", "temperature", "max_tokens", "top_p", "stop_tokens", "metadata", "web_search"})
"""Members that every server must take; a search of the web is left out where it is asked for, as it needs a network."""


def turns(answer: Subject) -> list[Value]:
    """The turns of the request that are objects."""
    return [turn for turn in answer.request.items("/context", optional=True) if isinstance(turn.raw, dict)]


def plain(answer: Subject) -> bool:
    """Instructions, and a person and the model taking turns; no member beyond the plain ones."""
    return (
        _simple(answer)
        and all(turn.get("/type") in ("Instruction", "Human", "AI") for turn in turns(answer))
        and not any(turn.has("/tool_calls") or turn.has("/ts") for turn in turns(answer))
    )


def _of_internal_types(answer: Subject) -> bool:
    """Turns of the types that the document lists without a word, and no member beyond the plain ones."""
    types = {turn.string("/type") for turn in turns(answer)}
    return bool(types - {"Instruction", "Human", "AI"}) and "Tool" not in types and _simple(answer)


def _simple(answer: Subject) -> bool:
    return PLAIN.issuperset(answer.request.members()) and not answer.request.get("/web_search") and must_accept(answer)


def _with_tools(answer: Subject) -> bool:
    """No member beyond the plain ones and `tools`."""
    return (PLAIN | {"tools"}).issuperset(answer.request.members()) and must_accept(answer)


def _times(answer: Subject) -> list[Value]:
    return [turn.value("/ts") for turn in turns(answer) if turn.has("/ts")]


def _epoch(answer: Subject) -> bool:
    """A turn with seconds since 1970, which our correction allows and the published document does not."""
    times = _times(answer)
    schema = answer.operation.request_schema or ""
    valid = keyed(answer) and answer.contract.validator(schema, "corrected").decides(answer.request.raw)
    return (
        valid
        and PLAIN.issuperset(answer.request.members())
        and times != []
        and all(is_number(time.raw) for time in times)
    )


def _no_time(answer: Subject) -> bool:
    """A turn with a `ts` of words, and nothing else wrong."""
    if not forbidden(answer) or answer.allowed_if_lax != "by format":
        return False
    return [violation.keyword for violation in answer.violations] == ["format"]


@requirement(
    "legacy.offered",
    MUST,
    basis=EXAMPLE,
    claims="legacy",
    cites="chat.legacy",
    of=Of(("chat.legacy",), None, where=plain),
)
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The native inference operation is there: it does not answer 404, 405 or 501 to a good request."""
    check.offered(reply)


@requirement(
    "legacy.stream.offered",
    MUST,
    basis=EXAMPLE,
    claims="legacy",
    cites="chat.legacy.stream",
    of=Of(("chat.legacy.stream",), None, where=plain),
)
def the_stream_exists(reply: Subject, check: Check) -> None:
    """The native streaming operation is there: it does not answer 404, 405 or 501 to a good request."""
    check.offered(reply)


@requirement(
    "legacy.request.accepted",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites=("chat.legacy.request", "chat.legacy.reply", "chat.legacy.request#/metadata/*"),
    covers=("chat.legacy.stream.request", "chat.legacy.stream.reply"),
    of=Of(LEGACY, DECIDED, where=plain),
)
def a_plain_conversation_is_accepted(reply: Subject, check: Check) -> None:
    """A talk of instructions, a person and the model is accepted, with optional members given, null or absent."""
    check.accepted(reply)


@requirement(
    "legacy.request.extra-members",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites=(
        "chat.legacy.request.open#",
        "chat.legacy.request.open#/context/[]",
        "chat.legacy.request.open#/metadata:object",
    ),
    of=Of(LEGACY, DECIDED, where=lambda answer: answer.request.has("/inferproof_extra") and valid(answer)),
)
def unknown_members_are_accepted(reply: Subject, check: Check) -> None:
    """Members that the document does not name are accepted: of the body, of a turn, and of `metadata`."""
    check.accepted(reply)


@requirement(
    "legacy.request.query",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites="chat.legacy.query#",
    covers="chat.legacy.stream.query#",
    of=Of(LEGACY, DECIDED, where=lambda answer: "origin_endpoint=" in answer.exchange.request.target and plain(answer)),
)
def the_origin_may_be_named(reply: Subject, check: Check) -> None:
    """The query parameter `origin_endpoint` is accepted."""
    check.accepted(reply)


@requirement(
    "legacy.request.context",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites=("chat.legacy.request.required#", "chat.legacy.request#/context"),
    of=Of(LEGACY, DECIDED, where=wrong_only_at("context")),
)
def there_is_a_context(reply: Subject, check: Check) -> None:
    """A body without a `context` that is a list is refused."""
    check.refused(reply)


@requirement(
    "legacy.request.turn.type",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites=("chat.legacy.request#/context/[]/type", "chat.legacy.request#/context/[]/type/"),
    of=Of(LEGACY, DECIDED, where=wrong_only_at("context", "type")),
)
def a_turn_has_a_known_type(reply: Subject, check: Check) -> None:
    """A turn without a `type`, or of one that the document does not list, is refused."""
    check.refused(reply)


@requirement(
    "legacy.request.turn.text",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites=("chat.legacy.request.required#/context/[]", "chat.legacy.request#/context/[]/text"),
    of=Of(LEGACY, DECIDED, where=wrong_only_at("context", "text")),
)
def a_turn_has_a_text(reply: Subject, check: Check) -> None:
    """A turn without a `text` that is a string is refused."""
    check.refused(reply)


@requirement(
    "legacy.request.turn.types",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites="chat.legacy.request#/context/[]/type/",
    of=Of(LEGACY, DECIDED, where=_of_internal_types),
)
def every_type_of_turn_is_valid(reply: Subject, check: Check) -> None:
    """Turns of every documented type (`Tool` apart) are valid: a server may decline them, but not with 422."""
    declined = reply.status == 200 or (400 <= reply.status < 500 and reply.status != 422)
    check.that(declined, "200, or a 4xx but 422", reply.status, at="status")


@requirement(
    "legacy.request.ts",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites="chat.legacy.request#/context/[]/ts",
    of=Of(LEGACY, DECIDED, where=lambda answer: bool(_times(answer)) and _simple(answer)),
)
def a_turn_may_have_a_time(reply: Subject, check: Check) -> None:
    """A turn's `ts` may be a date and time (RFC 3339), or null."""
    check.accepted(reply)


@requirement(
    "legacy.request.ts.epoch",
    MAY,  # a server that follows the published schema refuses it
    basis=CORRECTION,
    claims="legacy",
    cites="chat.legacy.request#/context/[]/ts",
    of=Of(LEGACY, DECIDED, where=_epoch),
)
def a_time_may_be_a_number(reply: Subject, check: Check) -> None:
    """A turn's `ts` may be seconds since 1970: the vendor's other documents say so, and existing clients send it."""
    check.accepted(reply)


@requirement(
    "legacy.request.ts.format",
    SHOULD,
    basis=SCHEMA,
    claims="legacy",
    cites="chat.legacy.request#/context/[]/ts",
    of=Of(LEGACY, DECIDED, where=_no_time),
)
def a_time_is_no_other_text(reply: Subject, check: Check) -> None:
    """A turn's `ts` that is text and no date and time is refused. JSON Schema lets a server leave formats unchecked."""
    check.refused(reply)


@requirement(
    "legacy.request.web-search",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites="chat.legacy.request#/web_search",
    of=Of(LEGACY, DECIDED, where=wrong_only_at("web_search")),
)
def web_search_is_a_boolean(reply: Subject, check: Check) -> None:
    """A `web_search` that is no boolean is refused, null included."""
    check.refused(reply)


@requirement(
    "legacy.request.tools.empty",
    MUST,
    basis=SCHEMA,
    claims="legacy.tools",
    cites="chat.legacy.request#/tools",
    of=Of(
        LEGACY,
        DECIDED,
        where=lambda answer: answer.request.has("/tools") and not answer.request.get("/tools") and _with_tools(answer),
    ),
)
def no_tools_are_no_tools(reply: Subject, check: Check) -> None:
    """`tools` may be null or an empty list, its default."""
    check.accepted(reply)


@requirement(
    "legacy.request.tool-turn",
    MUST,
    basis=SCHEMA,
    claims="legacy.tools",
    cites=("chat.legacy.request#/context/[]/tool_calls", "chat.legacy.request#/context/[]/tool_call_id"),
    of=Of(
        LEGACY,
        DECIDED,
        where=lambda answer: _with_tools(answer) and any(turn.get("/type") == "Tool" for turn in turns(answer)),
    ),
)
def a_tool_may_answer(reply: Subject, check: Check) -> None:
    """A turn of the model with `tool_calls`, and one of the type `Tool` with its result, are accepted."""
    check.accepted(reply)
