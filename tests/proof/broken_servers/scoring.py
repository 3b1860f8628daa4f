"""Scores that cannot be parsed, or are of other attributes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.legal_servers.reply import Reply


def scored(reply: Reply) -> bool:
    return (
        reply.status == 200
        and reply.path.endswith("/attributes")
        and reply.json["choices"][0]["finish_reason"] == "stop"
        and reply.json["choices"][0]["message"]["content"].startswith("{")
    )


def change(reply: Reply, edit: Callable[[dict[str, Any]], Any]) -> None:
    message = reply.json["choices"][0]["message"]
    message["content"] = json.dumps(edit(json.loads(message["content"])))


@defect("attributes.content.json", of=scored)
def scores_are_fenced(reply: Reply) -> None:
    """The JSON of the scores stands in a fence of Markdown."""
    message = reply.json["choices"][0]["message"]
    message["content"] = f"Here you are:\n```json\n{message['content']}\n```"


@defect("attributes.content.values", of=scored)
def scores_are_words(reply: Reply) -> None:
    """Scores are strings: `"0.7"`."""
    change(reply, lambda scores: {name: {**one, "score": str(one["score"])} for name, one in scores.items()})


@defect("attributes.content.range", of=scored)
def scores_are_percentages(reply: Reply) -> None:
    """Scores go from 0 to 100."""
    change(reply, lambda scores: {name: {**one, "score": 100 * one["score"]} for name, one in scores.items()})


@defect("attributes.all-scored", of=scored)
def an_attribute_is_left_out(reply: Reply) -> None:
    """The last attribute is not scored."""
    change(reply, lambda scores: dict(list(scores.items())[:-1]))


@defect("attributes.only-asked", of=scored)
def an_attribute_is_made_up(reply: Reply) -> None:
    """The model adds an attribute of its own."""
    change(reply, lambda scores: {**scores, "overall": {"score": 0.5, "positive": True}})


@defect("attributes.filtered", asks=True)
def filters_are_dropped(asked: dict[str, Any]) -> None:
    """`filter_categories` is ignored."""
    asked.pop("filter_categories", None)
