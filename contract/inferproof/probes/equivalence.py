"""Probes of equivalence: one conversation, sent to every operation that can hold it."""

from __future__ import annotations

from typing import Any

from inferproof.judge.select import CHAT, LEGACY
from inferproof.probes.probe import RequestBuilder, Steps, assistant, probe, system, turn, user
from inferproof.probes.tools import ROOM, SWITCH

GREEDY: dict[str, Any] = {"max_tokens": 16, "temperature": 0}


@probe("equivalence.openai-path", claims="core.openai-path", exclusive=True, to=CHAT)
def openai_path(call: RequestBuilder) -> Steps:
    """A question to the chat operation and to its twin for OpenAI clients, and to both again."""
    question = user("Which bird lays the largest egg?")
    for _ in range(2):
        yield call.chat(question, **GREEDY)
        yield call.chat(question, role="chat.openai-path", **GREEDY)


@probe("equivalence.legacy", claims="legacy.as-chat", exclusive=True, to=("chat", "chat.legacy"))
def legacy(call: RequestBuilder) -> Steps:
    """A talk to the chat operation, the same in turns to the native one, and to both again."""
    messages = (system("Be brief."), user("Hello!"), assistant("Hello."), user("Which bird lays the largest egg?"))
    types = ("Instruction", "Human", "AI", "Human")
    turns = [turn(type, said["content"]) for type, said in zip(types, messages, strict=True)]
    for _ in range(2):
        yield call.chat(*messages, **GREEDY)
        yield call.legacy(*turns, **GREEDY)


@probe("equivalence.legacy-tools", claims="legacy.as-chat", exclusive=True, to=("chat", *LEGACY))
def legacy_tools(call: RequestBuilder) -> Steps:
    """A wish that a tool fulfils, to the chat operation, to the native ones, and to the first again."""
    wish = "Call the tool switch, to switch the lamp on."
    members: dict[str, Any] = {"max_tokens": ROOM, "temperature": 0, "tools": [SWITCH]}
    yield call.chat(user(wish), **members)
    for role in LEGACY:
        yield call.legacy(turn("Human", wish), role=role, **members)
    yield call.chat(user(wish), **members)
