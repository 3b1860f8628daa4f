"""Probes of the native operations: conversations in turns, in one piece and as a stream."""

from __future__ import annotations

from typing import Any

from inferproof.judge.select import LEGACY
from inferproof.probes.probe import RequestBuilder, Steps, probe, turn

QUESTION = turn("Human", "Why is the sea salty? Warum? 海はなぜ塩辛い 🌊")
STORY = turn("Human", "Tell a long story about the sea.")
TALK = (turn("Instruction", "Be brief."), turn("Human", "Hello!"), turn("AI", "Hello."), QUESTION)

LOOK_UP = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Look a word up.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}


@probe("legacy.example", claims="legacy", over=LEGACY)
def example(call: RequestBuilder, role: str) -> Steps:
    """The documented example."""
    yield from call.examples(role)


@probe("legacy.plain", claims="legacy", over=LEGACY)
def plain(call: RequestBuilder, role: str) -> Steps:
    """A conversation; and one with every plain member, some of them null."""
    nowhere = {"user_region": None, "user_city": None}
    yield call.legacy(*TALK, role=role)
    yield call.legacy(
        QUESTION,
        role=role,
        temperature=0.5,
        top_p=0.9,
        stop_tokens=None,
        metadata={"user_timezone": "Europe/Lisbon", "user_firstname": "Zoë", "user_country": "PT"} | nowhere,
    )


@probe("legacy.required-only", claims="legacy", over=LEGACY)
def required_only(call: RequestBuilder, role: str) -> Steps:
    """A config and a question, as a beginner sends them; without `web_search: false` some would search the web."""
    context = [turn("Human", "What is the capital of France? Answer with its name only.")]
    yield call.to(role, {"config": call.chat_model, "context": context, "web_search": False})


@probe("legacy.query", claims="legacy", over=LEGACY)
def query(call: RequestBuilder, role: str) -> Steps:
    """The query parameter that the document lists."""
    body = {"config": call.chat_model, "context": [QUESTION], "max_tokens": 4, "web_search": False}
    yield call.to(role, body, query="?origin_endpoint=inferproof")


@probe("legacy.extra-members", claims="legacy", over=LEGACY)
def extra_members(call: RequestBuilder, role: str) -> Steps:
    """Members that no document names, wherever they may stand; on the stream, `stream` too, as a known client sends."""
    extra: dict[str, Any] = {"inferproof_extra": {"any": ["thing"]}}
    asked = extra | ({"stream": True} if role == "chat.legacy.stream" else {})
    yield call.legacy({**QUESTION, **extra}, role=role, max_tokens=4, metadata=extra, others=asked, **asked)


@probe("legacy.types", claims="legacy", over=LEGACY)
def types(call: RequestBuilder, role: str) -> Steps:
    """Turns of the types that the document lists without a word on them."""
    told = [turn(type, "Salt comes from rocks.") for type in ("System", "Role", "Metadata")]
    found = [turn(type, "Rivers carry salt.") for type in ("Retrieval", "LinkedWebpages")]
    yield call.legacy(*told, *found, QUESTION, role=role, max_tokens=4)
    asked = [turn("Question", "Salt or sweet?"), turn("Options", "A: salt. B: sweet."), turn("Answer", "A.")]
    yield call.legacy(*asked, QUESTION, turn("AI (internally)", "Rocks."), QUESTION, role=role, max_tokens=4)


@probe("legacy.times", claims="legacy", over=LEGACY)
def times(call: RequestBuilder, role: str) -> Steps:
    """The time of a turn: as a date, null, a number, and in words."""
    for ts in ("2025-01-01T12:00:00Z", "2025-01-01T12:00:00.5+02:00", None, 1735732800, "yesterday"):
        yield call.legacy({**QUESTION, "ts": ts}, role=role, max_tokens=4)


@probe("legacy.invalid", claims="legacy", over=LEGACY)
def invalid(call: RequestBuilder, role: str) -> Steps:
    """Turns without what they need, and members of other types."""
    for wrong in ({"text": "hi"}, {"type": "Human"}, turn("Bot", "hi"), turn("human", "hi"), {**QUESTION, "text": {}}):
        yield call.legacy(wrong, role=role)
    yield call.to(role, {"config": call.chat_model, "context": "hi"})
    yield call.legacy(QUESTION, role=role, web_search=None)
    yield call.legacy(QUESTION, role=role, web_search="banana")


@probe("legacy.no-tools", claims="legacy", over=LEGACY)
def no_tools(call: RequestBuilder, role: str) -> Steps:
    """Tools that are none."""
    yield call.legacy(QUESTION, role=role, max_tokens=4, tools=[])
    yield call.legacy(QUESTION, role=role, max_tokens=4, tools=None)


@probe("legacy.tool-turn", claims="legacy.tools", over=LEGACY)
def tool_turn(call: RequestBuilder, role: str) -> Steps:
    """A call of a tool and its result."""
    made = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": '{"word":"salt"}'}}
    yield call.legacy(
        QUESTION,
        turn("AI", "", tool_calls=[made]),
        turn("Tool", "Salt: sodium chloride.", tool_call_id="call_1"),
        role=role,
        max_tokens=8,
        tools=[LOOK_UP],
    )


@probe("legacy.short", claims="legacy", exclusive=True, to=LEGACY)
def short(call: RequestBuilder) -> Steps:
    """One token of a long story; then an answer, and again with a stop that lies in the midst of it; both streamed."""
    for role in LEGACY:
        yield call.legacy(STORY, role=role, max_tokens=1, temperature=0)
    text = (yield call.legacy(QUESTION, temperature=0)).body.string("/text")
    middle = text[len(text) // 2 :][:3]
    if middle.strip():
        for role in LEGACY:
            yield call.legacy(QUESTION, role=role, temperature=0, stop_tokens=[middle])


@probe("legacy.both", claims="legacy", exclusive=True, to=LEGACY)
def both(call: RequestBuilder) -> Steps:
    """The same question at temperature 0, in one piece, as a stream, and in one piece again."""
    whole = call.legacy(QUESTION, temperature=0)
    yield whole
    yield call.legacy(QUESTION, temperature=0, role="chat.legacy.stream")
    yield whole


@probe("legacy.json", claims="structured-output.json-object", over=LEGACY)
def json_object(call: RequestBuilder, role: str) -> Steps:
    """Any JSON object, to a question that names JSON."""
    wish = turn("Human", "Is a lighthouse a building? Answer in JSON.")
    yield call.legacy(wish, role=role, max_tokens=64, response_format={"type": "json_object"})
