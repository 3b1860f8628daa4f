"""Servers that refuse what they need not take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, Request, compact, native, whole_completions

OPENAI_PATH = "/external/api/inference/openai/v1/chat/completions"
CAPS = frozenset({"max_tokens", "max_completion_tokens"})
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


@variant(of=lambda reply: reply.request.header(b"transfer-encoding") != "")
def a_length_is_required(reply: Reply) -> None:
    """A body without a length is refused with 411 (RFC 9110 §15.5.12)."""
    refuse(reply, 411, "Length Required", "Say how long the body is.")


@variant(of=lambda reply: reply.request.header(b"expect") != "")
def no_expectation_is_met(reply: Reply) -> None:
    """A request that expects to go on is refused with 417 (RFC 9110 §15.5.18)."""
    refuse(reply, 417, "Expectation Failed", "Just send it.")


@variant(of=whole_completions)
class AnswersAreShort:
    """Where a request sets no cap, the server's own is two tokens."""

    def ask(self, request: Request) -> Request:
        asked = request.asked
        if "attributes" not in asked and "messages" in asked and CAPS.isdisjoint(asked):
            return replace(request, body=compact({**asked, "max_tokens": 2}).encode())
        return request

    def __call__(self, reply: Reply) -> None:
        reply.header("x-default-cap", "2")


@variant(of=lambda reply: reply.status == 200 and "system" in _roles(reply)[1:])
def the_template_begins_with_the_system(reply: Reply) -> None:
    """The model's template has no place for a `system` message that is not the first."""
    refuse(reply, 400, "Bad Request", "System message must be at the beginning.")


@variant(of=lambda reply: reply.status == 200 and "tool" in _roles(reply)[:-1])
def the_template_ends_with_a_result(reply: Reply) -> None:
    """The model's template has a place for one result, and that at the end of a conversation."""
    refuse(reply, 400, "Bad Request", "This model only supports single tool-calls at once!")


def _roles(reply: Reply) -> list[Any]:
    messages = reply.asked.get("messages")
    return [each.get("role") for each in messages if isinstance(each, dict)] if isinstance(messages, list) else []


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
