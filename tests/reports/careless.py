"""A server with the defects that a small server of one's own has: some forty failures, of about ten causes."""

from __future__ import annotations

import json
from typing import Any

from inferproof.document import Contract
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.generated.planted import App, once, whole

CAP = 16
"""The most choices that it makes at a time."""


def careless(contract: Contract, *, cap: str = "n must be at most 16") -> App:
    """Messages that are none crash it, other wrong members are not looked at, and what it refuses is a 400."""
    good = mock(contract, keys=(DEFAULT_KEY,))
    chat = {contract.operation(role).path for role in ("chat", "chat.openai-path") if role in contract.roles}
    plain = {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 4}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] not in chat or scope["method"] != "POST":
            return await good(scope, receive, send)
        body = await whole(receive)
        asked = _read(body)
        if asked is None or not _has_key(scope):
            return await good(scope, once(body, receive), send)
        n = asked.get("n")
        if isinstance(n, int) and n > CAP:
            return await _say(send, 400, cap)
        if not _is_conversation(asked.get("messages")):
            return await _say(send, 500, "[json.exception.type_error.302] type must be array, but is number")
        heard: dict[str, Any] = {}
        await good(scope, once(body, receive), _keeping(heard))
        if heard["status"] == 422:  # what is wrong is not looked at
            body = json.dumps({**plain, "model": asked.get("model", "m")}).encode()
            heard = {}
            await good(scope, once(body, receive), _keeping(heard))
        if heard["status"] == 422:
            return await _say(send, 400, "Unknown model")
        for message in heard["messages"]:
            await send(message)
        return None

    return app


def _keeping(heard: dict[str, Any]) -> Any:
    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            heard["status"] = message["status"]
        heard.setdefault("messages", []).append(message)

    return send


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _has_key(scope: Any) -> bool:
    return any(DEFAULT_KEY.encode() in value for _, value in scope["headers"])


def _is_conversation(messages: Any) -> bool:
    return isinstance(messages, list) and all(isinstance(each, dict) and "role" in each for each in messages)


async def _say(send: Any, status: int, words: str) -> None:
    body = json.dumps({"error": {"code": status, "message": words, "type": "invalid_request_error"}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
