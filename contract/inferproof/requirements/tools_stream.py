"""Calls in streams: pieces that a client can put together, and that add up to what is sent without `stream`.

Breaks: an id repeated in each piece, indexes that start at 1, arguments that are sent twice at the end.
Reference: the engine's deltas are passed on in the form of the contract.
"""

from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.requirement import CONVENTION, CORRECTION, MUST, PROJECT, SHOULD, requirement
from inferproof.judge.select import EVENTS, Of
from inferproof.judge.subject import Subject, read_json
from inferproof.requirements.tools import chosen, streamed, whole_calls

DELTA = "inflection#/components/schemas/DeltaToolCall"


def _streams_of_calls() -> Of:
    return Of(
        ("chat",), media=EVENTS, where=lambda answer: streamed(answer) and chosen(answer) in ("required", "named")
    )


def _deltas(answer: Subject) -> list[dict[str, Any]]:
    """Every piece of a call in a stream, in the order of arrival."""
    return [
        part
        for chunk in answer.chunks
        for choice in chunk["choices"]
        for part in choice["delta"].get("tool_calls") or ()
    ]


@requirement(
    "tools.stream.call",
    MUST,
    basis=CONVENTION,
    claims="tools.streamed",
    cites=(DELTA, "inflection#/components/schemas/DeltaFunctionCall"),
    of=_streams_of_calls(),
)
def pieces_add_up_to_calls(reply: Subject, check: Check) -> None:
    """In a stream, the pieces with one `index` add up to a call, which has the name of a function."""
    found = whole_calls(reply)
    check.that(found != [], "a call", "none", at="tool_calls")
    for number, call in enumerate(found):
        check.that(call["name"] != "", "a name", call["name"], at=f"tool_calls/{number}/function/name")


@requirement(
    "tools.stream.once",
    SHOULD,
    basis=CONVENTION,
    claims="tools.streamed",
    cites=(f"{DELTA}/properties/id", "inflection#/components/schemas/DeltaFunctionCall/properties/name"),
    of=_streams_of_calls(),
)
def a_call_is_named_once(reply: Subject, check: Check) -> None:
    """In a stream, each call has its `id` and its function's `name` in one piece: clients join what comes twice."""
    pieces = _deltas(reply)
    for index in sorted({piece["index"] for piece in pieces}):
        mine = [piece for piece in pieces if piece["index"] == index]
        check.equal(sum(bool(piece.get("id")) for piece in mine), 1, at=f"pieces of call {index} with an id")
        names = sum(bool((piece.get("function") or {}).get("name")) for piece in mine)
        check.equal(names, 1, at=f"pieces of call {index} with a name")


@requirement(
    "tools.stream.index",
    SHOULD,
    basis=CORRECTION,
    claims="tools.streamed",
    cites=f"{DELTA}/properties/index",
    of=_streams_of_calls(),
)
def calls_are_numbered_from_zero(reply: Subject, check: Check) -> None:
    """In a stream, the calls of a message are numbered from 0 without a gap."""
    indexes = sorted({piece["index"] for piece in _deltas(reply)})
    check.equal(indexes, list(range(len(indexes))), at="indexes of tool_calls")


@requirement(
    "tools.stream.equal",
    SHOULD,
    basis=PROJECT,
    claims="tools.streamed",
    cites=f"{DELTA}/properties/function",
    needs="tools.stream",
)
def a_stream_makes_the_same_calls(answers: list[Subject], check: Check) -> None:
    """At temperature 0 and with a seed, a stream has the calls that are made without `stream`."""
    whole, stream, again = (
        [(call["name"], read_json(call["arguments"])) for call in whole_calls(answer)] for answer in answers
    )
    if whole != again:
        raise LookupError("the same request is answered differently each time")
    check.equal(stream, whole, at="tool_calls")
