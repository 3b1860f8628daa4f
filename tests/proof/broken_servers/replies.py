"""What live mutants look for in a reply, and what they put in its place."""

from __future__ import annotations

import time
from typing import Any

from tests.proof.legal_servers.reply import Reply, whole_completions
from tests.proof.legal_servers.reply import chat_streams as chat_stream

__all__ = ["asks_for_many", "chat", "chat_stream", "choices", "completion", "deltas", "messages", "refuse", "say"]


def chat(reply: Reply) -> bool:
    """A whole chat completion, from either chat operation."""
    return reply.path.endswith("/chat/completions") and whole_completions(reply)


def asks_for_many(reply: Reply) -> bool:
    """The request allows so many tokens that their making would be seen."""
    most = reply.asked.get("max_tokens")
    return isinstance(most, int) and most >= 64


def choices(reply: Reply) -> list[Any]:
    """Every choice of every JSON value."""
    return [choice for value in reply.values for choice in value.get("choices", ())]


def messages(reply: Reply) -> list[Any]:
    """The message or the delta of each choice."""
    return [choice["delta"] if "delta" in choice else choice["message"] for choice in choices(reply)]


def deltas(reply: Reply) -> list[Any]:
    """Every piece of a tool call in a stream."""
    return [piece for delta in messages(reply) for piece in delta.get("tool_calls") or ()]


def say(reply: Reply, status: int, value: Any, reason: str = "") -> None:
    """Answer something else, as JSON."""
    reply.status, reply.reason = status, reason
    reply.header("content-type", "application/json")
    reply.framing = "length"
    reply.json = value


def refuse(reply: Reply, status: int = 400, message: str = "Unsupported parameter.") -> None:
    """Refuse what was answered."""
    say(reply, status, {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}})


def completion(reply: Reply) -> None:
    """Answer what was refused, as if nothing were wrong."""
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
    value: dict[str, Any]
    if reply.path.endswith("/embeddings"):
        item = {"object": "embedding", "index": 0, "embedding": [0.6, 0.8]}
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        value = {"id": f"embd-{id(reply)}", "object": "list", "model": "m", "data": [item], "usage": usage}
    elif reply.path.startswith("/external/api/inference") and not reply.path.endswith("completions"):
        value = {"created": time.time(), "text": "Hello."}
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
        value = {
            "id": f"chatcmpl-{id(reply)}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": "m",
            "choices": [choice],
            "usage": usage,
        }
    say(reply, 200, value, "OK")
