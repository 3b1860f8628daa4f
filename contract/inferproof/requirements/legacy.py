"""The native inference operation and its stream: what both accept."""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import EXTRA, forbidden, keyed, must_accept, valid
from inferproof.judge.requirement import CORRECTION, EXAMPLE, SCHEMA
from inferproof.judge.rules import Rules
from inferproof.judge.select import LEGACY, asked, decided
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


rules = Rules("legacy", of=decided(*LEGACY), cites="chat.legacy", claims="legacy").with_notes(
    breaks="a validator that knows the turn types of an older document, and clients' timestamps as numbers or null.",
    reference="turns become chat messages after the body was validated as the native schema says.",
)
requests = rules.part("request", of=decided(*LEGACY), cites="chat.legacy.request")


@rules.must("offered", EXAMPLE, of=asked("chat.legacy", where=plain))
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The native inference operation exists: a valid request does not get 404, 405 or 501."""
    check.offered(reply)


@rules.must("stream.offered", EXAMPLE, ".stream", of=asked("chat.legacy.stream", where=plain))
def the_stream_exists(reply: Subject, check: Check) -> None:
    """The native streaming operation exists: a valid request does not get 404, 405 or 501."""
    check.offered(reply)


rules.must(
    "request.accepted",
    SCHEMA,
    ".request",
    ".reply",
    ".request#/metadata/*",
    where=plain,
    covers=".stream.request .stream.reply",
).accept("A conversation of `Instruction`, `Human` and `AI` turns is accepted; optional members may be null or absent.")


def _brings_an_extra_member(answer: Subject) -> bool:
    return answer.request.has(f"/{EXTRA}") and valid(answer)


requests.must(
    "extra-members", SCHEMA, ".open#", ".open#/context/[]", ".open#/metadata:object", where=_brings_an_extra_member
).accept("Members that the document does not name are accepted in the body, in a turn and in `metadata`.")


def _names_its_origin(answer: Subject) -> bool:
    return "origin_endpoint=" in answer.exchange.request.target and plain(answer)


rules.must("request.query", SCHEMA, ".query#", covers=".stream.query#", where=_names_its_origin).accept(
    "The query parameter `origin_endpoint` is accepted."
)

requests.must("context", SCHEMA, ".required#", "#/context", wrong_at="context").refuse(
    "A body whose `context` is missing or not a list is rejected."
)

requests.must("turn.type", SCHEMA, "#/context/[]/type", "#/context/[]/type/", wrong_at="context/type").refuse(
    "A turn whose `type` is missing, or is not one that the document lists, is rejected."
)

requests.must("turn.text", SCHEMA, ".required#/context/[]", "#/context/[]/text", wrong_at="context/text").refuse(
    "A turn whose `text` is missing or not a string is rejected."
)


@requests.must("turn.types", SCHEMA, "#/context/[]/type/", where=_of_internal_types)
def every_type_of_turn_is_valid(reply: Subject, check: Check) -> None:
    """Turns of every documented type except `Tool` are valid (200, or a 4xx other than 422)."""
    declined = reply.status == 200 or (400 <= reply.status < 500 and reply.status != 422)
    check.that(declined, "200, or a 4xx but 422", reply.status, at="status")


requests.must("ts", SCHEMA, "#/context/[]/ts", where=lambda answer: bool(_times(answer)) and _simple(answer)).accept(
    "A turn's `ts` may be a date and time (RFC 3339), or null."
)


# a server that follows the published schema refuses it
requests.may("ts.epoch", CORRECTION, "#/context/[]/ts", where=_epoch).accept(
    "A turn's `ts` may be seconds since 1970, as the vendor's other documents say and existing clients send it."
)

requests.should("ts.format", SCHEMA, "#/context/[]/ts", where=_no_time).refuse(
    "A turn's `ts` that is text but not a date and time is rejected. JSON Schema lets a server leave formats unchecked."
)

requests.must("web-search", SCHEMA, "#/web_search", wrong_at="web_search").refuse(
    "A `web_search` that is not a boolean, such as null, is rejected."
)


def _offers_no_tools(answer: Subject) -> bool:
    return answer.request.has("/tools") and not answer.request.get("/tools") and _with_tools(answer)


requests.must("tools.empty", SCHEMA, "#/tools", where=_offers_no_tools, claims=".tools").accept(
    "`tools` may be null or an empty list, its default."
)


def _answers_a_call(answer: Subject) -> bool:
    return _with_tools(answer) and any(turn.get("/type") == "Tool" for turn in turns(answer))


requests.must(
    "tool-turn", SCHEMA, "#/context/[]/tool_calls", "#/context/[]/tool_call_id", where=_answers_a_call, claims=".tools"
).accept("A turn of the model with `tool_calls`, and a turn of the type `Tool` with the result, are accepted.")
