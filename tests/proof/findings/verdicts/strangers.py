"""What nine servers of others were accused of wrongly: the bytes that they answered, made by small servers."""

from __future__ import annotations

from typing import Any

from tests.proof.broken_servers.replies import refuse, say
from tests.proof.findings.verdicts.expected import NotAccused
from tests.proof.findings.verdicts.finding import STRANGER, Finding
from tests.proof.findings.verdicts.servers import edited, path_of
from tests.proof.legal_servers.reply import Reply

CHAT, OPENAI = path_of("chat"), path_of("chat.openai-path")
EMBEDDINGS = path_of("embeddings")


def answered(reply: Reply, text: str = "yes", tokens: int = 1, **message: Any) -> None:
    """A whole chat completion, or the same as a stream."""
    whole = {"role": "assistant", "content": text, **message}
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    usage = {"prompt_tokens": 9, "completion_tokens": tokens, "total_tokens": 9 + tokens}
    shared = {"id": f"chatcmpl-{id(reply)}", "created": 1_790_000_000, "model": reply.asked.get("model") or "m"}
    if reply.asked.get("stream") is True:
        reply.status, reply.reason, reply.framing = 200, "OK", "chunked"
        reply.header("content-type", "text/event-stream")
        shared["object"] = "chat.completion.chunk"
        deltas = [({"role": "assistant"}, None), ({"content": text}, None), ({}, reason)]
        reply.body = b"data: [DONE]\n\n"
        reply.chunks = [
            {**shared, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]} for delta, finish in deltas
        ]
        return
    choice = {"index": 0, "message": whole, "finish_reason": reason}
    say(reply, 200, {**shared, "object": "chat.completion", "choices": [choice], "usage": usage}, "OK")


def _chat(reply: Reply) -> bool:
    return reply.path in (CHAT, OPENAI) and reply.request.method == "POST"


def refused_for(reply: Reply, *members: str) -> bool:
    """The mock refuses the body for one of these members."""
    if not _chat(reply) or reply.status != 422 or reply.media_type != "application/json":
        return False
    detail = reply.json.get("detail")
    places = [entry.get("loc", ()) for entry in detail] if isinstance(detail, list) else []
    return any(member in place for place in places for member in members)


def any_cap_is_a_token(reply: Reply) -> None:
    """A cap that is false, or next to nothing, is answered with one token."""
    answered(reply)


def empty_roles_are_taken(reply: Reply) -> None:
    """A message whose role is an empty text is answered."""
    answered(reply)


def empty_roles(reply: Reply) -> bool:
    """The mock refuses a conversation that has a message with an empty role."""
    messages = reply.asked.get("messages")
    refused = _chat(reply) and reply.status == 422 and isinstance(messages, list)
    return refused and any(isinstance(each, dict) and each.get("role") == "" for each in messages)


def any_choice_is_taken(reply: Reply) -> None:
    """A choice of tools that is none, as `{}`, is answered in words."""
    answered(reply, "There is nothing to call.")


def undefined_functions_are_called(reply: Reply) -> None:
    """A choice of a function that no tool defines calls another one."""
    call = {"id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": "{}"}}
    answered(reply, "", tool_calls=[call])


def custom_calls_are_refused(reply: Reply) -> None:
    """A call of the type `custom` in a message of the assistant is refused at its function."""
    messages = reply.asked.get("messages")
    calls = [
        call
        for message in (messages if isinstance(messages, list) else ())
        if isinstance(message, dict)
        for call in message.get("tool_calls") or ()
        if isinstance(call, dict)
    ]
    if any(call.get("type") == "custom" for call in calls):
        entry = {
            "loc": ["body", "messages", 1, "tool_calls", 0, "function"],
            "msg": "Field required",
            "type": "missing",
        }
        say(reply, 422, {"detail": [entry]})


def tools_without_words_are_refused(reply: Reply) -> None:
    """A tool whose function has no description, or null for it, is refused."""
    tools = reply.asked.get("tools")
    functions = [each.get("function") for each in tools if isinstance(each, dict)] if isinstance(tools, list) else []
    if any(isinstance(each, dict) and not each.get("description") for each in functions):
        entry = {"loc": ["body", "tools", 0, "function", "description"], "msg": "Field required", "type": "missing"}
        say(reply, 422, {"detail": [entry]})


def one_embedding_model(reply: Reply) -> None:
    """The documented embedding model is not there: each request for it is answered 400."""
    if reply.status == 200:
        refuse(reply, 400, "Invalid model name passed in model=" + str(reply.asked.get("model")))


def everything_is_answered(reply: Reply) -> None:
    """Whatever is wrong with a body that has messages, it is answered, without a role or a `[DONE]` in streams."""
    answered(reply, "", 0)
    if reply.asked.get("stream") is True:
        reply.body = b""
        for chunk in reply.chunks:
            chunk["choices"][0]["delta"].pop("role", None)
    else:
        reply.json["usage"].update(prompt_tokens=0, total_tokens=0)


def stranger(id: str, edit: Any, of: Any, innocent: tuple[str, ...], only: tuple[str, ...], **members: Any) -> Finding:
    sentence = " ".join((edit.__doc__ or "").split())
    only = (*innocent, *only)
    return Finding(id, STRANGER, sentence, edited(edit, of), NotAccused(innocent), only=only, generated=True, **members)


CAPS = ("chat.request.max-tokens.cap", "chat.request.max-completion-tokens.cap")

FINDINGS = (
    stranger(
        "answered.false-caps",
        any_cap_is_a_token,
        lambda reply: refused_for(reply, "max_tokens", "max_completion_tokens"),
        CAPS,
        ("gate.chat.max-tokens.*", "gate.chat.max-completion-tokens.*"),
    ),
    stranger(
        "answered.empty-roles",
        empty_roles_are_taken,
        empty_roles,
        ("chat.messages.role.required",),
        ("gate.chat.messages.*",),
    ),
    stranger(
        "answered.choices-that-are-none",
        any_choice_is_taken,
        lambda reply: refused_for(reply, "tool_choice"),
        ("tools.stream.call", "tools.required", "tools.named", "tools.none"),
        ("gate.chat.tool-choice.*",),
    ),
    stranger(
        "answered.undefined-functions",
        undefined_functions_are_called,
        lambda reply: _chat(reply) and reply.status in (400, 422) and isinstance(reply.asked.get("tool_choice"), dict),
        ("tools.named", "tools.required"),
        ("gate.chat.tool-choice.*", "gate.chat.tools.*"),
    ),
    stranger(
        "answered.false-alternatives",
        any_cap_is_a_token,
        lambda reply: refused_for(reply, "top_logprobs"),
        ("logprobs.content", "logprobs.top.*"),
        ("gate.chat.top-logprobs.*", "gate.chat.logprobs.*"),
    ),
    stranger(
        "refused.custom-calls",
        custom_calls_are_refused,
        lambda reply: _chat(reply) and reply.status == 200,
        ("chat.messages.roles", "chat.messages.tool-results", "chat.messages.content.nullable"),
        ("gate.chat.messages.*",),
    ),
    stranger(
        "refused.tools-without-words",
        tools_without_words_are_refused,
        lambda reply: _chat(reply) and reply.status == 200,
        ("chat.tool-choice.accepts", "chat.parallel-tool-calls.accepts"),
        (),
    ),
    stranger(
        "answered.everything",
        everything_is_answered,
        lambda reply: _chat(reply) and reply.status == 422 and isinstance(reply.asked.get("messages"), list),
        ("stream.role", "chat.usage.prompt.positive", "stream.done", "chat.usage.length"),
        ("gate.chat.*",),
    ),
)
