"""Lists of models: more of them, under other names, with more members."""

from __future__ import annotations

import copy
from typing import Any

from inferproof.front.backend import Json
from inferproof_mock.habits.exchange import Answer, Asked
from inferproof_mock.habits.habit import BODIES, asks, replies

SUFFIX = "-latest"
LISTS = ("configs", "models", "models.embedding")


def _entries(value: Any) -> list[Json]:
    found = value if isinstance(value, list) else value.get("data") if isinstance(value, dict) else []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


@replies(*LISTS)
def entries_tell_more(asked: Asked, answer: Answer) -> None:
    """Entries of a list of models have a context length, a price and an owner.

    Allowed: the documented objects are open; gateways list these.
    """
    value = answer.json
    if answer.status == 200 and _entries(value):
        for entry in _entries(value):
            entry.update({"context_length": 131072, "pricing": {"prompt": "0.0000001"}, "x_owner": None, **entry})
        answer.json = value


@replies(*LISTS)
class ListsAreInAnotherOrder:
    """Every second time, a list of models is the other way round.

    Allowed: no document fixes an order (project).
    """

    def __init__(self) -> None:
        self._sent = 0

    def __call__(self, asked: Asked, answer: Answer) -> None:
        value = answer.json
        self._sent += answer.status == 200
        if answer.status == 200 and self._sent % 2 == 0:
            found = value if isinstance(value, list) else value.get("data")
            found.reverse()
            answer.json = value


@replies(*LISTS, beside=("aliases-are-served",))
def models_are_listed_under_aliases(asked: Asked, answer: Answer) -> None:
    """Each model is listed a second time, under a name with `-latest`.

    Allowed: a server may have several names for a model; a config has an alias of its own (schema).
    """
    value = answer.json
    found = value if isinstance(value, list) else value.get("data") if isinstance(value, dict) else None
    if answer.status == 200 and isinstance(found, list):
        others = copy.deepcopy(_entries(value))
        for entry in others:
            for name in ("name", "id", "model_id"):
                if isinstance(entry.get(name), str):
                    entry[name] += SUFFIX
        found.extend(others)
        answer.json = value


@asks(*BODIES)
def aliases_are_served(body: Json) -> None:
    """A model may be called by its name with `-latest`.

    Allowed: what a name stands for is the server's (project).
    """
    for name in ("model", "config"):
        if isinstance(body.get(name), str):
            body[name] = body[name].removesuffix(SUFFIX)
