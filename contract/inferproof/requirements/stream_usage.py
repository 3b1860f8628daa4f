"""Usage in a stream: sent when it is asked for, once, at the end; and the same as without a stream."""

from inferproof.document import Contract
from inferproof.document.citations import NotThere
from inferproof.judge.check import Check
from inferproof.judge.requirement import CORRECTION, EXAMPLE, PROJECT, SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import chat_stream, streams
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Skip, Value
from inferproof.requirements.usage import same_prompt

DEFAULT = "chat.request.default#/stream_options/include_usage"


def _asks(answer: Subject) -> bool:
    return answer.request.get("/stream_options/include_usage") is True


def _continuously(answer: Subject) -> bool:
    return answer.request.get("/stream_options/continuous_usage_stats") is True


def _asks_by_default(answer: Subject) -> bool:
    return not answer.request.object("/stream_options").has("/include_usage") and _is_the_default(answer.contract)


def _is_the_default(contract: Contract) -> bool:
    """The document says that `include_usage` is true where nobody says anything of it."""
    try:
        return contract.at(contract.places(DEFAULT)[0].pointer) is True
    except NotThere:
        return False


def _does_not_ask(answer: Subject) -> bool:
    refuses = answer.request.get("/stream_options/include_usage") is False and not _continuously(answer)
    return refuses or answer.request.get("/stream_options") is None


def unbroken(answer: Subject) -> list[Value]:
    """The chunks; raises Skip where one says that the server failed, since it need not count any more."""
    if any(event.has("/error") for event in answer.events):
        raise Skip("the server failed in mid-stream")
    return [event.object() for event in answer.events]


def usages(answer: Subject) -> list[Value]:
    """The usage of each chunk that has one. Raises Skip."""
    return [usage for chunk in unbroken(answer) if (usage := chunk.find("/usage")) is not None]


def _last_usage(stream: Subject) -> Value:
    """Raises Skip where no chunk has one, or where the server failed."""
    if stream.folded.usage is None:
        raise Skip("no chunk has a usage")
    return stream.folded.usage


ASKED = "chat.request#/stream_options/include_usage"
CONTINUOUS = "chat.request#/stream_options/continuous_usage_stats"

rules = Rules("stream.usage", of=streams("chat"), cites="chat", claims="streaming.usage").with_notes(
    breaks="usage sent unasked, in each chunk, or before the last one with a choice; `include_usage` taken for false.",
    reference="the engine is asked as the request says, with the documented default of `include_usage` written out.",
)


@rules.must("sent", openai("stream_options"), ASKED, where=_asks)
def usage_is_sent_when_asked_for(reply: Subject, check: Check) -> None:
    """With `include_usage: true`, a chunk has the usage."""
    check.that(usages(reply) != [], "a chunk with usage", "none", at="events")


def _asks_once(answer: Subject) -> bool:
    return _asks(answer) and not _continuously(answer)


@rules.should("once", openai("stream_options"), ASKED, where=_asks_once)
def usage_is_sent_once(reply: Subject, check: Check) -> None:
    """With `include_usage: true`, exactly one chunk has the usage."""
    check.equal(len(usages(reply)), 1, at="chunks with usage")


@rules.should("last", CORRECTION, ASKED, where=_asks)
def the_usage_chunk_is_the_last(reply: Subject, check: Check) -> None:
    """With `include_usage: true`, the last chunk has the usage and an empty list of choices."""
    chunks = unbroken(reply)
    if not chunks:
        raise Skip("there is no chunk")
    check.that(chunks[-1].find("/usage") is not None, "a usage", None, at="the last chunk/usage")
    check.equal(chunks[-1].value("/choices"), [], at="the last chunk/choices")


@rules.should("default", SCHEMA, DEFAULT, where=_asks_by_default)
def stream_options_alone_ask_for_usage(reply: Subject, check: Check) -> None:
    """With `stream_options: {}`, a chunk has the usage, because `include_usage` is true by default."""
    check.that(usages(reply) != [], "a chunk with usage", "none", at="events")


@rules.should("unasked", CORRECTION, ".request#/stream_options/", where=_does_not_ask, claims="streaming")
def usage_is_not_sent_unasked(reply: Subject, check: Check) -> None:
    """Without `stream_options`, or with `include_usage: false`, no chunk has a usage."""
    check.equal([usage.raw for usage in usages(reply)], [], at="usage")


@rules.must("total", EXAMPLE, ".event#/usage", ".reply.example#/usage", of=chat_stream, claims="streaming")
def total_is_the_sum_in_streams_too(reply: Subject, check: Check) -> None:
    """If a chunk has a usage, its `total_tokens` is `prompt_tokens` plus `completion_tokens`."""
    for usage in usages(reply):
        wanted = usage.integer("/prompt_tokens") + usage.integer("/completion_tokens", 0)
        check.equal(usage.value("/total_tokens"), wanted)


def _is_capped(answer: Subject) -> bool:
    return (
        answer.request.integer("/max_tokens", 0) > 0
        and not answer.request.has("/max_completion_tokens")
        and answer.request.integer("/n", 1) in (0, 1)
    )


@rules.must("cap", openai("max_tokens"), ".request#/max_tokens", ".event#/usage", where=_is_capped, claims="streaming")
def max_tokens_caps_a_stream(reply: Subject, check: Check) -> None:
    """If a stream has a usage, its `completion_tokens` is at most `max_tokens`."""
    for usage in usages(reply):
        used, cap = usage.integer("/completion_tokens"), reply.request.integer("/max_tokens")
        check.that(used <= cap, f"at most {cap}", used, at=f"{usage.at}/completion_tokens")


def _asks_continuously(answer: Subject) -> bool:
    return _asks(answer) and _continuously(answer)


@rules.should("continuous", SCHEMA, CONTINUOUS, where=_asks_continuously, claims="streaming.continuous-usage")
def continuous_usage_grows(reply: Subject, check: Check) -> None:
    """With `continuous_usage_stats: true`, every chunk has a usage, and `completion_tokens` never falls."""
    before = 0
    for chunk in unbroken(reply):
        check.that(chunk.find("/usage") is not None, "a usage", None, at=f"{chunk.at}/usage")
        now = chunk.integer("/usage/completion_tokens")
        check.that(now >= before, f"at least {before}", now, at=f"{chunk.at}/usage/completion_tokens")
        before = now


@rules.should("equal.prompt", PROJECT, ".reply#/usage/prompt_tokens", ASKED, needs="stream.usage")
def a_stream_has_the_same_prompt(answers: list[Subject], check: Check) -> None:
    """The same request has the same `prompt_tokens` with and without `stream`."""
    whole, stream, *_ = steps(answers, 4)
    same_prompt(_last_usage(stream).value("/prompt_tokens"), whole.body.integer("/usage/prompt_tokens"), check)


@rules.should("equal.completion", PROJECT, ".reply#/usage/completion_tokens", ASKED, needs="stream.usage")
def the_same_text_costs_the_same(answers: list[Subject], check: Check) -> None:
    """If a stream has the same text as the reply without `stream`, it has the same `completion_tokens`."""
    whole, stream, *_ = steps(answers, 4)
    if (whole.text, whole.finish_reason) == (stream.text, stream.finish_reason):
        check.equal(_last_usage(stream).value("/completion_tokens"), whole.body.integer("/usage/completion_tokens"))
