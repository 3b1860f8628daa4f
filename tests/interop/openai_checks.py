"""What the official OpenAI client must be able to do with any server behind the front: one list for mock and reference.

Each check takes a client and the names of a chat and an embedding model. Nothing depends on what a model says. Of a
contract that lacks the operation which a check asks, the check is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import openai
import pytest
from openai import OpenAI

from inferproof.document import Contract
from tests.conftest import contract_of

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 12}, "unit": {"enum": ["C", "F"]}},
            "required": ["city", "unit"],
            "additionalProperties": False,
        },
    },
}
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 10},
        "age": {"type": "integer", "minimum": 0, "maximum": 99},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}
QUESTION = [{"role": "user", "content": "What is the weather in Zürich?"}]


@dataclass(frozen=True)
class Models:
    chat: str
    embedding: str


def chat(client: OpenAI, models: Models) -> None:
    reply = client.chat.completions.create(model=models.chat, messages=QUESTION, max_tokens=12)
    assert reply.object == "chat.completion"
    assert reply.choices[0].index == 0
    assert reply.choices[0].message.role == "assistant"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


def stream(client: OpenAI, models: Models) -> None:
    arguments = {"model": models.chat, "messages": QUESTION, "max_tokens": 12, "seed": 7, "temperature": 0}
    whole = client.chat.completions.create(**arguments).choices[0].message.content
    chunks = list(client.chat.completions.create(**arguments, stream=True, stream_options={"include_usage": True}))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens > 0


def tools(client: OpenAI, models: Models) -> None:
    reply = client.chat.completions.create(
        model=models.chat, messages=QUESTION, tools=[WEATHER], tool_choice="required", max_tokens=200, temperature=0
    )
    [call, *_] = reply.choices[0].message.tool_calls
    assert call.function.name == "get_weather"
    assert set(json.loads(call.function.arguments)) == {"city", "unit"}
    history = [*QUESTION, reply.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    again = client.chat.completions.create(model=models.chat, messages=history, tools=[WEATHER], max_tokens=12)
    assert again.usage.prompt_tokens > reply.usage.prompt_tokens


def json_schema(client: OpenAI, models: Models) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "person", "schema": PERSON, "strict": True}}
    reply = client.chat.completions.create(
        model=models.chat, messages=QUESTION, response_format=form, max_tokens=200, temperature=0
    )
    person = json.loads(reply.choices[0].message.content)
    assert set(person) == {"name", "age"}
    assert 0 <= person["age"] <= 99


def embeddings(client: OpenAI, models: Models) -> None:
    texts = ["The quick brown fox", "jumps over the lazy dog"]
    binary = client.embeddings.create(model=models.embedding, input=texts)  # the client asks for base64 by itself
    floats = client.embeddings.create(model=models.embedding, input=texts, encoding_format="float")
    assert [item.index for item in binary.data] == [0, 1]
    for one, other in zip(binary.data, floats.data, strict=True):
        assert len(one.embedding) == len(other.embedding) > 8
        assert all(abs(a - b) < 1e-3 for a, b in zip(one.embedding, other.embedding, strict=True))


def models(client: OpenAI, models: Models) -> None:
    listed = list(client.models.list())
    assert models.chat in [model.id for model in listed]
    assert {model.object for model in listed} == {"model"}


def a_validation_error(client: OpenAI, models: Models) -> None:
    with pytest.raises(openai.UnprocessableEntityError) as raised:
        client.chat.completions.create(model=models.chat, messages=QUESTION, temperature="hot")
    assert [entry["loc"] for entry in raised.value.response.json()["detail"]] == [["body", "temperature"]]


def an_unknown_model(client: OpenAI, models: Models) -> None:
    with pytest.raises(openai.NotFoundError, match="no-such-model"):
        client.chat.completions.create(model="no-such-model", messages=QUESTION)


def a_wrong_key(client: OpenAI, models: Models) -> None:
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="sk-not-this-one").chat.completions.create(model=models.chat, messages=QUESTION)


Checked = Callable[[OpenAI, Models], None]
CHECKS: Mapping[Checked, str] = {
    chat: "chat",
    stream: "chat",
    tools: "chat",
    json_schema: "chat",
    embeddings: "embeddings",
    models: "models",
    a_validation_error: "chat",
    an_unknown_model: "chat",
    a_wrong_key: "chat",
}
"""Each check, and the role of the operation that it asks."""


def checks_of(packs: Iterable[str]) -> list[tuple[str, Checked]]:
    """Each check of each of these contracts: those whose operations the contract has."""
    return [(pack, check) for pack in packs for check, role in CHECKS.items() if role in contract_of(pack).roles]


def base_path(contract: Contract, role: str = "chat") -> str:
    """What the client is given behind the host: it adds `/chat/completions` by itself."""
    return contract.operation(role).path.removesuffix("/chat/completions")
