"""Probes of token accounting: the same conversation, varied in one thing."""

from inferproof.judge.select import CHAT
from inferproof.probes.probe import RequestBuilder, Steps, assistant, probe, user

QUESTION = "What is the capital of France?"


@probe("usage.longer", over=CHAT)
def longer(call: RequestBuilder, role: str) -> Steps:
    """A question alone, and the same with two messages before it."""
    yield call.chat(user(QUESTION), role=role, max_tokens=8)
    yield call.chat(
        user("What is the capital of Portugal?"), assistant("Lisbon."), user(QUESTION), role=role, max_tokens=8
    )


@probe("usage.sampling")
def sampling(call: RequestBuilder) -> Steps:
    """The same conversation at another temperature, and with two choices."""
    yield call.chat(user(QUESTION), max_tokens=8, temperature=0)
    yield call.chat(user(QUESTION), max_tokens=8, temperature=1)
    yield call.chat(user(QUESTION), max_tokens=8, temperature=1, n=2)
