"""Conversations as agents have them: several forms of messages in one, and each in every place that the schema allows.

How a conversation becomes a prompt is up to the model's template, which may refuse some with a 4xx. What is taken is
taken whole: tokens that were sent are counted.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from inferproof.judge.check import Check
from inferproof.judge.oracle import valid
from inferproof.judge.requirement import PROJECT, SCHEMA
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, decided
from inferproof.judge.subject import Subject
from inferproof.requirements.chat_request import PLAIN

WITH_TOOLS = PLAIN | {"tools", "tool_choice"}


def _calls_and_goes_on(answer: Subject) -> bool:
    """A good request whose conversation has a call and its result, and nothing special beside it."""
    if not (WITH_TOOLS.issuperset(answer.request.raw) and valid(answer) and answer.refusable_but("messages") is None):
        return False
    messages = answer.request.items("/messages")
    return any(each.get("/tool_calls") for each in messages) and any(each.get("/role") == "tool" for each in messages)


rules = Rules("chat.conversation", cites="chat.request#/messages", claims="tools").with_notes(
    breaks="a gateway that keeps one system message and one result, and a validator that knows calls without a text "
    "only.",
    reference="messages are passed on as they came, and the template of the model decides.",
)
whole = rules.part(claims="core.context-follows")


@rules.must("valid", SCHEMA, "/[role=tool]/", "/[]/tool_calls", of=decided(*CHAT, where=_calls_and_goes_on))
def a_conversation_of_an_agent_is_valid(reply: Subject, check: Check) -> None:
    """A conversation with tool calls and their results is valid in every form and order of messages that the schema
    allows.

    A chat template may reject it, with a 4xx other than 422.
    """
    check.accepted_or_refused(reply)
    check.that(reply.status != 422, "any status but 422", reply.status, at="status")


def _growing(answers: list[Subject], check: Check) -> None:
    """Of a probe's requests, each has more in it than that before: where both are taken, it has more tokens."""
    probes: dict[str, list[Subject]] = defaultdict(list)
    for answer in answers:
        probes[answer.exchange.probe].append(answer)
    for told in probes.values():
        for each in told:
            check.accepted_or_refused(each)
        for before, after in pairwise(told):
            if (before.status, after.status) == (200, 200):
                fewer, more = (each.body.value("/usage/prompt_tokens") for each in (before, after))
                check.that(more.integer() > fewer.integer(), f"more than {fewer.raw}", more)


@whole.should("late-system", PROJECT, "/[role=system]/", whatever="conversations.late-system")
def a_late_system_message_is_not_lost(answers: list[Subject], check: Check) -> None:
    """A later `system` message increases `prompt_tokens`, or the chat template rejects it with a 4xx."""
    _growing(answers, check)


@whole.should("whole", PROJECT, "", "chat.reply#/usage/prompt_tokens", whatever="conversations.long")
def the_beginning_is_not_lost(answers: list[Subject], check: Check) -> None:
    """A longer first message of ten, `system` or `user`, increases `prompt_tokens`, or is rejected with a 4xx."""
    _growing(answers, check)


@rules.should("results", PROJECT, "/[role=tool]/", whatever="conversations.results")
def no_result_is_lost(answers: list[Subject], check: Check) -> None:
    """A longer tool result among several increases `prompt_tokens`, or the request is rejected with a 4xx."""
    _growing(answers, check)
