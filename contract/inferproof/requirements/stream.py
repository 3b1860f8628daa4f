"""The chat stream: server-sent events, each one chunk, from the role to the finish reason and `[DONE]`."""

from collections import Counter

from inferproof.judge.check import Check
from inferproof.judge.oracle import invalid, must_accept
from inferproof.judge.requirement import CORRECTION, EXAMPLE, PROJECT, PROSE, SCHEMA, Standard, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, EVENTS, JSON, chat_stream, decided, replies, served, streams
from inferproof.judge.subject import DONE, Subject
from inferproof.judge.value import Missing, Value


def wants_stream(answer: Subject) -> bool:
    return answer.request.get("/stream") is True


def choices_of(answer: Subject) -> list[Value]:
    """Each choice of each chunk, in the order of arrival. Raises Skip."""
    return [choice for event in answer.events for choice in event.items("/choices")]


OF_THE_PATH = ".openai-path.reply.events"
OF_A_CHUNK = (
    ".event#/choices/[]/ .event#/choices/[]/delta/ .event#/* .event#/choices/[]/* .event#/choices/[]/delta/* "
    ".event#/choices/[]/delta/tool_calls/[]/* .event#/choices/[]/delta/tool_calls/[]/function/*"
)
"""What the schema says of a chunk."""

rules = Rules("stream", of=chat_stream, cites="chat", claims="streaming").with_notes(
    breaks="events split by a proxy, a role in no delta or in all, two finish reasons, usage in a chunk with a choice.",
    reference="the front writes each chunk as one event with one line, and ends with `[DONE]`.",
)


def _wants_a_good_stream(answer: Subject) -> bool:
    return wants_stream(answer) and must_accept(answer)


@rules.must("media-type", SCHEMA, ".reply.events", of=served(*CHAT, where=_wants_a_good_stream), covers=OF_THE_PATH)
def a_stream_is_an_event_stream(reply: Subject, check: Check) -> None:
    """With `stream: true`, the reply has the media type `text/event-stream`."""
    check.equal(reply.media_type, EVENTS, at="content-type")


@rules.must("framing", Standard("WHATWG HTML §9.2.6"), ".reply.events")
def every_event_ends_with_a_blank_line(reply: Subject, check: Check) -> None:
    """Every event but `[DONE]` ends with a blank line; clients drop a last event without it (WHATWG HTML §9.2.6)."""
    for fault in reply.stream.faults:
        tail = reply.reply.body[fault.offset :].strip()
        check.that(
            fault.kind != "unterminated" or tail == b"data: [DONE]",
            "a blank line",
            fault.text,
            at=f"byte {fault.offset}",
        )


@rules.must("utf-8", Standard("WHATWG HTML §9.2.5"), ".reply.events")
def every_event_is_utf_8(reply: Subject, check: Check) -> None:
    """The stream is UTF-8 (WHATWG HTML §9.2.5), and no event ends within a character."""
    for fault in reply.stream.faults:
        check.that(fault.kind != "not utf-8", "UTF-8", fault.text, at=f"byte {fault.offset}")


@rules.should("line", PROJECT, ".reply.events")
def an_event_is_one_data_line(reply: Subject, check: Check) -> None:
    """The data of each event is on one line, because many clients read line by line."""
    for number, event in enumerate(reply.stream.events):
        lines = sum(line.partition(":")[0] == "data" for line in event.lines)
        check.equal(lines, 1, at=f"events/{number}")


@rules.must("event.json", PROSE, ".reply.prose", ".event", covers=".openai-path.reply.prose .openai-path.event")
def each_event_is_json(reply: Subject, check: Check) -> None:
    """The data of each event, except `[DONE]`, is one JSON object."""
    try:
        events = reply.events
    except Missing as missing:
        check.fail("one JSON object in each event", str(missing.__cause__), at=missing.pointer)
    for event in events:
        check.that(isinstance(event.raw, dict), "a JSON object", event)


@rules.must("event.schema", SCHEMA, ".event#/", covers=OF_A_CHUNK)
def each_chunk_is_valid(reply: Subject, check: Check) -> None:
    """Each event is a chunk that the document's schema allows, or reports an error."""
    layer = reply.contract.layer("chat.event#/")
    for event in reply.events:
        if not event.has("/error"):
            check.valid(event, reply.operation.event_schema or "", layer)


@rules.should("event.corrected", CORRECTION, ".event#/")
def each_chunk_has_what_clients_need(reply: Subject, check: Check) -> None:
    """Each chunk has the members that all examples show and clients read, such as `id`, `object` and `created`."""
    for event in reply.events:
        if not event.has("/error"):
            check.valid(event, reply.operation.event_schema or "", "corrected")


@rules.must("series", PROSE, ".reply.prose")
def a_stream_is_a_series(reply: Subject, check: Check) -> None:
    """An answer of more than a few words comes in several chunks."""
    if len(reply.text) > 16:
        check.that(len(reply.events) > 1, "several chunks", len(reply.events), at="events")


@rules.should("constant", EXAMPLE, ".event#/id")
def the_chunks_belong_together(reply: Subject, check: Check) -> None:
    """`id`, `created` and `model` are the same in every chunk of a stream."""
    for event in reply.events:
        for path in ("/id", "/created", "/model"):
            check.equal(event.value(path), reply.events[0].value(path).raw)


@rules.should("role", EXAMPLE, ".event#/choices/[]/delta/role")
def the_first_delta_says_who_speaks(reply: Subject, check: Check) -> None:
    """The first delta of each choice has the role `assistant`."""
    seen = set()
    for choice in choices_of(reply):
        if (index := choice.integer("/index")) not in seen:
            seen.add(index)
            check.equal(choice.object("/delta").get("/role"), "assistant", at=f"{choice.at}/delta/role")


@rules.should("finish.once", EXAMPLE, ".event#/choices/[]/finish_reason")
def each_choice_finishes_once(reply: Subject, check: Check) -> None:
    """Each choice has a `finish_reason` in exactly one chunk."""
    found: Counter[int] = Counter()
    for choice in choices_of(reply):
        found[choice.integer("/index")] += choice.find("/finish_reason") is not None
    for index, times in found.items():
        check.equal(times, 1, at=f"finish_reason of choice {index}")


@rules.should("finish.last", EXAMPLE, ".event#/choices/[]/finish_reason")
def nothing_follows_the_finish(reply: Subject, check: Check) -> None:
    """After the `finish_reason` of a choice, no chunk continues it; an empty delta may carry the result of a filter."""
    finished = set()
    for choice in choices_of(reply):
        index = choice.integer("/index")
        says = _says(choice) or choice.find("/finish_reason") is not None
        check.that(index not in finished or not says, "nothing after its finish_reason", choice)
        if choice.find("/finish_reason") is not None:
            finished.add(index)


def _says(choice: Value) -> bool:
    """Its delta has a member that is neither null nor empty, or it has entries of tokens."""
    members = choice.members("/delta", optional=True)
    spoken = [value.raw for name, value in members.items() if name != "role"]
    return any(each not in (None, "", [], {}) for each in spoken) or bool(choice.get("/logprobs/content"))


@rules.should("done", openai("[DONE]", "chat completion streams"), ".reply.events")
def the_stream_says_that_it_is_done(reply: Subject, check: Check) -> None:
    """A stream ends with `data: [DONE]`, as OpenAI's streams do. A stream that failed may end with the error
    instead."""
    datas = [event.data for event in reply.stream.events]
    failed = any(event.has("/error") for event in reply.events)
    check.that(failed or DONE in datas, DONE, datas[-1] if datas else "no event", at="the last event")


def _takes_its_time(answer: Subject) -> bool:
    return answer.request.get("/timeout_sec") is None


@rules.should("no-crash", PROJECT, ".reply.events", of=streams(*CHAT, where=_takes_its_time))
def no_stream_breaks_down(reply: Subject, check: Check) -> None:
    """No stream has an error event, unless the request limited its time."""
    errors = [event.raw for event in reply.events if event.has("/error")]
    check.equal(errors, [], at="events with an error")


@rules.must("done.last", openai("[DONE]", "chat completion streams"), ".reply.events")
def nothing_follows_done(reply: Subject, check: Check) -> None:
    """Nothing follows `[DONE]`, because clients stop reading there."""
    datas = [event.data for event in reply.stream.events]
    if DONE in datas:
        check.equal(datas[datas.index(DONE) + 1 :], [], at="after [DONE]")


def _wants_a_stream_wrongly(answer: Subject) -> bool:
    return wants_stream(answer) and invalid(answer)


@rules.must("invalid", SCHEMA, ".invalid.json", of=decided(*CHAT, where=_wants_a_stream_wrongly))
def what_is_wrong_is_said_before_the_stream(reply: Subject, check: Check) -> None:
    """An invalid request with `stream: true` gets the documented status and a JSON body, as without `stream`."""
    check.equal(reply.status, reply.operation.invalid_status, at="status")
    check.equal(reply.media_type, JSON, at="content-type")


def _has_options_alone(answer: Subject) -> bool:
    return bool(answer.request.get("/stream_options")) and not answer.request.get("/stream")


options_alone = replies("chat", status=None, media=None, where=_has_options_alone)

rules.should("options.alone", CORRECTION, ".request#/stream_options", of=options_alone).refuse(
    "`stream_options` without `stream: true` is rejected."
)


def _wants_choices(answer: Subject) -> bool:
    return answer.request.integer("/n", 1) > 1


several = streams("chat", where=_wants_choices)


@rules.should(
    "choices",
    openai("choices", "chat completion streams"),
    ".event#/choices/[]/index",
    ".request#/n",
    of=several,
    claims=".choices",
)
def every_choice_is_streamed(reply: Subject, check: Check) -> None:
    """A stream of `n` choices has chunks of each choice, numbered from 0."""
    asked, found = reply.request.integer("/n"), sorted(reply.folded.choices)
    numbered = found == list(range(len(found)))  # `asked` may be too large for a list
    check.that(numbered and len(found) == asked, f"{asked} numbered from 0", found, at="choices")
