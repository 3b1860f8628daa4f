"""The chat template of the simulated model: messages and tools become prompt tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from inferproof_mock.settings import refuse
from inferproof_mock.vocabulary import VOCABULARY

Json = dict[str, Any]

_MEDIA = ("image_url", "image_embeds", "input_audio", "audio_url", "video_url", "file")


@dataclass(frozen=True)
class Prompt:
    """The tokens that the model sees, and what a reply may refer to: the last message's role and text."""

    tokens: tuple[int, ...]
    role: str
    text: str


def render(
    messages: list[Json],
    tools: list[Json] | None = None,
    *,
    add_generation_prompt: bool = True,
    continue_final_message: bool = False,
    add_special_tokens: bool = False,
    truncate: int | None = None,
) -> Prompt:
    """Every message opens with a header token, its role and a line feed, and closes with the end token.

    `continue_final_message` leaves the last message open and adds no header for an answer. `truncate` keeps that
    many tokens, the last ones; a prompt that lost tokens has no text to refer to.
    """
    encode = VOCABULARY.encode
    tokens = [VOCABULARY.begin] if add_special_tokens else []
    if tools:
        tokens += [VOCABULARY.header, *encode("tools\n"), *encode(json.dumps(tools)), VOCABULARY.end]
    for message in messages:
        tokens += [VOCABULARY.header, *encode(f"{message['role']}\n"), *_content(message), VOCABULARY.end]
    if continue_final_message and messages:
        tokens.pop()
    elif add_generation_prompt:
        tokens += [VOCABULARY.header, *encode("assistant\n")]
    whole = truncate is None or len(tokens) <= truncate
    last: Json = messages[-1] if messages else {"role": "user"}
    return Prompt(
        tuple(tokens if truncate is None else tokens[max(0, len(tokens) - truncate) :]),
        last["role"],
        text_of(last) if whole else "",
    )


def require_messages(messages: Any, *, some: bool = True) -> None:
    """Raises a 422 Refusal for what is no list of messages, or where there are to be `some`, an empty one."""
    if not isinstance(messages, list) or (some and not messages):
        raise refuse("messages", "`messages` has to be a list of messages")
    for place, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise refuse("messages", f"message {place} is no object with a `role`")
        if not isinstance(message.get("content"), str | list | None):
            raise refuse("messages", f"the content of message {place} is neither text nor a list of parts")


def text_of(message: Json) -> str:
    """The text of a message, its text parts joined by a space."""
    content = message.get("content")
    if isinstance(content, list):
        return " ".join(filter(None, map(_text_of_part, content)))
    return content or ""


def _content(message: Json) -> list[int]:
    content = message.get("content")
    parts = content if isinstance(content, list) else [content or ""]
    tokens: list[int] = []
    for part in parts:
        tokens += [VOCABULARY.media] if _is_media(part) else VOCABULARY.encode(_text_of_part(part))
    named = {key: message[key] for key in ("name", "tool_calls", "tool_call_id", "function_call") if message.get(key)}
    return tokens + VOCABULARY.encode(json.dumps(named)) if named else tokens


def _text_of_part(part: str | Json) -> str:
    if isinstance(part, str):
        return part
    found = part.get("text", part.get("refusal"))
    return found if isinstance(found, str) else ""


def _is_media(part: str | Json) -> bool:
    """The mock looks at no picture and hears no sound: each stands in the prompt as one token."""
    return isinstance(part, dict) and any(kind in part or part.get("type") == kind for kind in _MEDIA)
