"""Probes of what is falsy in the languages of servers: 0 is a value, and not an absent one."""

from typing import Any

from inferproof.probes.probe import PlannedRequest, RequestBuilder, Steps, in_doubt, probe, user

QUESTION = user("Describe the sky above a harbour.")

ROOM = 40
"""Tokens. At a temperature of 0.7, a default, two seeds told the same for twelve."""


def _ask(call: RequestBuilder, temperature: int, seed: int) -> PlannedRequest:
    return call.chat(QUESTION, max_tokens=ROOM, temperature=temperature, seed=seed)


@probe("falsy.temperature", claims="sampling.seed", exclusive=True)
def temperature(call: RequestBuilder) -> Steps:
    """A request at temperature 0, twice with one seed and once with another; once more where that is in doubt."""
    first = yield _ask(call, 0, 7)
    yield _ask(call, 0, 7)
    other = yield _ask(call, 0, 8)
    if in_doubt(other, first):
        yield _ask(call, 0, 8)


@probe("falsy.seed", claims="sampling.seed", exclusive=True)
def seed(call: RequestBuilder) -> Steps:
    """A request at temperature 1, twice with some seed and twice with the seed 0; once more where that is in doubt."""
    some, zero = _ask(call, 1, 7), _ask(call, 1, 0)
    first = [(yield some), (yield zero)]
    again = [(yield some), (yield zero)]
    for asked, told, told_again in zip((some, zero), first, again, strict=True):
        if in_doubt(told_again, told):
            yield asked


@probe("falsy.top-logprobs", claims="logprobs")
def top_logprobs(call: RequestBuilder) -> Steps:
    """Log probabilities with no alternatives, said in so many words."""
    asked: dict[str, Any] = {"logprobs": True, "top_logprobs": 0}
    yield call.chat(QUESTION, max_tokens=4, **asked)
