"""Probes of messages: every role, every kind of content, and what is wrong with them."""

from __future__ import annotations

from typing import Any

from inferproof.probes.probe import Ask, Call, Steps, assistant, probe, system, user
from inferproof.requirements.select import CHAT

HELLO = user("Hello!")
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def _made(**members: Any) -> dict[str, Any]:
    """A call of a tool, as an assistant's message carries it."""
    return {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}, **members}


def _after(call: Call, *messages: dict[str, Any]) -> Ask:
    """A question, these messages, and another question, so that a person speaks first and last."""
    return call.chat(HELLO, *messages, user("And now?"), max_tokens=4)


@probe("messages.roles", over=CHAT)
def roles(call: Call, role: str) -> Steps:
    """Every role of a talk, and one that nobody knows."""
    yield call.chat(system("Be brief."), HELLO, assistant("Hello."), user("And now?"), role=role, max_tokens=4)
    yield call.chat({"role": "developer", "content": "Be brief."}, HELLO, role=role, max_tokens=4)
    yield call.chat(HELLO, {"role": "critic", "content": "Too long."}, user("And now?"), role=role, max_tokens=4)


@probe("messages.results")
def results(call: Call) -> Steps:
    """Results of calls: of a tool, and of a function in its older form; the assistant itself says nothing."""
    yield _after(
        call, assistant(None, tool_calls=[_made()]), {"role": "tool", "content": "Salt.", "tool_call_id": "call_1"}
    )
    called = assistant(None, function_call={"name": "look_up", "arguments": "{}"})
    yield _after(call, called, {"role": "function", "content": None, "name": "look_up"})


@probe("messages.parts", over=CHAT)
def parts(call: Call, role: str) -> Steps:
    """Text in parts, in each role that takes it."""
    text = [{"type": "text", "text": "Be brief,"}, {"type": "text", "text": " please."}]
    yield call.chat(user(text), role=role, max_tokens=4)
    yield call.chat(system(text), HELLO, assistant(text), user(text), role=role, max_tokens=4)


@probe("messages.media")
def media(call: Call) -> Steps:
    """A picture in both forms, a sound and a file. None is fetched: what is not inline is on a host that cannot be."""
    nowhere = "https://inferproof.invalid/picture.png"
    for part in (
        {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": nowhere}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        {"type": "file", "file": {}},
    ):
        yield call.chat(user([{"type": "text", "text": "What is this?"}, part]), max_tokens=4)


@probe("messages.text", over=CHAT)
def text(call: Call, role: str) -> Steps:
    """Text of several scripts, and a message with a member that no document names."""
    yield call.chat(user("Grüße 你好 مرحبا 👩‍🚀 \U0001f30a"), role=role, max_tokens=4)
    yield call.chat({**HELLO, "inferproof_extra": {"any": ["thing"]}}, role=role, max_tokens=4)


@probe("messages.invalid", over=CHAT)
def invalid(call: Call, role: str) -> Steps:
    """Messages without a role, with contents of other types, and with null where it is not allowed."""
    wrong: list[dict[str, Any]] = [
        {"content": "hi"},
        {"role": {}, "content": "hi"},
        {"role": None, "content": "hi"},
        user(1),
        user({}),
        user(None),
        {"role": "tool", "content": None, "tool_call_id": "call_1"},
        {**HELLO, "name": {}},
        {"role": "tool", "content": "hi", "tool_call_id": {}},
    ]
    for message in wrong:
        yield call.chat(message, role=role, max_tokens=4)
    yield call.chat(system(None), HELLO, role=role, max_tokens=4)


@probe("messages.invalid-parts", over=CHAT)
def invalid_parts(call: Call, role: str) -> Steps:
    """Parts that lack what they need, or say what is not listed."""
    wrong: list[dict[str, Any]] = [
        {"type": "text"},
        {"type": "text", "text": {}},
        {"type": "banana"},
        {"type": "image_url", "image_url": {"url": PIXEL, "detail": "ultra"}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "flac"}},
        {"type": "file"},
        {"type": "video_url", "video_url": {}},
    ]
    for part in wrong:
        yield call.chat(user([part]), role=role, max_tokens=4)


@probe("messages.invalid-tool-calls", over=CHAT)
def invalid_tool_calls(call: Call, role: str) -> Steps:
    """Tool calls in the history that lack what they need."""
    nameless = _made(function={"arguments": "{}"})
    unwritten = _made(function={"name": "look_up", "arguments": {}})
    anonymous = {name: value for name, value in _made().items() if name != "id"}
    for made in (nameless, unwritten, anonymous, _made(type="banana")):
        yield call.chat(HELLO, assistant(None, tool_calls=[made]), user("And now?"), role=role, max_tokens=4)
