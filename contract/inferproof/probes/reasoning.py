"""Probes of reasoning: every effort, in both members, whole and streamed."""

from __future__ import annotations

from typing import Any

from inferproof.probes.probe import PlannedRequest, RequestBuilder, Steps, in_doubt, probe, user

QUESTION = user("Which weighs more, a pound of feathers or two pounds of iron?")
ROOM = 256
"""Tokens. Enough for a short thought and the beginning of an answer; whoever thinks longer is cut, which is legal."""


def _ask(call: RequestBuilder, **members: Any) -> PlannedRequest:
    return call.chat(QUESTION, **{"max_tokens": ROOM, "temperature": 0, "seed": 7, **members})


def _effort(effort: str) -> dict[str, Any]:
    return {"reasoning": {"effort": effort}}


@probe("reasoning.efforts", claims="reasoning")
def efforts(call: RequestBuilder) -> Steps:
    """A question at each effort, at one in the other member, and with hardly any room to reason."""
    for effort in ("low", "medium", "high"):
        yield _ask(call, **_effort(effort))
    yield _ask(call, reasoning_effort="low")
    yield _ask(call, max_tokens=8, **_effort("high"))


@probe("reasoning.none", claims="reasoning")
def none(call: RequestBuilder) -> Steps:
    """A question that is to be answered without reasoning, said in either member."""
    yield _ask(call, **_effort("none"))
    yield _ask(call, reasoning_effort="none")


@probe("reasoning.conflict", claims="reasoning")
def conflict(call: RequestBuilder) -> Steps:
    """Two efforts in one request."""
    yield _ask(call, reasoning_effort="high", **_effort("low"))
    yield _ask(call, reasoning_effort="low", **_effort("none"))


@probe("reasoning.none-streamed", claims="reasoning.streamed")
def none_streamed(call: RequestBuilder) -> Steps:
    """The same in a stream."""
    yield _ask(call, stream=True, **_effort("none"))


@probe("reasoning.stream", claims="reasoning.streamed", exclusive=True)
def stream(call: RequestBuilder) -> Steps:
    """The same request whole, streamed with its usage, and whole again; streamed once more where that is in doubt."""
    whole = _ask(call, **_effort("medium"))
    streamed = _ask(call, stream=True, stream_options={"include_usage": True}, **_effort("medium"))
    first = yield whole
    stream = yield streamed
    yield whole
    if in_doubt(stream, first):
        yield streamed
