"""Requests with nothing but what is required, which break a server that relies on the rest."""

from __future__ import annotations

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, chat_stream, refuse
from tests.proof.legal_servers.reply import Reply

CAPS = ("max_tokens", "max_completion_tokens")


def _uncapped(reply: Reply) -> bool:
    return not any(name in reply.asked for name in CAPS)


@defect("chat.request.accepted", of=lambda reply: chat(reply) and _uncapped(reply))
def a_cap_is_demanded(reply: Reply) -> None:
    """A request without `max_tokens` is refused."""
    refuse(reply, 400, "max_tokens is required")


@defect("chat.request.accepted", of=lambda reply: chat_stream(reply) and _uncapped(reply))
def a_stream_without_a_cap_crashes(reply: Reply) -> None:
    """A request for a stream without `max_tokens` breaks the server down."""
    refuse(reply, 500, "unsupported operand type(s) for -: 'NoneType' and 'int'")


@defect("chat.reply.content", of=lambda reply: chat(reply) and _uncapped(reply))
def without_a_cap_nothing_is_said(reply: Reply) -> None:
    """Where no cap is given it is 0, and the answer is empty."""
    for choice in reply.json["choices"]:
        choice["message"]["content"] = ""


@defect("legacy.request.accepted", of=lambda reply: "context" in reply.asked and _uncapped(reply))
def a_cap_is_demanded_of_turns(reply: Reply) -> None:
    """A native request without `max_tokens` is refused."""
    refuse(reply, 400, "max_tokens is required")
