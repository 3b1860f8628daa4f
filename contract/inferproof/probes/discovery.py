"""Probes of discovery: the list, and whether what it names can be used."""

from __future__ import annotations

from inferproof.probes.probe import RequestBuilder, Steps, probe, user
from inferproof.requirements.discovery import LISTED

TRIED = 3
"""How many of the listed names are tried: each costs a chat completion, perhaps on a model that must be loaded."""


@probe("discovery.twice", claims="discovery", to=("configs",))
def twice(call: RequestBuilder) -> Steps:
    """The list, twice."""
    yield call.to("configs")
    yield call.to("configs")


@probe("discovery.usable", claims="discovery", to=("configs", "chat"))
def usable(call: RequestBuilder) -> Steps:
    """The list, and a short chat with each of its first names."""
    answer = yield call.to("configs")
    for config in answer.body.items()[:TRIED]:
        yield call.chat(user("Hello!"), model=config.string("/name"), max_tokens=4, user=LISTED)
