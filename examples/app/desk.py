"""A help desk that calls a chat model with the `openai` client: the app that `test_desk.py` tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from openai import OpenAI

TOPICS = ("invoice", "delivery", "other")
FORM = {
    "type": "json_schema",
    "json_schema": {
        "name": "ticket",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"topic": {"enum": list(TOPICS)}, "urgent": {"type": "boolean"}},
            "required": ["topic", "urgent"],
            "additionalProperties": False,
        },
    },
}
ORDER = {
    "type": "function",
    "function": {
        "name": "find_order",
        "description": "Says where an order is.",
        "parameters": {
            "type": "object",
            "properties": {"number": {"type": "integer", "minimum": 1, "maximum": 99999}},
            "required": ["number"],
            "additionalProperties": False,
        },
    },
}


class Desk:
    """`find_order` is the app's own function, which the model may call."""

    def __init__(self, client: OpenAI, model: str, find_order: Callable[[int], str]) -> None:
        self._client, self._model, self._find_order = client, model, find_order

    def classify(self, letter: str) -> dict[str, Any]:
        """The topic of a letter, and whether it is urgent. Structured output: the reply always has this form."""
        reply = self._client.chat.completions.create(
            model=self._model, messages=[_user(letter)], response_format=FORM, max_tokens=60
        )
        return json.loads(reply.choices[0].message.content)

    def answer(self, letter: str) -> Iterator[str]:
        """The answer, part by part, as it arrives."""
        stream = self._client.chat.completions.create(
            model=self._model, messages=[_user(letter)], max_tokens=60, stream=True
        )
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                yield chunk.choices[0].delta.content

    def where_is_it(self, letter: str) -> str:
        """The answer to a question about an order: the model calls `find_order`, and reads what it returns."""
        messages: list[Any] = [_user(letter)]
        reply = self._client.chat.completions.create(
            model=self._model, messages=messages, tools=[ORDER], tool_choice="required", max_tokens=60
        )
        message = reply.choices[0].message
        messages.append(message)
        for call in message.tool_calls:
            found = self._find_order(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": found})
        last = self._client.chat.completions.create(model=self._model, messages=messages, tools=[ORDER], max_tokens=60)
        return last.choices[0].message.content or ""


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}
