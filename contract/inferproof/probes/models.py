"""Probes of the lists of models: each twice, and whether what it names can be used."""

from __future__ import annotations

from inferproof.judge.lists import items_of, name_in
from inferproof.judge.subject import Subject
from inferproof.judge.value import Value
from inferproof.probes.discovery import TRIED
from inferproof.probes.probe import RequestBuilder, Steps, probe, user
from inferproof.requirements.models import LISTED

READY = ("active", "available", "deployed", "enabled", "live", "online", "ready", "running")
"""How a list that gives its models a `status` says that one can be used; of other words nobody knows."""


@probe("models.twice", to=("models",))
def twice(call: RequestBuilder) -> Steps:
    """The list of models, twice."""
    yield call.to("models")
    yield call.to("models")


@probe("models.embedding.twice", to=("models.embedding",))
def embedding_twice(call: RequestBuilder) -> Steps:
    """The list of embedding models, twice."""
    yield call.to("models.embedding")
    yield call.to("models.embedding")


@probe("models.usable", to=("models", "models.embedding", "chat"))
def usable(call: RequestBuilder) -> Steps:
    """The list of models where those that embed have their own, and a short chat with each of its first names."""
    answer = yield call.to("models")
    for name in _first_names(answer):
        yield call.chat(user("Hello!"), model=name, max_tokens=4, user=LISTED)


@probe("models.embedding.usable", to=("models.embedding", "embeddings"))
def embedding_usable(call: RequestBuilder) -> Steps:
    """The list of embedding models, and a short text embedded by each of the first that it names."""
    answer = yield call.to("models.embedding")
    for name in _first_names(answer):
        yield call.embed("Hello!", model=name, user=LISTED)


def _first_names(answer: Subject) -> list[str]:
    """Of the models that can be used as far as the list says. Raises Missing where there is no list, or no name."""
    return [name_in(item, answer.role) for item in items_of(answer.body) if _is_ready(item)][:TRIED]


def _is_ready(item: Value) -> bool:
    said = item.get("/status")
    return said is None or (isinstance(said, str) and said.lower() in READY)
