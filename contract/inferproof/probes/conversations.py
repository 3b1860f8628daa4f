"""Probes of conversations as agents have them: what they may hold is tried in all its places, and together."""

from __future__ import annotations

from typing import Any

from inferproof.judge.select import CHAT
from inferproof.probes.probe import RequestBuilder, Steps, assistant, probe, system, user

LOOK_UP: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Look a word up.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}

FIRST, THEN = user("What is salt?"), user("And now?")


def _call(id: str, word: str) -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": "look_up", "arguments": f'{{"word":"{word}"}}'}}


def _result(id: str, content: Any, **members: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id, "content": content, **members}


def _parts(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text} for text in texts]


@probe("conversations.late-system")
def late_system(call: RequestBuilder) -> Steps:
    """A talk, and the same with a system message in the midst of it, as agents put their reminders."""
    talk = user("What is salt, and where does it come from?"), assistant("A mineral, from the sea and from mines.")
    yield call.chat(*talk, THEN, max_tokens=4)
    yield call.chat(*talk, system("Be brief."), THEN, max_tokens=4)


@probe("conversations.results", claims="tools", over=CHAT)
def results(call: RequestBuilder, role: str) -> Steps:
    """A message with a text and two calls, and both results, the second short; the same where it is longer."""
    both = assistant("I look both up.", tool_calls=[_call("call_1", "salt"), _call("call_2", "sea")])
    for second in ("Water.", "Water that is salty, and covers most of the earth, from pole to pole."):
        yield call.chat(
            FIRST,
            both,
            _result("call_1", "Sodium chloride."),
            _result("call_2", second),
            assistant("Salt is in the sea."),
            THEN,
            role=role,
            max_tokens=4,
            tools=[LOOK_UP],
            tool_choice="none",
        )


@probe("conversations.forms", claims="tools")
def forms(call: RequestBuilder) -> Steps:
    """Every form of a content beside calls: an empty text, parts, none at all; with names, and in any order."""
    made = [_call("call_1", "salt")]
    offered: dict[str, Any] = {"max_tokens": 4, "tools": [LOOK_UP], "tool_choice": "none"}
    developer = {"role": "developer", "content": "Be brief."}
    yield call.chat(
        developer, FIRST, assistant("", tool_calls=made), _result("call_1", _parts("Salt:", "")), THEN, **offered
    )
    yield call.chat(
        system("Be brief."),
        system("Use the tool."),
        {**FIRST, "name": "Ana"},
        user(_parts("Tell me", "")),
        assistant(_parts("I look it up."), tool_calls=made, name="Bo"),
        _result("call_1", "A mineral.", name="look_up"),
        THEN,
        **offered,
    )
    silent = {"role": "assistant", "tool_calls": made}
    yield call.chat(assistant("How can I help?"), FIRST, silent, _result("call_1", ""), assistant(""), THEN, **offered)


LONG = "What I say to you now concerns the harbour, the lighthouse, the old mole and the ships of the salt trade. " * 4


@probe("conversations.long", over=CHAT)
def long(call: RequestBuilder, role: str) -> Steps:
    """A talk of ten messages; the same with a long first message of the user; and with a long one of the system."""
    talk = [turn for _ in range(4) for turn in (assistant("Salt is a mineral."), THEN)]
    brief = system("Be brief.")
    yield call.chat(brief, FIRST, *talk, role=role, max_tokens=4)
    yield call.chat(brief, user(LONG), *talk, role=role, max_tokens=4)
    yield call.chat(system(LONG), user(LONG), *talk, role=role, max_tokens=4)
