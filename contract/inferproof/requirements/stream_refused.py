"""Before a stream begins: what is refused is refused as it is without `stream`, not by an event in a 200."""

from __future__ import annotations

import json
from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.requirement import PROJECT
from inferproof.judge.rules import Rules
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip
from inferproof.requirements.stream import wants_stream


def _without_stream(answer: Subject) -> tuple[str, str]:
    """The operation, and the request's body but for `stream`."""
    rest: dict[str, Any] = {name: value for name, value in answer.request.raw.items() if name != "stream"}
    return answer.role, json.dumps(rest)


rules = Rules("stream", cites="chat", claims="streaming").with_notes(
    breaks="a head that is sent before the engine has looked at the request.",
    reference="the front waits for the engine's first chunk, and sends a refusal that comes instead with its status.",
)


@rules.should(
    "refused",
    PROJECT,
    ".reply.events",
    ".invalid",
    whatever=("stream.refused", "errors.unknown-model", "chat.no-messages", "tools.choice", "sampling.domain"),
)
def what_is_refused_whole_is_refused_streamed(answers: list[Subject], check: Check) -> None:
    """A request that is rejected without `stream` gets the same status with `stream: true`, before any event."""
    whole = {_without_stream(each): each.status for each in answers if not wants_stream(each)}
    judged = 0
    for each in answers:
        status = whole.get(_without_stream(each), 200)
        if wants_stream(each) and 400 <= status < 500:
            judged += 1
            check.equal(each.status, status, at=f"status of {each.exchange.name}")
    if not judged:
        raise Skip("nothing that is streamed was refused whole")
