"""Whether and which tools the simulated model calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from inferproof.front.backend import Refusal
from inferproof_mock.settings import refuse
from inferproof_mock.template import Prompt

Json = dict[str, Any]

_PLAIN_WORDS = frozenset(
    (
        *(
            "a",
            "add",
            "call",
            "check",
            "compute",
            "create",
            "current",
            "do",
            "fetch",
            "find",
            "for",
            "get",
            "in",
            "list",
        ),
        *("look", "lookup", "make", "my", "of", "query", "read", "run", "search", "send", "set", "show", "the", "to"),
        *("tool", "up", "update", "use"),
    )
)


def functions_to_call(body: Json, prompt: Prompt) -> list[tuple[int, Json]]:
    """The functions of this turn with their places in `tools`, in the order of the calls; empty for a text.

    Left to itself the model calls a function that the user's last message names, and answers in words once the tool
    has answered. It calls more than one only where `parallel_tool_calls` is true.
    Raises a 422 Refusal for a choice that `tools` cannot meet.
    """
    functions = [(place, tool["function"]) for place, tool in enumerate(body.get("tools") or [])]
    choice = body.get("tool_choice") or ("auto" if functions else "none")
    if choice == "none":
        return []
    if isinstance(choice, dict):
        return [_named(choice["function"]["name"], functions)]
    if choice == "required" and not functions:
        raise refuse("tool_choice", "`tool_choice` is required, and there are no `tools` to choose from")
    meant = [entry for entry in functions if _mentions(prompt.text, entry[1]["name"])]
    if choice == "auto" and prompt.role in ("tool", "function", "assistant"):
        return []
    if choice == "required":
        meant = meant or functions[:1]
    return meant if body.get("parallel_tool_calls") else meant[:1]


def _named(name: str, functions: list[tuple[int, Json]]) -> tuple[int, Json]:
    for place, function in functions:
        if function["name"] == name:
            return place, function
    known = ", ".join(function["name"] for _, function in functions) or "none"
    message = f"`tool_choice` names the function {name!r}; the functions of `tools` are: {known}"
    raise Refusal(422, message, loc=("body", "tool_choice", "function", "name"))


def _mentions(text: str, name: str) -> bool:
    """Whether the text has the name itself, or every telling word of it (`weather` of `get_weather`)."""
    words = set(_words(text))
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
        return True
    telling = [word for word in _words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)) if word not in _PLAIN_WORDS]
    return bool(telling) and all(word in words or f"{word}s" in words for word in telling)


def _words(text: str) -> Iterator[str]:
    return (word for word in re.split(r"[^a-z0-9]+", text.lower()) if word)
