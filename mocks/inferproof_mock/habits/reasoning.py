"""Models that think first: what they think takes of the room that a request gives."""

from __future__ import annotations

from inferproof.front.backend import Json
from inferproof_mock.habits.exchange import Answer, Asked
from inferproof_mock.habits.habit import CHATS, replies

ROOM = 300
"""Tokens that this model thinks."""


def _cap(asked: Asked) -> float | None:
    caps = [asked.number(name) for name in ("max_tokens", "max_completion_tokens")]
    return min((cap for cap in caps if cap is not None), default=None)


@replies(*CHATS, declines=("legacy.as-chat", "reasoning"))
def it_thinks_for_300_tokens(asked: Asked, answer: Answer) -> None:
    """Where the cap leaves less than three hundred tokens, all is reasoning: no content, and the end is `length`.

    Allowed: the document has `reasoning_content` beside a content that may be null; what is thought is counted.
    The native operations do not think, and nobody steers how much the others do, so the target declines
    `legacy.as-chat` and `reasoning`.
    """
    cap = _cap(asked)
    if answer.status == 200 and cap is not None and 0 < cap < ROOM:
        answer.edit(_streamed if answer.streamed else lambda value: _whole(value, int(cap)))


def _whole(value: Json, cap: int) -> None:
    for choice in value["choices"]:
        message = choice["message"]
        thought = message.get("content") or "Let me think."
        choice["message"] = {"role": message["role"], "content": None, "reasoning_content": thought}
        choice["finish_reason"] = "length"
        choice["logprobs"] = None
    usage = value["usage"]
    usage["completion_tokens"] = cap * len(value["choices"])
    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]


def _streamed(event: Json) -> None:
    for choice in event.get("choices") or []:
        delta = choice["delta"]
        if delta.get("content"):
            delta["reasoning_content"] = delta.pop("content")
        delta.pop("tool_calls", None)
        choice["logprobs"] = None
        if choice.get("finish_reason"):
            choice["finish_reason"] = "length"
