"""Models that think first: what they think takes of the room that a request gives."""

from __future__ import annotations

import copy

from inferproof.front.backend import Json
from inferproof_mock.habits.exchange import Answer, Asked
from inferproof_mock.habits.habit import CHATS, asks, replies

THOUGHTS = 300
"""Tokens that this model thinks before it answers."""

ROOM = 400
"""Tokens that a target of it gives it for that."""

CAPS = ("max_tokens", "max_completion_tokens")


def _cap(asked: Asked) -> float | None:
    caps = [asked.number(name) for name in CAPS]
    return min((cap for cap in caps if cap is not None), default=None)


@asks(*CHATS)
def answers_have_what_thoughts_leave(asked: Json) -> None:
    """Of a cap of more than three hundred tokens three hundred are not the answer's.

    Allowed: a cap counts what is generated, and a server may end an answer earlier; what it thinks is generated.
    """
    for name in CAPS:
        if isinstance(asked.get(name), int) and asked[name] > THOUGHTS:
            asked[name] -= THOUGHTS


@replies(
    *CHATS,
    declines=("legacy.as-chat", "reasoning"),
    open=("logprobs.tokens.count", "sampling.stop-token-ids"),
    room=ROOM,
    beside=("answers-have-what-thoughts-leave",),
)
def it_thinks_for_300_tokens(asked: Asked, answer: Answer) -> None:
    """It thinks for three hundred tokens first. A cap of no more leaves no content, and the end is `length`.

    Allowed: the document has `reasoning_content` beside a content that may be null; what is thought is counted.
    The native operations do not think, and nobody steers how much the others do, so the target declines
    `legacy.as-chat` and `reasoning`. Tokens cannot be told from thoughts, where log probabilities are of the content.
    """
    cap = _cap(asked)
    if answer.status != 200 or cap == 0:
        return
    short = cap is not None and cap <= THOUGHTS
    spent = int(cap) if short and cap is not None else THOUGHTS
    if answer.streamed:
        answer.on_event.append(_Streamed(spent, short))
    elif isinstance(value := answer.json, dict):
        for choice in value["choices"]:
            _think(choice, short)
        _count(value, spent, len(value["choices"]), short)
        answer.json = value


def _think(choice: Json, short: bool) -> None:
    """The thoughts of a whole reply; with too little room there is nothing else."""
    message = choice["message"]
    if not short:
        choice["message"] = {**message, "reasoning_content": "Let me think."}
        return
    choice["message"] = {"role": message["role"], "content": None, "reasoning_content": "Let me"}
    choice["finish_reason"] = "length"
    choice["logprobs"] = None


def _count(value: Json, spent: int, choices: int, short: bool) -> None:
    usage = value.get("usage")
    if usage:
        answered = 0 if short else usage["completion_tokens"]
        usage["completion_tokens"] = spent * choices + answered
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]


class _Streamed:
    """Before the first words of each choice go the thoughts; with too little room there is nothing else."""

    def __init__(self, spent: int, short: bool) -> None:
        self._spent, self._short = spent, short
        self._thought: set[int] = set()

    def __call__(self, event: Json) -> list[Json]:
        before = []
        for choice in event.get("choices") or []:
            before += self._thoughts(event, choice)
            if self._short:
                choice["delta"] = {name: value for name, value in choice["delta"].items() if name == "role"}
                choice["logprobs"] = None
                choice["finish_reason"] = choice.get("finish_reason") and "length"
        _count(event, self._spent, len(self._thought), self._short)
        return [*before, event]

    def _thoughts(self, event: Json, choice: Json) -> list[Json]:
        """An event of its own for those of a choice that begins to speak or ends."""
        speaks = any(choice["delta"].get(name) for name in ("content", "tool_calls")) or choice.get("finish_reason")
        if not speaks or choice["index"] in self._thought:
            return []
        self._thought.add(choice["index"])
        said = copy.deepcopy({**event, "choices": [{**choice, "delta": {"reasoning_content": "Let me"}}]})
        said["choices"][0] |= {"logprobs": None, "finish_reason": None}
        _count(said, self._spent, len(self._thought), short=True)
        return [said]
