"""The legacy operations, translated into chat and back: turns to messages, one flat text from the first choice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from inferproof.document.contract import Contract
from inferproof.document.explain import Violation
from inferproof.front.backend import Backend, Chat, Json
from inferproof.front.chat import complete, stream
from inferproof.front.errors import Invalid, detail
from inferproof.front.response import Events, Handler, Response, Whole
from inferproof.front.sse import closing


@dataclass(frozen=True)
class Turn:
    """How a type of turn reads as a chat message. `label` heads a text that its role alone does not explain."""

    role: str
    why: str
    label: str | None = None


TURNS = {
    "Human": Turn("user", "the person"),
    "AI": Turn("assistant", "the model, with its tool calls"),
    "Instruction": Turn("system", "what the application asks of the model"),
    "Tool": Turn("tool", "the result of a tool call, known by its tool_call_id"),
    # The document names the types below without a word on them; each is read as its name says.
    "System": Turn("system", "chat's own word for an instruction"),
    "Role": Turn("system", "who the model is to be", label="Role"),
    "Metadata": Turn("system", "facts about the conversation", label="Metadata"),
    "Retrieval": Turn("system", "text found for the model, which nobody said", label="Retrieved text"),
    "LinkedWebpages": Turn("system", "pages behind links, which nobody said", label="Linked web pages"),
    "Question": Turn("user", "asked of the model"),
    "Options": Turn("user", "the answers that the person offers", label="Options"),
    "Answer": Turn("assistant", "what the model replied"),
    "AI (internally)": Turn("assistant", "what the model said to itself"),
}

# Legacy member to chat member, where the value stays as it is. `web_search` is accepted and does nothing: a server
# on the customer's own machine does not reach out. `metadata`, `server_target` and `schemas` have no chat counterpart.
MEMBERS = {
    "config": "model",
    "temperature": "temperature",
    "max_tokens": "max_tokens",
    "top_p": "top_p",
    "stop_tokens": "stop",
    "tools": "tools",
    "response_format": "response_format",
}

_LEGACY_NAMES = {"messages": "context", **{chat: legacy for legacy, chat in MEMBERS.items()}}


def legacy(contract: Contract, backend: Backend) -> Handler:
    to_chat = _Translation(contract)

    async def answer(body: Json, key: str | None) -> Response:
        return Whole(from_reply(await complete(backend, Chat(to_chat(body), "chat.legacy", key))))

    return answer


def legacy_stream(contract: Contract, backend: Backend) -> Handler:
    to_chat = _Translation(contract)

    async def answer(body: Json, key: str | None) -> Response:
        call = Chat({**to_chat(body), "stream": True}, "chat.legacy.stream", key)
        return Events(from_chunks(stream(backend, call)))

    return answer


class _Translation:
    """From a valid legacy body to a chat body that is valid under the contract. Raises Invalid."""

    def __init__(self, contract: Contract) -> None:
        schema = contract.operation("chat").request_schema if "chat" in contract.roles else None
        self._validator = contract.validator(schema) if schema is not None else None

    def __call__(self, body: Json) -> Json:
        turns = enumerate(body["context"])
        translated: Json = {"messages": [_message(turn, place) for place, turn in turns]}
        for legacy_name, chat_name in MEMBERS.items():
            if body.get(legacy_name) is not None:
                translated[chat_name] = body[legacy_name]
        if translated.get("tools"):
            translated["tool_choice"] = "auto"
        violations = self._validator.violations(translated) if self._validator is not None else []
        if violations:
            raise Invalid.because([_in_legacy_words(violation) for violation in violations], "body")
        return translated


def _message(turn: Json, place: int) -> Json:
    kind = TURNS.get(turn["type"])
    if kind is None:
        why = f"The type {turn['type']!r} is not understood here; known are: {', '.join(TURNS)}."
        raise Invalid([detail(("body", "context", place, "type"), why, "enum")])
    text = turn["text"] if kind.label is None else f"{kind.label}:\n{turn['text']}"
    message: Json = {"role": kind.role, "content": text}
    if kind.role == "tool" and turn.get("tool_call_id") is not None:
        message["tool_call_id"] = turn["tool_call_id"]
    if kind.role == "assistant" and turn.get("tool_calls"):
        message["tool_calls"] = turn["tool_calls"]
    return message


def _in_legacy_words(violation: Violation) -> Violation:
    if not violation.loc:
        return violation
    member, *rest = violation.loc
    return replace(violation, loc=(_LEGACY_NAMES.get(str(member), member), *rest))


def from_reply(reply: Json) -> Json:
    """The legacy reply that says what a chat's reply says; absent members are left out, never null."""
    message = reply["choices"][0]["message"]
    return _event(reply["created"], message.get("content"), message.get("tool_calls"), message.get("reasoning_content"))


async def from_chunks(chunks: AsyncIterator[Json]) -> AsyncIterator[Json]:
    """The legacy events of a chat stream, numbered from 0; tool calls come whole, in one event at the end."""
    index = 0
    created = 0.0
    calls: dict[int, Json] = {}
    async with closing(chunks):
        async for chunk in chunks:
            created = chunk["created"]
            for choice in chunk["choices"]:
                delta = choice["delta"]
                _gather(calls, delta.get("tool_calls") or ())
                if delta.get("content") or delta.get("reasoning_content"):
                    yield {**_event(created, delta.get("content"), None, delta.get("reasoning_content")), "idx": index}
                    index += 1
    if calls or index == 0:
        yield {**_event(created, "", [calls[position] for position in sorted(calls)], None), "idx": index}


def _event(created: float, text: str | None, tool_calls: list[Json] | None, reasoning: str | None) -> Json:
    event: Json = {"created": float(created), "text": text or ""}
    if tool_calls:
        event["tool_calls"] = tool_calls
    if reasoning is not None:
        event["reasoning_content"] = reasoning
    return event


def _gather(calls: dict[int, Json], deltas: Any) -> None:
    """Folds tool call deltas into whole calls, by index."""
    for delta in deltas:
        empty: Json = {"type": "function", "function": {"name": "", "arguments": ""}}
        call = calls.setdefault(delta["index"], empty)
        if delta.get("id"):
            call["id"] = delta["id"]
        function = delta.get("function") or {}
        call["function"]["name"] += function.get("name") or ""
        call["function"]["arguments"] += function.get("arguments") or ""
