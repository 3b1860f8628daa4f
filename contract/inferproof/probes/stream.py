"""Probes of streams: the same answers as without, in pieces."""

from dataclasses import replace
from typing import Any

from inferproof.judge.select import CHAT
from inferproof.probes.probe import PlannedRequest, RequestBuilder, Steps, probe, user

QUESTION = "Describe a lighthouse in two sentences."


@probe("stream.plain", claims="streaming", over=CHAT)
def plain(call: RequestBuilder, role: str) -> Steps:
    """One user message, streamed."""
    yield call.chat(user(QUESTION), role=role, stream=True)


@probe("stream.invalid", claims="streaming", over=CHAT)
def invalid(call: RequestBuilder, role: str) -> Steps:
    """A request for a stream without its required member."""
    yield call.to(role, {"model": call.chat_model, "stream": True})


@probe("stream.options-alone", claims="streaming")
def options_alone(call: RequestBuilder) -> Steps:
    """Options of a stream without a stream."""
    yield call.chat(user("Hello!"), max_tokens=4, stream_options={"include_usage": True})


@probe("stream.equal", claims="streaming", exclusive=True)
def equal(call: RequestBuilder) -> Steps:
    """The same request whole, streamed, and whole again."""
    whole, streamed = _twin(call)
    yield whole
    yield streamed
    yield whole


@probe("stream.usage", claims="streaming.usage", exclusive=True)
def usage(call: RequestBuilder) -> Steps:
    """The same request whole, then streamed with usage, with the options' defaults, and without usage."""
    whole, streamed = _twin(call, stream_options={"include_usage": True})
    yield whole
    yield streamed
    yield call.chat(user(QUESTION), max_tokens=4, stream=True, stream_options={})
    yield call.chat(user(QUESTION), max_tokens=4, stream=True, stream_options={"include_usage": False})


@probe("stream.continuous-usage", claims="streaming.continuous-usage")
def continuous_usage(call: RequestBuilder) -> Steps:
    """A stream with usage in every chunk."""
    options = {"include_usage": True, "continuous_usage_stats": True}
    yield call.chat(user(QUESTION), stream=True, stream_options=options)


@probe("stream.choices", claims="streaming.choices")
def choices(call: RequestBuilder) -> Steps:
    """Two choices in one stream, with the usage of both; sampled, because engines refuse two greedy ones."""
    options = {"include_usage": True}
    yield call.chat(user(QUESTION), stream=True, n=2, temperature=1, stream_options=options)


@probe("stream.timing", claims="streaming.incremental", exclusive=True)
def timing(call: RequestBuilder) -> Steps:
    """An answer of one token, whole, then three longer streams."""
    yield call.chat(user(QUESTION), max_tokens=1)
    for _ in range(3):
        yield call.chat(user(QUESTION), max_tokens=32, stream=True)


@probe("stream.slow-reader", claims="streaming", exclusive=True)
def slow_reader(call: RequestBuilder) -> Steps:
    """A stream whose client takes its time with every read."""
    ask = call.chat(user(QUESTION), max_tokens=16, stream=True)
    yield replace(ask, read_pause=0.02)


@probe("stream.hang-up", claims="streaming", exclusive=True)
def hang_up(call: RequestBuilder) -> Steps:
    """A stream whose client leaves after its first event, and a request after it."""
    left = call.chat(user("Count to a thousand."), max_tokens=64, stream=True)
    yield replace(left, hang_up_after=1)
    yield call.chat(user("Hello!"), max_tokens=8)


def _twin(call: RequestBuilder, **streamed: Any) -> tuple[PlannedRequest, PlannedRequest]:
    """A request whole and streamed, greedy and with a seed."""
    greedy: dict[str, Any] = {"temperature": 0, "seed": 7}
    return call.chat(user(QUESTION), **greedy), call.chat(user(QUESTION), **greedy, stream=True, **streamed)
