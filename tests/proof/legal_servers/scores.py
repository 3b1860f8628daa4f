"""Other ways to score attributes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply


def scored(reply: Reply) -> bool:
    return (
        reply.status == 200
        and reply.path.endswith("/attributes")
        and reply.json["choices"][0]["finish_reason"] == "stop"
    )


def change(reply: Reply, edit: Callable[[dict[str, Any]], Any], **spelling: Any) -> None:
    """Edit the scores, and spell them as `json.dumps` does with these options."""
    message = reply.json["choices"][0]["message"]
    message["content"] = json.dumps(edit(json.loads(message["content"])), **spelling)


@variant(of=scored)
def scores_are_pretty_printed(reply: Reply) -> None:
    """The content is indented JSON."""
    change(reply, lambda scores: scores, indent=2)


@variant(of=scored)
def scores_are_whole_numbers(reply: Reply) -> None:
    """Every score is 0 or 1, without a fraction."""
    change(reply, lambda scores: {name: {**one, "score": round(one["score"])} for name, one in scores.items()})


@variant(of=scored)
def scores_tell_more(reply: Reply) -> None:
    """Scores have an explanation and a confidence, and come in another order."""

    def explained(scores: dict[str, Any]) -> dict[str, Any]:
        more = {"explanation": "Because.", "confidence": None, "categories": ["EQ"]}
        return {name: {**more, **scores[name]} for name in reversed(scores)}

    change(reply, explained)
