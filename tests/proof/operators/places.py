"""The places of a JSON value at which an operator can work: members, items, and JSON within a text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

MAPS = ("prompt_logprobs", "default_parameters", "scores")
"""What has names for members that are data: their patterns have `*` in place of the name."""

SCORES = "scores"
"""Stands in a path for the JSON that is the content of a reply with scores."""


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place below `value`, parents first; of a list the first, the middle and the last item."""
    if isinstance(value, dict):
        steps: list[str | int] = list(value)
    elif isinstance(value, list):
        steps = list(sampled(len(value)))
    else:
        return
    for step in steps:
        yield (*path, step)
        yield from places(value[step], (*path, step))


def sampled(length: int) -> list[int]:
    """The first, the second, the middle, the last but one and the last of so many."""
    return sorted({index for index in (0, 1, length // 2, length - 2, length - 1) if 0 <= index < length})


def pattern(path: Path) -> str:
    """`/choices/*/message/content` of `("choices", 0, "message", "content")`."""
    words = []
    within: str | int = ""
    for step in path:
        words.append("*" if isinstance(step, int) or within in MAPS else step)
        within = step if not isinstance(step, int) else within
        if words[-1] == "*" and not isinstance(step, int):
            within = ""
    return "".join(f"/{word}" for word in words)


def at(value: Any, path: Path) -> Any:
    """What stands at a place; raises LookupError or TypeError where there is no such place."""
    for step in path:
        value = value[step]
    return value


def opened(value: Any) -> Any:
    """A reply with scores, with its content read as the JSON that it is, so that operators reach into it."""
    message = value["choices"][0]["message"]
    message[SCORES] = json.loads(message.pop("content"))
    return value


def closed(value: Any) -> Any:
    """The opposite of `opened`."""
    message = value["choices"][0]["message"]
    if SCORES in message:
        message["content"] = json.dumps(message.pop(SCORES))
    return value
