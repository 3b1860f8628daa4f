"""Servers that refuse what they need not take."""

from __future__ import annotations

from typing import Any

from tests.legal_servers import variant
from tests.legal_servers.reply import Reply, native

OPENAI_PATH = "/external/api/inference/openai/v1/chat/completions"
UNSUPPORTED = ("functions", "function_call", "n", "presence_penalty", "frequency_penalty", "logit_bias", "user")


def refuse(reply: Reply, status: int, reason: str, message: str) -> None:
    reply.status, reply.reason = status, reason
    reply.header("content-type", "application/json")
    reply.framing = "length"
    reply.json = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


@variant(of=lambda reply: len(reply.request.body) > 30_000)
def large_bodies_are_refused(reply: Reply) -> None:
    """A body of more than 30 kB is answered 413, and the connection closed."""
    refuse(reply, 413, "Content Too Large", "The body is too large.")
    reply.keep_alive = False


@variant(of=lambda reply: b"[" * 1000 in reply.request.body)
def deep_bodies_are_bad_requests(reply: Reply) -> None:
    """A body that is nested deep is answered 400."""
    refuse(reply, 400, "Bad Request", "The body is nested too deep.")


@variant(
    of=lambda reply: reply.path == OPENAI_PATH and reply.status == 200 and bool(set(UNSUPPORTED) & set(reply.asked))
)
def the_openai_path_refuses_what_it_lacks(reply: Reply) -> None:
    """At the path for OpenAI clients, members that the document calls unsupported are refused."""
    refuse(reply, 400, "Bad Request", "This member is not supported.")


@variant(of=lambda reply: native(reply) and any(_is_number(turn.get("ts")) for turn in reply.asked["context"]))
def times_are_texts(reply: Reply) -> None:
    """A time in seconds is invalid (422): the published schema knows texts and null."""
    entry = {"loc": ["body", "context", 0, "ts"], "msg": "Input should be a valid string", "type": "string_type"}
    reply.status, reply.reason, reply.framing = 422, "Unprocessable Entity", "length"
    reply.header("content-type", "application/json")
    reply.json = {"detail": [entry]}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
