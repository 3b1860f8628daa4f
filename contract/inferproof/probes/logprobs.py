"""Probes of log probabilities."""

from typing import Any

from inferproof.probes.probe import RequestBuilder, Steps, probe, user

QUESTION = user("Which is further north, Oslo or Rome?")
GREEDY: dict[str, Any] = {"max_tokens": 12, "temperature": 0, "seed": 7}


@probe("logprobs.plain", claims="logprobs")
def plain(call: RequestBuilder) -> Steps:
    """Log probabilities, without alternatives and with three."""
    yield call.chat(QUESTION, **GREEDY, logprobs=True)
    yield call.chat(QUESTION, **GREEDY, logprobs=True, top_logprobs=3)


@probe("logprobs.token-ids", claims="logprobs.token-ids")
def token_ids(call: RequestBuilder) -> Steps:
    """Tokens written as ids."""
    yield call.chat(QUESTION, **GREEDY, logprobs=True, return_tokens_as_token_ids=True)


@probe("logprobs.top-alone", claims="logprobs")
def top_alone(call: RequestBuilder) -> Steps:
    """Alternatives without log probabilities."""
    yield call.chat(QUESTION, max_tokens=4, top_logprobs=3)


@probe("logprobs.prompt", claims="logprobs.prompt")
def prompt(call: RequestBuilder) -> Steps:
    """Log probabilities of the prompt."""
    yield call.chat(QUESTION, max_tokens=4, prompt_logprobs=1)


@probe("logprobs.stream", claims="logprobs.streamed", exclusive=True)
def stream(call: RequestBuilder) -> Steps:
    """Log probabilities, whole and streamed."""
    yield call.chat(QUESTION, **GREEDY, logprobs=True, top_logprobs=1)
    yield call.chat(QUESTION, **GREEDY, logprobs=True, top_logprobs=1, stream=True)
