"""Probes with other keys than the run's, which the user gives: one that was revoked, a restricted one, a spent one."""

from dataclasses import replace

from inferproof.judge.keys import EXHAUSTED, RESTRICTED, REVOKED, other_key
from inferproof.probes.probe import RequestBuilder, Steps, probe, user


@probe("keys.revoked", claims="keys.revoked")
def revoked(call: RequestBuilder) -> Steps:
    """A good request with a key that is valid no longer, also for a stream."""
    yield call.chat(user("hello"), max_tokens=4).with_key(other_key(REVOKED))
    yield call.chat(user("hello"), max_tokens=4, stream=True).with_key(other_key(REVOKED))


@probe("keys.restricted", claims="keys.restricted")
def restricted(call: RequestBuilder) -> Steps:
    """With one restricted key, a good request for the run's model, and then for a model that the key may use."""
    for model in (call.chat_model, call.allowed_model or call.chat_model):
        yield replace(call, chat_model=model).chat(user("hello"), max_tokens=4).with_key(other_key(RESTRICTED))


@probe("keys.exhausted", claims="keys.exhausted")
def exhausted(call: RequestBuilder) -> Steps:
    """A good request with a key that has no credit left. A 429 is the answer, and not waited for."""
    yield replace(call.chat(user("hello"), max_tokens=4).with_key(other_key(EXHAUSTED)), at_once=True)
