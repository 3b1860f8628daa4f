"""Probes of streams: the same answers as without, in pieces."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

from inferproof.judge.select import CHAT, LEGACY, STREAMING
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip
from inferproof.probes import chat, errors, sampling, tools
from inferproof.probes.probe import PlannedRequest, RequestBuilder, Steps, in_doubt, probe, turn, user
from inferproof.requirements.stream_delivery import held_back, in_pieces, is_enough

QUESTION = "Describe a lighthouse in two sentences."
STORY = "Tell a long story about the keeper of a lighthouse."

SOME, MANY = 64, 320
"""Tokens. Who sends 50 at a time is plainly sending in pieces only after more than 64."""


@probe("stream.plain", claims="streaming", over=CHAT)
def plain(call: RequestBuilder, role: str) -> Steps:
    """One user message, streamed."""
    yield call.chat(user(QUESTION), role=role, stream=True)


@probe("stream.invalid", claims="streaming", over=CHAT)
def invalid(call: RequestBuilder, role: str) -> Steps:
    """Requests for a stream without its required member, and with a part of a message that is none."""
    yield call.to(role, {"model": call.chat_model, "stream": True})
    yield call.chat(user([{"type": "banana"}]), role=role, max_tokens=4, stream=True)


@probe("stream.refused", claims="streaming", over=CHAT)
def refused(call: RequestBuilder, role: str) -> Steps:
    """As streams, what other probes send whole, and only the engine finds wrong: a model, a conversation, a tool."""
    whole = [*errors.unknown_model(call, role), *chat.no_messages(call, role)]
    if role == "chat":
        whole += [tools.unknown_choice(call), *sampling.meaningless(call, role, "temperature")]
    for ask in whole if call.contract.names(role, "stream") else ():
        yield call.to(role, json.loads(ask.request.body) | {"stream": True})


@probe("stream.options-alone", claims="streaming")
def options_alone(call: RequestBuilder) -> Steps:
    """Options of a stream without a stream."""
    yield call.chat(user("Hello!"), max_tokens=4, stream_options={"include_usage": True})


@probe("stream.equal", claims="streaming", exclusive=True, over=CHAT)
def equal(call: RequestBuilder, role: str) -> Steps:
    """The same request whole, streamed, and whole again; streamed once more where that is in doubt."""
    whole, streamed = _twin(call, role)
    first = yield whole
    stream = yield streamed
    yield whole
    if in_doubt(stream, first):
        yield streamed


@probe("stream.usage", claims="streaming.usage", exclusive=True)
def usage(call: RequestBuilder) -> Steps:
    """The same request whole, then streamed with usage, with the options' defaults, and without usage."""
    whole, streamed = _twin(call, "chat", stream_options={"include_usage": True})
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


@probe("stream.timing", claims="streaming.incremental", exclusive=True, over=STREAMING)
def timing(call: RequestBuilder, role: str) -> Steps:
    """A stream of one token, then two longer ones; a third, long, where those came in one piece or all at once."""
    first = yield _told(call, role, 1)
    streams = []
    for _ in range(2):
        streams.append((yield _told(call, role, SOME)))
    if all(_in_doubt(stream, first) for stream in streams):
        yield _told(call, role, MANY)


def _in_doubt(stream: Subject, first: Subject) -> bool:
    """Whether a stream comes in pieces, as they are made, is not plain yet; `first` is an answer of one token."""
    reads = first.reply.reads
    try:
        held = is_enough(stream) and bool(reads) and held_back(stream, reads[-1][0])
        return bool(held) or not in_pieces(stream)
    except Skip:
        return False


def _told(call: RequestBuilder, role: str, tokens: int) -> PlannedRequest:
    """A stream of so many tokens at most."""
    if role in LEGACY:
        return call.legacy(turn("Human", STORY), role=role, max_tokens=tokens)
    return call.chat(user(STORY), role=role, max_tokens=tokens, stream=True)


@probe("stream.slow-reader", claims="streaming", exclusive=True)
def slow_reader(call: RequestBuilder) -> Steps:
    """A stream whose client takes its time with every read."""
    ask = call.chat(user(QUESTION), max_tokens=16, stream=True)
    yield replace(ask, read_pause=0.02)


@probe("stream.hang-up", claims="streaming", exclusive=True)
def hang_up(call: RequestBuilder) -> Steps:
    """A request twice, then a stream of the same whose client leaves after its first event, and the request again.

    It is sent once more where the last answer is in doubt.
    """
    asked: dict[str, Any] = {"temperature": 0, "seed": 7}
    count = user("Count to a thousand.")
    ask = call.chat(count, max_tokens=8, **asked)
    before = yield ask
    yield ask
    yield replace(call.chat(count, max_tokens=64, stream=True, **asked), hang_up_after=1)
    after = yield ask
    if in_doubt(after, before):
        yield ask


def _twin(call: RequestBuilder, role: str, **streamed: Any) -> tuple[PlannedRequest, PlannedRequest]:
    """A request whole and streamed, greedy and, where the operation supports one, with a seed."""
    greedy = call.supported(role, temperature=0, seed=7)
    ask = partial(call.chat, user(QUESTION), role=role, **greedy)
    return ask(), ask(stream=True, **streamed)
