"""Conversations of agents that are taken in part, or not at all."""

from __future__ import annotations

import itertools
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import refuse
from tests.proof.legal_servers.reply import Reply


def _messages(asked: dict[str, Any]) -> list[Any]:
    found = asked.get("messages")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _has_text_beside_calls(reply: Reply) -> bool:
    return any(each.get("tool_calls") and each.get("content") for each in _messages(reply.asked))


@defect("chat.conversation.late-system", asks=True, seen="BerriAI/litellm#26879")
def late_system_messages_are_dropped(asked: dict[str, Any]) -> None:
    """A `system` message that is not the first is dropped in silence."""
    if _messages(asked):
        first, *others = asked["messages"]
        asked["messages"] = [first, *(each for each in others if not _is_system(each))]


def _is_system(message: Any) -> bool:
    return isinstance(message, dict) and message.get("role") == "system"


@defect("chat.conversation.late-system", asks=True)
def a_late_system_message_replaces_what_was_said(asked: dict[str, Any]) -> None:
    """A `system` message begins the conversation anew: what was said before it is forgotten."""
    places = [place for place, each in enumerate(_messages(asked)) if _is_system(each)]
    if places and places[-1] > 0:
        asked["messages"] = asked["messages"][places[-1] :]


@defect("chat.messages.parts.whole", asks=True)
def the_first_part_is_the_message(asked: dict[str, Any]) -> None:
    """Of several text parts of a message the first reaches the model."""
    for message in _messages(asked):
        parts = message.get("content")
        if isinstance(parts, list) and parts and all(isinstance(each, dict) and "text" in each for each in parts):
            message["content"] = parts[:1]


@defect("chat.conversation.whole", asks=True)
def six_messages_are_remembered(asked: dict[str, Any]) -> None:
    """The system message and the last six others reach the model."""
    if _messages(asked):
        first, *others = asked["messages"]
        asked["messages"] = [first, *others[-6:]]


@defect("chat.conversation.whole", asks=True)
def the_system_message_is_dropped_from_long_talks(asked: dict[str, Any]) -> None:
    """Of more than eight messages the leading `system` one never reaches the model."""
    if len(_messages(asked)) > 8 and _is_system(asked["messages"][0]):
        asked["messages"] = asked["messages"][1:]


@defect("chat.conversation.results", asks=True)
def only_the_first_of_several_results_is_read(asked: dict[str, Any]) -> None:
    """Of several results in a row the first alone reaches the model."""
    if _messages(asked):
        runs = itertools.groupby(asked["messages"], lambda each: isinstance(each, dict) and each.get("role") == "tool")
        asked["messages"] = [each for is_tool, run in runs for each in ([*run][:1] if is_tool else run)]


@defect("chat.conversation.results", asks=True)
def results_are_cut(asked: dict[str, Any]) -> None:
    """Of a result only the beginning reaches the model."""
    for each in _messages(asked):
        if each.get("role") == "tool" and isinstance(each.get("content"), str):
            each["content"] = each["content"][:5]


@defect("chat.conversation.valid", of=_has_text_beside_calls)
def a_text_beside_calls_is_invalid(reply: Reply) -> None:
    """A validator knows calls without a text only, and refuses the others with 422."""
    if reply.status == 200:
        refuse(reply, 422, "content must be null where there are tool_calls")


@defect("chat.conversation.valid", of=lambda reply: any(each.get("content") == "" for each in _messages(reply.asked)))
def an_empty_text_beside_calls_crashes(reply: Reply) -> None:
    """An empty text is taken for none, which is looked up in vain."""
    if reply.status == 200:
        refuse(reply, 500, "list index out of range")


@defect(
    "chat.conversation.valid",
    of=lambda reply: any(each.get("role") == "tool" and "name" in each for each in _messages(reply.asked)),
)
def a_named_result_is_invalid(reply: Reply) -> None:
    """A result with the `name` of its function, as frameworks send it, is refused by a schema without it."""
    if reply.status == 200:
        refuse(reply, 422, "Extra inputs are not permitted")
