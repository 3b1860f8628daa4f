"""Probes of lax servers: values that common frameworks convert or let pass."""

from inferproof.probes.probe import RequestBuilder, Steps, probe, user


@probe("errors.coercible")
def coercible(call: RequestBuilder) -> Steps:
    """A number as text, a number for a boolean, a boolean for a number."""
    yield call.chat(user("Hello!"), max_tokens=4, temperature="0.5")
    yield call.chat(user("Hello!"), max_tokens=4, logprobs=0)
    yield call.chat(user("Hello!"), max_tokens=4, top_p=True)
