"""Calls in streams: pieces that a client can put together, and that add up to what is sent without `stream`."""

from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.requirement import CORRECTION, PROJECT, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, EVENTS, Of
from inferproof.judge.subject import Subject, require_repeating, steps
from inferproof.judge.value import Skip, Value
from inferproof.requirements.tools import arguments, chosen, is_offered, streamed, whole_calls


def _streams_of_calls(*choices: str) -> Of:
    """Streams with tools of which one must be called, or with one of these choices too."""
    wanted = ("required", "named", *choices)
    return Of(
        CHAT, media=EVENTS, where=lambda answer: streamed(answer) and chosen(answer) in wanted and is_offered(answer)
    )


def _pieces(answer: Subject) -> dict[int, list[Value]]:
    """The pieces of each call in a stream by the call's `index`, in the order of arrival. Raises Missing."""
    pieces: dict[int, list[Value]] = {}
    for event in answer.events:
        for choice in event.items("/choices"):
            for piece in choice.object("/delta").items("/tool_calls", optional=True):
                pieces.setdefault(piece.integer("/index"), []).append(piece)
    return pieces


rules = Rules(
    "tools.stream",
    of=_streams_of_calls("auto"),
    cites="chat.event#/choices/[]/delta/tool_calls/[]",
    claims="tools.streamed",
).with_notes(
    breaks="an id repeated in each piece, indexes that start at 1, arguments that are sent twice at the end.",
    reference="the engine's deltas are passed on in the form of the contract.",
)


@rules.must("call", openai("tool_calls", "chat completion streams"), "/", "/function/", of=_streams_of_calls())
def pieces_add_up_to_calls(reply: Subject, check: Check) -> None:
    """In a stream, the pieces with the same `index` form a call, which has the name of a function."""
    found = whole_calls(reply)
    check.that(found != [], "a call", "none", at="tool_calls")
    for call in found:
        name = call.value("/function/name")
        check.that(name.string() != "", "a name", name)


@rules.should("once", openai("tool_calls", "chat completion streams"), "/id", "/function/name")
def a_call_is_named_once(reply: Subject, check: Check) -> None:
    """In a stream, the `id` of a call comes in one piece only, and so does its `name`, because clients join repeats."""
    for index, pieces in sorted(_pieces(reply).items()):
        ids = sum(piece.string("/id", "") != "" for piece in pieces)
        check.equal(ids, 1, at=f"pieces of call {index} with an id")
        names = sum(piece.string("/function/name", "") != "" for piece in pieces)
        check.equal(names, 1, at=f"pieces of call {index} with a name")


@rules.should("index", CORRECTION, "/index")
def calls_are_numbered_from_zero(reply: Subject, check: Check) -> None:
    """In a stream, the calls of a message are numbered from 0 without a gap."""
    indexes = sorted(_pieces(reply))
    check.equal(indexes, list(range(len(indexes))), at="indexes of tool_calls")


@rules.should("equal", PROJECT, "/function", needs="tools.stream")
def a_stream_makes_the_same_calls(answers: list[Subject], check: Check) -> None:
    """At temperature 0 with a seed, a stream has the same calls as the reply without `stream`."""
    require_repeating(answers[0])
    whole, again = map(_made, steps([each for each in answers if not streamed(each)][-2:], 2))
    streams = [_made(each) for each in answers if streamed(each)]
    if whole != again or any(each != streams[0] for each in streams):
        raise Skip("the same request is answered differently each time")
    for stream in streams[:1]:
        check.equal(stream, whole, at="tool_calls")


def _made(answer: Subject) -> list[tuple[str, Any]]:
    """The calls, whatever their ids. Raises Skip."""
    return [(call.string("/function/name"), arguments(call)) for call in whole_calls(answer)]
