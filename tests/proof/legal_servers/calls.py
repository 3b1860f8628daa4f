"""Other ways to call tools."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, whole_completions


def whole_calls(reply: Reply) -> list[Any]:
    return [call for choice in reply.json["choices"] for call in choice["message"].get("tool_calls") or ()]


def calls(reply: Reply) -> bool:
    return whole_completions(reply) and bool(whole_calls(reply))


def named(reply: Reply) -> bool:
    return isinstance(reply.asked.get("tool_choice"), dict)


@variant(of=lambda reply: calls(reply) and named(reply))
def a_named_call_stops(reply: Reply) -> None:
    """Where the request names the function, `finish_reason` is `stop`, as OpenAI's is, unless the cap cut it."""
    for choice in reply.json["choices"]:
        if choice["finish_reason"] == "tool_calls":
            choice["finish_reason"] = "stop"


@variant(of=calls)
def calls_come_with_words(reply: Reply) -> None:
    """A message with calls has content too."""
    for choice in reply.json["choices"]:
        choice["message"]["content"] = "Let me look that up."


@variant(of=calls)
def arguments_are_in_escapes(reply: Reply) -> None:
    """The JSON of arguments has escapes for what is no ASCII (RFC 8259 §7)."""
    for call in whole_calls(reply):
        with contextlib.suppress(json.JSONDecodeError):  # the cap cut it
            call["function"]["arguments"] = json.dumps(json.loads(call["function"]["arguments"]))


@variant(of=calls)
def calls_come_with_an_empty_content(reply: Reply) -> None:
    """A message with calls has an empty string for content."""
    for choice in reply.json["choices"]:
        choice["message"]["content"] = ""


@variant(of=calls)
def calls_have_short_ids(reply: Reply) -> None:
    """The ids of calls are numbers within their message, and calls have an `index`."""
    for number, call in enumerate(whole_calls(reply)):
        call.update(id=str(number), index=number)


@variant(of=calls)
def arguments_are_spaced(reply: Reply) -> None:
    """Arguments are indented JSON with escapes; those in streams are compact."""
    for call in whole_calls(reply):
        function = call["function"]
        try:
            function["arguments"] = json.dumps(json.loads(function["arguments"]), indent=1)
        except ValueError:
            continue  # cut short by the cap
