"""Probes of chat at the path for OpenAI clients: members that it does not support."""

from __future__ import annotations

from inferproof.probes.probe import RequestBuilder, Steps, probe, user

ROLE = "chat.openai-path"
HELLO = user("Hello!")
LOOK_UP = {"name": "look_up", "parameters": {"type": "object", "properties": {}}}


@probe("openai-path.unsupported", claims="core.openai-path", to=(ROLE,))
def unsupported(call: RequestBuilder) -> Steps:
    """What the prose lists as not supported, each by itself."""
    yield call.chat(HELLO, role=ROLE, max_tokens=4, n=2)
    yield call.chat(HELLO, role=ROLE, max_tokens=4, presence_penalty=0.5, frequency_penalty=0.5)
    yield call.chat(HELLO, role=ROLE, max_tokens=4, logit_bias={"5": -10})
    yield call.chat(HELLO, role=ROLE, max_tokens=4, user="inferproof")
    functions = {"functions": [LOOK_UP], "function_call": "auto"}
    yield call.chat(HELLO, role=ROLE, max_tokens=4, others=functions, **functions)


@probe("openai-path.logprobs", claims="core.openai-path", to=(ROLE,))
def logprobs(call: RequestBuilder) -> Steps:
    """Log probabilities, which this path does not have."""
    yield call.chat(HELLO, role=ROLE, max_tokens=4, logprobs=True, top_logprobs=2)


@probe("openai-path.web-search", claims="core.openai-path", to=(ROLE,))
def web_search(call: RequestBuilder) -> Steps:
    """An extra member that the vendor's own examples send."""
    yield call.chat(HELLO, role=ROLE, max_tokens=4, others=("web_search",), web_search=False)
