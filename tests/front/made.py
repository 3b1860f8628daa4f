"""Contracts that a test makes up, in memory: other paths, other errors and other keys than any that is published."""

from __future__ import annotations

from typing import Any

from inferproof.document import Contract

Json = dict[str, Any]

CHAT, MODELS = "/chat", "/list"
MESSAGES = {"messages": [{"role": "user", "content": "Hi"}]}
STRING = {"type": "string"}

OPENAI = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type"],
            "properties": {"message": STRING, "type": STRING, "param": {}, "code": {}},
        }
    },
}


def json_of(schema: Any) -> Json:
    return {"application/json": {"schema": schema}}


def response(schema: Any = None) -> Json:
    return {"description": "d", **({} if schema is None else {"content": json_of(schema)})}


def made(
    *,
    request: Any = None,
    reply: Any = None,
    event: Any = None,
    errors: dict[str, Any] | None = None,
    security: Any = None,
    schemes: Json | None = None,
    example: Any = None,
    paths: Json | None = None,
    chat: Json | None = None,
    components: Json | None = None,
) -> Contract:
    """A chat and a list of models. `errors` are schemas by status, None for a reply without one."""
    sent = json_of(request or {"type": "object", "required": ["messages"], "properties": {"messages": {}}})
    if example is not None:
        sent["application/json"]["example"] = example
    content = json_of(reply) if reply is not None else {}
    if event is not None:
        data = {"type": "string", "contentSchema": event}
        content["text/event-stream"] = {"itemSchema": {"properties": {"data": data}}}
    post = {
        "x-inferproof-role": "chat",
        "requestBody": {"content": sent},
        "responses": {
            "200": {"description": "d", "content": content},
            **{status: response(schema) for status, schema in (errors or {}).items()},
        },
        **(chat or {}),
    }
    if security is not None:
        post["security"] = security
    listing = {"x-inferproof-role": "models", "responses": {"200": response({})}}
    document: Json = {
        "openapi": "3.2.0",
        "info": {"title": "t", "version": "1"},
        "paths": {CHAT: {"post": post}, MODELS: {"get": listing}, **(paths or {})},
    }
    if schemes is not None or components is not None:
        document["components"] = {"securitySchemes": schemes or {}, **(components or {})}
    return Contract("made", "sha256:0", document, document)
