"""Members that are lost because they are falsy where the server is written: 0, "", false, [] and {}."""

from __future__ import annotations

import itertools
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, completion
from tests.proof.legal_servers.reply import Reply

SEEDS = itertools.count(1_000)


def _truthy(value: Any) -> Any:
    """The same without what is falsy, at every depth."""
    if isinstance(value, dict):
        return {name: _truthy(inner) for name, inner in value.items() if inner}
    return [_truthy(inner) for inner in value if inner] if isinstance(value, list) else value


@defect("sampling.temperature.zero", asks=True)
def a_temperature_of_zero_is_the_default(asked: dict[str, Any]) -> None:
    """`temperature or default`: a temperature of 0 is the default one."""
    if asked.get("temperature") == 0:
        del asked["temperature"]


@defect("sampling.temperature.zero", asks=True)
def only_a_temperature_of_zero_with_another_seed_is_drawn(asked: dict[str, Any]) -> None:
    """A temperature of 0 is raised to 1 where the request has a seed: who sends one wants to draw."""
    if asked.get("temperature") == 0 and asked.get("seed") is not None:
        asked["temperature"] = 1


@defect("sampling.seed.zero", asks=True)
def the_seed_zero_is_a_new_one_each_time(asked: dict[str, Any]) -> None:
    """`seed or random()`: the seed 0 is none."""
    if asked.get("seed") == 0:
        asked["seed"] = next(SEEDS)


@defect("sampling.temperature.zero", "stream.usage.default", asks=True, broad="every default that is not falsy")
def falsy_members_are_dropped(asked: dict[str, Any]) -> None:
    """Members of the request that are falsy are dropped: `if value:`."""
    for name in [name for name, value in asked.items() if not value]:
        del asked[name]


@defect("sampling.temperature.zero", "stream.usage.unasked", asks=True, broad="every default that is not falsy")
def falsy_values_are_dropped_everywhere(asked: dict[str, Any]) -> None:
    """The request is cleaned of what is falsy at every depth, `include_usage: false` with it."""
    cleaned = _truthy(asked)
    asked.clear()
    asked.update(cleaned)


@defect("logprobs.content", asks=True)
def no_alternatives_are_no_log_probabilities(asked: dict[str, Any]) -> None:
    """`top_logprobs: 0` is taken for "no log probabilities"."""
    if asked.get("top_logprobs") == 0:
        asked.pop("logprobs", None)


@defect("tools.parallel", asks=True)
def parallel_calls_cannot_be_switched_off(asked: dict[str, Any]) -> None:
    """`parallel_tool_calls: false` is dropped, and true is the default."""
    if asked.get("parallel_tool_calls") is False:
        asked["parallel_tool_calls"] = True


@defect("chat.reply.media-type", asks=True)
def whoever_says_stream_gets_one(asked: dict[str, Any]) -> None:
    """`"stream" in body`: `stream: false` is a stream."""
    if asked.get("stream") is False:
        asked["stream"] = True


@defect("sampling.domain", of=lambda reply: reply.status in (400, 422) and reply.asked.get("n") == 0)
def no_choices_are_one(reply: Reply) -> None:
    """`n or 1`: no choice is one choice."""
    completion(reply)


@defect("chat.reply.schema", of=chat)
def the_first_index_is_left_out(reply: Reply) -> None:
    """Members of the reply that are zero are left out (`omitempty`): the first choice has no index."""
    for choice in reply.json["choices"]:
        if choice["index"] == 0:
            del choice["index"]
