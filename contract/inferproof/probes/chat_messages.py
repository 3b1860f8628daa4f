"""Probes of messages: every role, every kind of content, and what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

from inferproof.judge.select import CHAT
from inferproof.probes.probe import PlannedRequest, RequestBuilder, Steps, assistant, probe, system, user

HELLO = user("Hello!")
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def _made(**members: Any) -> dict[str, Any]:
    """A call of a tool, as an assistant's message carries it."""
    return {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}, **members}


def _after(call: RequestBuilder, *messages: dict[str, Any]) -> PlannedRequest:
    """A question, these messages, and another question, so that a person speaks first and last."""
    return call.chat(HELLO, *messages, user("And now?"), max_tokens=4)


@probe("messages.roles", over=CHAT)
def roles(call: RequestBuilder, role: str) -> Steps:
    """Every role of a talk, and one that nobody knows."""
    yield call.chat(system("Be brief."), HELLO, assistant("Hello."), user("And now?"), role=role, max_tokens=4)
    yield call.chat({"role": "developer", "content": "Be brief."}, HELLO, role=role, max_tokens=4)
    yield call.chat(HELLO, {"role": "critic", "content": "Too long."}, user("And now?"), role=role, max_tokens=4)


@probe("messages.results")
def results(call: RequestBuilder) -> Steps:
    """Results of calls: of a tool, and of a function in its older form; the assistant itself says nothing."""
    yield _after(
        call, assistant(None, tool_calls=[_made()]), {"role": "tool", "content": "Salt.", "tool_call_id": "call_1"}
    )
    called = assistant(None, function_call={"name": "look_up", "arguments": "{}"})
    yield _after(call, called, {"role": "function", "content": None, "name": "look_up"})


@probe("messages.members")
def members(call: RequestBuilder) -> Steps:
    """Messages with every member that their roles have besides a content: names, a refusal, calls of both kinds."""
    spoken = assistant("Hello.", name="Bo", refusal=None, audio=None, function_call=None)
    yield call.chat({**system("Be brief."), "name": "Cy"}, {**HELLO, "name": "Ana"}, spoken, HELLO, max_tokens=4)
    yield call.chat({"role": "developer", "content": "Be brief.", "name": "Cy"}, HELLO, max_tokens=4)
    heard = assistant("Hello.", audio={"id": "audio_1"}, refusal="No.")
    yield call.chat(HELLO, heard, HELLO, max_tokens=4)
    typed = {"id": "call_1", "type": "custom", "custom": {"name": "look_up", "input": "salt"}}
    yield _after(
        call, assistant(None, tool_calls=[typed]), {"role": "tool", "content": "Salt.", "tool_call_id": "call_1"}
    )


@probe("messages.parts", over=CHAT)
def parts(call: RequestBuilder, role: str) -> Steps:
    """Text in parts, in each role that takes it; and with a long second part."""
    text = [{"type": "text", "text": "Be brief,"}, {"type": "text", "text": " please."}]
    yield call.chat(user(text), role=role, max_tokens=4)
    yield call.chat(system(text), HELLO, assistant(text), user(text), role=role, max_tokens=4)
    more = {"type": "text", "text": " Then tell me of the harbour, the lighthouse, the old mole and the salt." * 2}
    yield call.chat(user([text[0], more]), role=role, max_tokens=4)


@probe("messages.media")
def media(call: RequestBuilder) -> Steps:
    """Pictures, sounds, a film and a file, in their long and short forms. Nothing is fetched: no host is called so."""
    nowhere = "https://inferproof.invalid/picture.png"
    for part in (
        {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": nowhere}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        {"type": "file", "file": {}},
        {"type": "file", "file": {"file_id": "file-1", "file_data": "U2FsdC4=", "filename": "salt.txt"}},
        {"type": "audio_url", "audio_url": {"url": nowhere}},
        {"type": "video_url", "video_url": {"url": nowhere}},
        {"type": "image_embeds", "image_embeds": "AAAA"},
        {"image_url": nowhere},
        {"audio_url": nowhere},
        {"video_url": nowhere},
    ):
        yield call.chat(user([{"type": "text", "text": "What is this?"}, part]), max_tokens=4)


@probe("messages.text", over=CHAT)
def text(call: RequestBuilder, role: str) -> Steps:
    """Text of several scripts, and a message with a member that no document names; then the text in escapes of JSON."""
    scripts = call.chat(user("Grüße 你好 مرحبا 👩‍🚀 \U0001f30a e\u0301\u2028."), role=role, max_tokens=4)
    yield scripts
    yield call.chat({**HELLO, "inferproof_extra": {"any": ["thing"]}}, role=role, max_tokens=4)
    yield scripts.with_body(json.dumps(json.loads(scripts.request.body)).encode())


@probe("messages.invalid", over=CHAT)
def invalid(call: RequestBuilder, role: str) -> Steps:
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
def invalid_parts(call: RequestBuilder, role: str) -> Steps:
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


@probe("messages.invalid-media")
def invalid_media(call: RequestBuilder) -> Steps:
    """Parts of every kind without what their kind needs, or with another type of value for it."""
    wrong: list[dict[str, Any]] = [
        {"type": "image_url", "image_url": {}},
        {"type": "input_audio", "input_audio": {"format": "wav"}},
        {"type": "audio_url", "audio_url": {}},
        {"type": "refusal"},
        {"type": "image_embeds", "image_embeds": 7},
        {"type": "file", "file": {"file_id": 7}},
        {"type": "file", "file": {"file_data": {}}},
        {"type": "file", "file": {"filename": {}}},
        {"image_url": {}},
        {"audio_url": 7},
        {"video_url": 7},
    ]
    for part in wrong:
        yield call.chat(user([part]), max_tokens=4)


@probe("messages.invalid-custom-calls")
def invalid_custom_calls(call: RequestBuilder) -> Steps:
    """Calls of custom tools that lack what they need, and calls that are none, by a role of one's own."""
    good = {"id": "call_1", "type": "custom", "custom": {"name": "look_up", "input": "salt"}}
    for made in (
        {**good, "custom": {"name": "look_up"}},
        {**good, "custom": {"input": "salt"}},
        {"type": "custom", "custom": good["custom"]},
        {"id": "call_1", "type": "custom"},
    ):
        yield call.chat(HELLO, assistant(None, tool_calls=[made]), HELLO, max_tokens=4)
    yield call.chat(HELLO, {"role": "critic", "content": "Too long.", "tool_calls": [{}]}, HELLO, max_tokens=4)


@probe("messages.invalid-tool-calls", over=CHAT)
def invalid_tool_calls(call: RequestBuilder, role: str) -> Steps:
    """Tool calls in the history that lack what they need."""
    nameless = _made(function={"arguments": "{}"})
    unwritten = _made(function={"name": "look_up", "arguments": {}})
    anonymous = {name: value for name, value in _made().items() if name != "id"}
    for made in (nameless, unwritten, anonymous, _made(type="banana")):
        yield call.chat(HELLO, assistant(None, tool_calls=[made]), user("And now?"), role=role, max_tokens=4)
