"""The known-good request of each role, into which one member at a time is grafted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

BODY = "body"
"""Stands for the property where the body as a whole is varied: it is no object."""


class Absent:
    """The value of a member that is left out."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()

STREAMED = frozenset({"chat", "chat.openai-path"})
"""Roles in which `stream: true` changes the form of the answer and nothing else."""

MODEL: Mapping[str, str] = {"chat.legacy": "config", "chat.legacy.stream": "config"}
"""The member that names the model where it is not `model`. Any text in it is as good as any other."""

_CHAT: Json = {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 4}
_SCORED: Json = {
    "messages": [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": "Hello. What can I do?"}],
}
_LEGACY: Json = {"context": [{"type": "Human", "text": "Hello!"}], "max_tokens": 4, "web_search": False}
_INPUT: Json = {"input": "Hello!"}
_TALK: Json = {"messages": [{"role": "user", "content": "Hello!"}]}

_BASES: Mapping[str, Json] = {
    "chat": _CHAT,
    "chat.openai-path": _CHAT,
    "attributes": _SCORED,
    "embeddings": _INPUT,
    "chat.legacy": _LEGACY,
    "chat.legacy.stream": _LEGACY,
}

# Embedding input is text in one form of the request and messages in the other; these members are of the second.
_OF_TALK = frozenset({"messages", "chat_template", "chat_template_kwargs", "mm_processor_kwargs"})

_TOOL: Json = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}

_COMPANIONS: Mapping[str, Json] = {
    "tool_choice": {"tools": [_TOOL]},
    "parallel_tool_calls": {"tools": [_TOOL]},
    "top_logprobs": {"logprobs": True},
    "return_tokens_as_token_ids": {"logprobs": True},
    "stream_options": {"stream": True},
    "continue_final_message": {"add_generation_prompt": False},
}
"""What a member takes beside it to mean something, in the roles that talk."""


def roles() -> tuple[str, ...]:
    return tuple(_BASES)


def base(role: str, name: str) -> Json:
    """The body, without a model, into which the member `name` is put. Treat it as read-only."""
    if role == "embeddings":
        return _TALK if name in _OF_TALK else _INPUT
    return _BASES[role] | companions(role, name)


def companions(role: str, name: str) -> Json:
    if role == "attributes" and name == "stream_options":
        return {}
    return _COMPANIONS.get(name, {}) if role in ("chat", "attributes") else {}


def with_member(role: str, name: str, value: Any, model: str, *, stream: bool = False) -> Any:
    """The minimal body of `role` with one member set to `value`, or without it; `value` itself for BODY."""
    if name == BODY:
        return value
    body = {MODEL.get(role, "model"): model, **base(role, name)}
    if stream:
        body["stream"] = True
    if isinstance(value, Absent):
        body.pop(name, None)
    else:
        body[name] = value
    return body


def varied_member(role: str, body: Any) -> str | None:
    """The one member in which `body` differs from what `with_member` puts around it; None where there is none.

    It looks at content only, so that any recording can be judged, whoever made the request.
    """
    if role not in _BASES:
        return None
    if not isinstance(body, dict):
        return BODY
    plain = [_BASES[role]] if role != "embeddings" else [_INPUT, _TALK]
    for around in plain:
        different = {name for name in body.keys() | around.keys() if not _same(body, around, name)}
        model = MODEL.get(role, "model")
        if isinstance(body.get(model), str):
            different.discard(model)
        for name in sorted(different):
            if _is_alone(role, name, body, different, around):
                return name
    return None


def _is_alone(role: str, name: str, body: Json, different: set[str], around: Json) -> bool:
    if role == "embeddings" and (name in _OF_TALK) is not (around is _TALK):
        return False
    beside = companions(role, name)
    rest = different - {name} - beside.keys()
    if role in STREAMED and body.get("stream") is True:
        rest.discard("stream")
    return not rest and all(_same(body, beside, member) for member in beside)


def _same(body: Json, around: Json, name: str) -> bool:
    found, expected = body.get(name, ABSENT), around.get(name, ABSENT)
    return type(found) is type(expected) and bool(found == expected)
