"""Probes of tools: offered, required, named, forbidden, answered; and choices that make no sense."""

from typing import Any

from inferproof.judge.select import CHAT
from inferproof.probes.probe import (
    ROOM_TO_REASON,
    PlannedRequest,
    RequestBuilder,
    Steps,
    assistant,
    in_doubt,
    patiently,
    probe,
    user,
)

ROOM = 96
"""Tokens. A call of `switch` is about 50 characters, and an engine of single bytes takes a token for each."""


def function(name: str, **members: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **members}}


SWITCH = function(
    "switch",
    description="Switches the lamp.",
    parameters={
        "type": "object",
        "properties": {"to": {"type": "string", "enum": ["hell 💡", "größer", "夜"]}},
        "required": ["to"],
        "additionalProperties": False,
    },
)
"""Its arguments are few and short, so that even a random model comes to an end; none is of ASCII alone."""

RING = function("ring", description="Rings the bell.", parameters={"type": "object", "properties": {}})

QUESTION = user("It is dark. Switch the lamp on.")
BOTH = user("It is dark. Switch the lamp on, and ring the bell.")


def _result(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": "The lamp is on 💡."}


@probe("tools.accepted", claims="tools")
def accepted(call: RequestBuilder) -> Steps:
    """Tools with nothing but a name, an empty list, and null; nothing may be called, in a stream neither."""
    yield from call.forms(
        call.chat(QUESTION, max_tokens=8, tools=[{"function": {"name": "switch"}}], tool_choice="none")
    )
    yield call.chat(QUESTION, max_tokens=4, tools=[])
    yield call.chat(QUESTION, max_tokens=4, tools=None)


@probe("tools.auto", claims="tools.auto", over=CHAT)
def auto(call: RequestBuilder, role: str) -> Steps:
    """A conversation without tools, and the same with one that the model is free to call, whole and streamed."""
    yield call.chat(QUESTION, role=role, max_tokens=4)
    for form in call.forms(call.chat(QUESTION, role=role, max_tokens=ROOM, tools=[SWITCH])):
        yield from patiently(form)


@probe("tools.required", claims="tools.required")
def required(call: RequestBuilder) -> Steps:
    """A conversation without tools, and the same with two that might both be called, of which one at a time must be."""
    yield call.chat(BOTH, max_tokens=4)
    yield call.chat(BOTH, max_tokens=ROOM, tools=[SWITCH, RING], tool_choice="required", parallel_tool_calls=False)


@probe("tools.named", claims="tools.named")
def named(call: RequestBuilder) -> Steps:
    """Two tools, and the second must be called; whole and streamed."""
    other = function(f"ring_{call.token('tool', 6)}", parameters={"type": "object", "properties": {}})
    choice = {"type": "function", "function": {"name": "switch"}}
    for form in call.forms(call.chat(QUESTION, max_tokens=ROOM, tools=[other, SWITCH], tool_choice=choice)):
        yield from patiently(form)


FEW = 8
"""Tokens. Less than the arguments of `go_to` take, whatever a token is."""

GO_TO = function(
    "go_to",
    description="Walks to a place.",
    parameters={
        "type": "object",
        "properties": {"place": {"enum": ["the small room above the third landing of the old western lighthouse"]}},
        "required": ["place"],
        "additionalProperties": False,
    },
)


def _go(call: RequestBuilder, **members: Any) -> PlannedRequest:
    choice = {"type": "function", "function": {"name": "go_to"}}
    return call.chat(QUESTION, max_tokens=FEW, tools=[GO_TO], tool_choice=choice, **members)


@probe("tools.cut", claims="tools.named")
def cut(call: RequestBuilder) -> Steps:
    """A call whose arguments are longer than the cap allows."""
    yield _go(call)


@probe("tools.cut-streamed", claims="tools.named")
def cut_streamed(call: RequestBuilder) -> Steps:
    """The same in a stream that tells its usage."""
    yield _go(call, stream=True, stream_options={"include_usage": True})


@probe("tools.result", claims="tools")
def result(call: RequestBuilder) -> Steps:
    """A conversation in which a tool was called and has answered."""
    made = {"id": "call_1", "type": "function", "function": {"name": "switch", "arguments": '{"to": "hell 💡"}'}}
    messages = (QUESTION, assistant(None, tool_calls=[made]), _result("call_1"))
    yield call.chat(*messages, max_tokens=8, tools=[SWITCH], tool_choice="none")


@probe("tools.round-trip", claims="tools.required")
def round_trip(call: RequestBuilder) -> Steps:
    """A call, sent back exactly as it came, with its result."""
    answer = yield from patiently(call.chat(QUESTION, max_tokens=ROOM, tools=[SWITCH], tool_choice="required"))
    message = answer.body.object("/choices/0/message")
    results = [_result(made.string("/id")) for made in message.items("/tool_calls")]
    yield call.chat(QUESTION, message.raw, *results, max_tokens=8, tools=[SWITCH], tool_choice="none")


@probe("tools.choice", claims="tools")
def choice(call: RequestBuilder) -> Steps:
    """A call required without tools, and one of a tool that is not among them."""
    yield call.chat(QUESTION, max_tokens=4, tool_choice="required")
    yield unknown_choice(call)


def unknown_choice(call: RequestBuilder) -> PlannedRequest:
    """A tool is named that is not among those of the request."""
    unknown = {"type": "function", "function": {"name": f"no_{call.token('unknown', 8)}"}}
    return call.chat(QUESTION, max_tokens=4, tools=[SWITCH], tool_choice=unknown)


@probe("tools.invalid", claims="tools")
def invalid(call: RequestBuilder) -> Steps:
    """Tools that are none: another type, parameters that are a list, a choice that is another word."""
    yield call.chat(QUESTION, max_tokens=4, tools=[{**SWITCH, "type": "web_search"}])
    yield call.chat(QUESTION, max_tokens=4, tools=[function("switch", parameters=[])])
    yield call.chat(QUESTION, max_tokens=4, tools=[{"type": "function"}])
    yield call.chat(QUESTION, max_tokens=4, tools=[function("switch", description=7)])
    yield call.chat(QUESTION, max_tokens=4, tools=[{"type": "function", "function": {"description": "Nameless."}}])
    yield call.chat(QUESTION, max_tokens=4, tools=[SWITCH], tool_choice="maybe")
    yield call.chat(QUESTION, max_tokens=4, tools=[SWITCH], tool_choice={"type": "function"})
    yield call.chat(
        QUESTION, max_tokens=4, tools=[SWITCH], tool_choice={"type": "tool", "function": {"name": "switch"}}
    )


@probe("tools.stream", claims="tools.streamed", exclusive=True)
def stream(call: RequestBuilder) -> Steps:
    """A call that must be made: whole, streamed, and whole again; once more whole for a model that reasons first.

    The stream is sent once more where it is in doubt.
    """
    members: dict[str, Any] = {
        "max_tokens": ROOM,
        "temperature": 0,
        "seed": 7,
        "tools": [SWITCH],
        "tool_choice": "required",
    }
    answer = yield call.chat(QUESTION, **members)
    if answer.short_of_room:
        members["max_tokens"] = ROOM_TO_REASON
        answer = yield call.chat(QUESTION, **members)
    streamed = call.chat(QUESTION, **members, stream=True)
    stream = yield streamed
    yield call.chat(QUESTION, **members)
    if in_doubt(stream, answer):
        yield streamed
