"""How a stream is delivered: as it is made, equal to what is sent without `stream`, past clients that leave."""

from inferproof.judge.check import Check
from inferproof.judge.requirement import PROJECT, PROSE
from inferproof.judge.rules import Rules
from inferproof.judge.subject import REASONING, Subject, repeated, settled, steps
from inferproof.judge.value import Skip
from inferproof.requirements.usage import same_prompt

PROMPT_TIMES = 4
HELD_AT_LEAST = 200_000
"""Microseconds. A pause of a busy machine is shorter, and three streams in a row do not meet one each."""

ENOUGH_PIECES = 16
ENOUGH_TEXT = 128
"""So many pieces, or characters, that made token by token take a server some time, and do not come in one read."""

FEW_PIECES = 3
MOST_OF_IT = 0.75
"""Fewer pieces than the first, or one with more of the text than the second, are hardly a stream."""

LONG_TEXT = 800
"""Characters. Hosts that send 50 or 100 tokens at a time send so long a text in several pieces.

A shorter one tells too, of at least ENOUGH_TEXT, where the model ended it though a long story was asked for.
"""


rules = Rules("stream", cites="chat", claims="streaming").with_notes(
    breaks="a proxy or a compressor that collects the stream, a worker that hangs when its client leaves.",
    reference="each chunk is written when the engine sends it; a client that leaves cancels the engine's request.",
)


@rules.should("equal.content", PROJECT, ".event#/choices/[]/delta/content", needs="stream.equal")
def a_stream_adds_up_to_the_same_text(answers: list[Subject], check: Check) -> None:
    """At temperature 0 with a seed, the joined deltas are the content of the reply without `stream`."""
    whole, stream, again = steps(answers[:3], 3)
    expected = repeated(whole, again)
    check.equal(settled(stream, *answers[3:]).said, expected, at="content")


@rules.should("equal.finish-reason", PROJECT, ".event#/choices/[]/finish_reason", needs="stream.equal")
def a_stream_finishes_for_the_same_reason(answers: list[Subject], check: Check) -> None:
    """At temperature 0 with a seed, a stream has the same `finish_reason` as the reply without `stream`."""
    whole, stream, again = steps(answers[:3], 3)
    repeated(whole, again)
    stream.require_given()
    check.equal(settled(stream, *answers[3:]).finish_reason, whole.finish_reason, at="finish_reason")


@rules.should("hang-up", PROJECT, ".reply.events", needs="stream.hang-up")
def a_client_may_leave(answers: list[Subject], check: Check) -> None:
    """After a client closed its connection early, the next request gets its own reply: a new `id`, and a choice."""
    streamed = next((place for place, each in enumerate(answers) if each.request.get("/stream") is True), 0)
    left, following = steps(answers[streamed : streamed + 2], 2)
    if not left.events:
        raise Skip("the client left before the first event")
    own, choices = following.body.value("/id"), following.body.value("/choices")
    check.that(own.raw != left.events[0].value("/id").raw, "an id of its own", own)
    check.that(choices.raw != [], "a choice", choices)


@rules.should("hang-up.prompt", PROJECT, ".reply.events", ".reply#/usage/prompt_tokens", needs="stream.hang-up")
def who_left_leaves_no_trace_in_the_prompt(answers: list[Subject], check: Check) -> None:
    """A conversation has the same `prompt_tokens` before and after a client closed its connection early."""
    before, _, _, after = steps(answers[:4], 4)
    same_prompt(after.body.value("/usage/prompt_tokens"), before.body.integer("/usage/prompt_tokens"), check)


@rules.should("hang-up.text", PROJECT, ".reply.events", needs="stream.hang-up")
def who_left_leaves_no_trace_in_the_answer(answers: list[Subject], check: Check) -> None:
    """At temperature 0 with a seed, a request gets the same text before and after a client closed its connection
    early."""
    before, again, _, after = steps(answers[:4], 4)
    expected = repeated(before, again)
    check.equal(settled(after, *answers[4:]).said, expected, at="content")


@rules.should("slow-reader", PROJECT, ".reply.events", needs="stream.slow-reader")
def a_slow_reader_gets_it_all(answers: list[Subject], check: Check) -> None:
    """A client that reads slowly gets the whole stream, with the `finish_reason` of each choice."""
    [slow] = steps(answers, 1)
    found = [choice.finish_reason for choice in slow.folded.choices.values()]
    check.that(found != [] and None not in found, "a finish_reason", found, at="finish_reason")


@rules.should("incremental", PROSE, ".reply.prose", needs="stream.timing", claims=".incremental")
def events_leave_as_they_are_made(answers: list[Subject], check: Check) -> None:
    """Events are sent as they are made. The rule fails only if every stream was clearly held back to its end."""
    prompt, *streams = answers
    if not prompt.reply.reads or not streams:
        raise Skip("nobody watched the replies arrive")
    first_token = prompt.reply.reads[-1][0]
    waits = [held_back(stream, first_token) for stream in streams if is_enough(stream)]
    if not waits:
        raise Skip("the streams are too short to tell")
    check.that(
        not all(waits),
        f"the first event soon after the {first_token // 1000} ms that an answer of one token takes",
        f"everything at once, after {max(waits) // 1000} ms",
        at="arrival",
    )


@rules.should("pieces", PROSE, ".reply.prose", needs="stream.timing", claims=".incremental")
def a_long_text_comes_in_pieces(answers: list[Subject], check: Check) -> None:
    """A long text comes in several pieces, none of which has most of it: it is streamed while it is made."""
    streams = answers[1:]
    if not streams:
        raise Skip("it takes a longer stream to tell")
    if any(in_pieces(stream) for stream in streams):
        return
    last = streams[-1]
    if len(last.text) < (ENOUGH_TEXT if _has_ended(last) else LONG_TEXT):
        raise Skip("the texts are too short to tell")
    found = [len(piece) for piece in pieces(last)]
    check.fail(f"at least {FEW_PIECES} pieces, none with most of the text", found, at="characters of each piece")


def _has_ended(stream: Subject) -> bool:
    """The model came to its end by itself; the native stream does not say why it ends."""
    return bool(stream.folded.choices) and stream.finish_reason == "stop"


def pieces(stream: Subject) -> list[str]:
    """The texts of its events, those of the answer and those of reasoning, where they are not empty. Raises Skip."""
    said = [event.get("/text") for event in stream.events]
    for event in stream.events:
        for choice in event.items("/choices", optional=True):
            said += [choice.get(f"/delta/{name}") for name in ("content", *REASONING)]
    return [text for text in said if isinstance(text, str) and text]


def in_pieces(stream: Subject) -> bool:
    said = pieces(stream)
    return len(said) >= FEW_PIECES and max(map(len, said)) <= MOST_OF_IT * sum(map(len, said))


def is_enough(stream: Subject) -> bool:
    """It has so much text that its making takes time. Text that nobody sees, of a hidden reasoning, does not count."""
    return len(pieces(stream)) >= ENOUGH_PIECES or len(stream.text) >= ENOUGH_TEXT


def held_back(stream: Subject, first_token: int) -> int:
    """How long all events but the first were held, in µs; 0 where the stream is no proof of that.

    Proof is a long wait, many times that for an answer of one token, and then the rest nearly at once. The first event
    may be sent early by a server that holds the rest back.
    """
    times = [event.at_us for event in stream.stream.events[1:]]
    if not times:
        return 0
    wait, rest = times[0], times[-1] - times[0]
    proven = wait > PROMPT_TIMES * first_token + HELD_AT_LEAST and rest < wait // 20
    return wait if proven else 0
