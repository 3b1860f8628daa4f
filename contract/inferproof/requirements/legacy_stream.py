"""The native stream: pieces of text as events, numbered from 0."""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.requirement import CORRECTION, EXAMPLE, PROJECT, SCHEMA, Standard, openai, rfc
from inferproof.judge.rules import Rules
from inferproof.judge.select import EVENTS, Of, served, streams
from inferproof.judge.subject import DONE, Subject, read_json, steps
from inferproof.judge.value import Skip
from inferproof.requirements.chat_request import LONGEST_TOKEN
from inferproof.requirements.legacy_reply import DAY
from inferproof.wire.exchange import NotJson

ROLE = "chat.legacy.stream"

legacy_stream = streams(ROLE)


rules = Rules("legacy.stream", of=legacy_stream, cites="chat.legacy.stream", claims="legacy").with_notes(
    breaks="chunks of a chat stream handed through, events over several lines, an `idx` that counts tokens.",
    reference="the front writes one event for each delta with text, and counts them from 0.",
)


@rules.must("media-type", SCHEMA, ".reply.events", ".prose", of=served(ROLE))
def the_answer_is_an_event_stream(reply: Subject, check: Check) -> None:
    """The native streaming operation returns `text/event-stream`."""
    check.equal(reply.media_type, EVENTS, at="content-type")


@rules.must("ends", rfc("9112 §8"), ".reply", of=Of((ROLE,), media=EVENTS, whole=False))
def the_stream_ends(reply: Subject, check: Check) -> None:
    """The stream is complete by HTTP (RFC 9112 §8): the server neither stalls nor closes the connection early."""
    fault = reply.exchange.fault
    holds = fault is None or fault.kind == "hung up"
    check.that(holds, "a whole reply", fault.text if fault else "", at="body")


@rules.should("framing", Standard("WHATWG HTML §9.2.5 and §9.2.6"), ".reply.prose")
def every_event_reaches_the_client(reply: Subject, check: Check) -> None:
    """The stream is UTF-8, and a blank line ends each event, also the last one."""
    for fault in reply.stream.faults:
        check.fail("a stream that a client reads whole", fault.text, at=f"byte {fault.offset}")


# the published schema says text, and the example that shows an object breaks its own form
@rules.should("json", CORRECTION, ".event", ".reply.example")
def each_event_is_an_object(reply: Subject, check: Check) -> None:
    """The data of each event, except a `[DONE]`, is one JSON object; there is at least one such event."""
    pieces = [event.data for event in reply.stream.events if event.data != DONE]
    check.that(pieces != [], "an event", reply.reply.body[:80].decode("utf-8", "replace"), at="body")
    for position, data in enumerate(pieces):
        try:
            found = read_json(data)
        except NotJson:
            found = None
        check.that(isinstance(found, dict), "a JSON object", data, at=f"event {position}")


@rules.should("chunk", CORRECTION, ".event#/", ".event#/*")
def each_object_is_a_chunk(reply: Subject, check: Check) -> None:
    """Each event has a number `created`, an integer `idx` and a string `text`, as the example shows."""
    for event in reply.events:
        check.valid(event, reply.operation.event_schema or "", "corrected")


@rules.should("idx", EXAMPLE, ".reply.example", ".event#/idx")
def events_are_numbered(reply: Subject, check: Check) -> None:
    """`idx` numbers the events 0, 1, 2 and so on."""
    found = [event.value("/idx").raw for event in reply.events]
    check.equal(found, list(range(len(found))), at="idx of the events")


@rules.should("created", EXAMPLE, ".reply.example", ".event#/created")
def events_are_of_today(reply: Subject, check: Check) -> None:
    """`created` of each event is the time in seconds (not milliseconds) since 1970, within a day."""
    now = reply.exchange.began
    for event in reply.events:
        created = event.value("/created")
        check.that(abs(created.number() - now) < DAY, f"about {now:.0f}", created)


@rules.should("one-line", EXAMPLE, ".reply.example")
def an_event_is_one_line(reply: Subject, check: Check) -> None:
    """Each event has one `data` line, because existing clients read line by line."""
    for position, event in enumerate(reply.stream.events):
        lines = [line for line in event.lines if line.partition(":")[0] == "data"]
        check.equal(len(lines), 1, at=f"event {position}: data lines")


@rules.should("several", PROJECT, ".reply.prose")
def a_long_text_comes_in_pieces(reply: Subject, check: Check) -> None:
    """A text of more than one token comes in several events."""
    texts = [text for event in reply.events if (text := event.string("/text"))]
    if not texts:
        raise Skip("there is no text")
    holds = len(texts) > 1 or len(texts[0].strip()) <= LONGEST_TOKEN
    check.that(holds, "several events", texts[0], at="the only text")


@rules.should("done", openai("[DONE]", "chat completion streams"), ".reply")
def done_is_the_last_word(reply: Subject, check: Check) -> None:
    """`[DONE]`, if sent, is sent once and is the last event."""
    found = [position for position, event in enumerate(reply.stream.events) if event.data == DONE]
    check.one_of(found, ([], [len(reply.stream.events) - 1]), at="events with [DONE]")


def _without_tools(answer: Subject) -> bool:
    return not answer.request.get("/tools")


@rules.should("tool-calls", EXAMPLE, ".reply.example", ".event#/tool_calls", of=streams(ROLE, where=_without_tools))
def without_tools_there_are_no_calls(reply: Subject, check: Check) -> None:
    """Without tools, `tool_calls` is null or absent."""
    for event in reply.events:
        check.equal(event.object().get("/tool_calls"), None, at=f"{event.at}/tool_calls")


@rules.should("same-text", PROJECT, ".reply.prose", needs="legacy.both")
def the_stream_says_what_the_reply_says(replies: list[Subject], check: Check) -> None:
    """At temperature 0, the joined texts of the events are the `text` of the reply that is not streamed."""
    whole, stream, again = steps(replies, 3)
    text = whole.body.value("/text").raw
    if again.body.value("/text").raw != text:
        raise Skip("the same request is answered differently each time")
    check.equal(stream.folded.legacy_text, text, at="text of all events")
