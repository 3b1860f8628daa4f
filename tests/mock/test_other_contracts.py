"""The mock of contracts that a test makes up: their names, their defaults, their members, their closed replies."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.document import Contract, load
from inferproof.front.backend import Chat, Embedding, Refusal
from inferproof_mock import MockModel
from inferproof_mock.members import CHAT as KNOWN
from inferproof_mock.server import mock
from tests.front.asgi import ask
from tests.front.made import CHAT, MODELS, OPENAI, STRING, json_of, made, response

Json = dict[str, Any]

GREEDY: Json = {"messages": [{"role": "user", "content": "Hi"}], "temperature": 0}


def request(**properties: Any) -> Json:
    return {"type": "object", "required": ["messages"], "properties": {"messages": {}, **properties}}


def listing(example: Any = None, role: str = "configs") -> Json:
    content = json_of({})
    if example is not None:
        content["application/json"]["example"] = example
    return {"/configs": {"get": {"x-inferproof-role": role, "responses": {"200": {"content": content}}}}}


def embeddings(**media: Any) -> Json:
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": {"input": {}}}, **media}}}
    return {"/embed": {"post": {"x-inferproof-role": "embeddings", "requestBody": body, "responses": {}}}}


async def complete(contract: Contract, **members: Any) -> Json:
    return await MockModel(contract).complete(Chat({**GREEDY, **members}))


async def refused(contract: Contract, **members: Any) -> Refusal:
    with pytest.raises(Refusal) as error:
        await complete(contract, **members)
    return error.value


@pytest.mark.parametrize(
    ("contract", "names"),
    [
        (made(), ["mock-chat", "mock-embedding"]),
        (made(example={"model": "small-1", "messages": []}), ["small-1", "mock-embedding"]),
        (made(request=request(model={"enum": ["a", "b"]})), ["a", "b", "mock-embedding"]),
        (made(request=request(model={"anyOf": [{"default": "a"}, {"type": "null"}]})), ["a", "mock-embedding"]),
        (made(request={"allOf": [request(model={"example": "a"})]}), ["a", "mock-embedding"]),
        (made(paths=listing([{"name": "c"}])), ["c", "mock-embedding"]),
        (made(paths=listing({"data": [{"name": "c"}, {"name": "d"}]})), ["c", "d", "mock-embedding"]),
        (made(paths=embeddings(example={"model": "e"}), example={"model": "c"}), ["c", "e"]),
        (made(example={"model": 3}), ["mock-chat", "mock-embedding"]),
        (made(example="none"), ["mock-chat", "mock-embedding"]),
    ],
)
async def test_the_models_are_those_that_the_document_shows(contract: Contract, names: list[str]) -> None:
    model = MockModel(contract)
    assert [*await model.chat_models(), *await model.embedding_models()] == names
    for name in names[:-1]:
        assert (await complete(contract, model=name))["model"] == name
    assert (await complete(contract))["model"] == names[0]
    assert (await refused(contract, model="another")).status == 404


async def test_the_published_contract_has_the_names_of_its_examples() -> None:
    model = MockModel(load())
    assert await model.chat_models() == ["inflection_3_pi", "Pi-3.1", "pi_3_1"]
    assert await model.embedding_models() == ["inf_3_1_embedding"]


async def test_the_list_of_models_has_them_all() -> None:
    answer = await ask(mock(made(example={"model": "small-1"}), keys=()), "GET", MODELS)
    assert [one["id"] for one in answer.json["data"]] == ["small-1", "mock-embedding"]


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        (
            [{"name": "c", "size": 7, "tags": [], "default_parameters": {"top_p": {"value": 1}, "x": 1}}],
            [
                {
                    "name": "c",
                    "size": 7,
                    "tags": ["chat", "mock"],
                    "default_parameters": {"top_p": {"range": [0, 1], "value": 0.95}, "x": 1},
                }
            ],
        ),
        ({"more": False, "data": [{"name": "c"}]}, {"more": False, "data": [{"name": "c"}]}),
    ],
)
async def test_configs_have_the_form_of_the_documented_item(example: Any, expected: Any) -> None:
    assert await MockModel(made(paths=listing(example))).configs() == expected


async def test_configs_without_an_example_name_every_model() -> None:
    configs = await MockModel(made(paths=listing(), example={"model": "c"})).configs()
    assert [config["name"] for config in configs] == ["c"]


async def test_the_defaults_of_a_request_are_the_documented_ones() -> None:
    contract = made(request={"allOf": [request(n={"default": 2}, max_tokens={"default": 3})]})
    reply = await complete(contract)
    assert (len(reply["choices"]), reply["usage"]["completion_tokens"]) == (2, 6)
    assert len((await complete(contract, n=1))["choices"]) == 1
    assert len((await complete(contract, n=None))["choices"]) == 2
    assert len((await complete(made()))["choices"]) == 1


async def test_a_default_that_the_document_does_not_say_is_what_asks_for_nothing() -> None:
    assert await complete(made(), **dict.fromkeys(KNOWN.keys() - GREEDY.keys())) is not None


@pytest.mark.parametrize(
    ("include", "usage"), [({"default": True}, True), ({"default": False}, False), ({}, False)], ids=str
)
@pytest.mark.parametrize("options", [{}, {"include_usage": None}])
async def test_whether_a_stream_ends_with_its_usage_is_the_documented_default(
    include: Json, usage: bool, options: Json
) -> None:
    nested = {"anyOf": [{"type": "object", "properties": {"include_usage": include}}, {"type": "null"}]}
    contract = made(request=request(stream_options=nested))
    call = Chat({**GREEDY, "stream": True, "stream_options": options})
    chunks = [chunk async for chunk in MockModel(contract).stream(call)]
    assert ("usage" in chunks[-1]) is usage


async def test_whether_tools_are_called_side_by_side_is_the_documented_default() -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in ("alpha", "beta")]
    asked: Json = {"messages": [{"role": "user", "content": "alpha and beta"}], "tools": tools}
    for default, calls in ((True, 2), (False, 1)):
        contract = made(request=request(parallel_tool_calls={"default": default}))
        reply = await complete(contract, **asked)
        assert len(reply["choices"][0]["message"]["tool_calls"]) == calls


async def test_special_tokens_of_an_input_are_the_documented_default() -> None:
    counts = {}
    for default in (True, False):
        schema = {"type": "object", "properties": {"input": {}, "add_special_tokens": {"default": default}}}
        model = MockModel(made(paths=embeddings(schema=schema)))
        counts[default] = (await model.embed(Embedding({"input": "Hi"})))["usage"]["prompt_tokens"]
    assert counts[True] == counts[False] + 1


UNKNOWN = request(
    store={"type": "boolean"}, effort={"default": "low"}, sources={"type": "array"}, on={"default": True}, meta={}
)


@pytest.mark.parametrize(
    "members",
    [{"store": True}, {"effort": "high"}, {"sources": [1]}, {"on": False}, {"meta": {"a": 1}}, {"meta": 0}],
    ids=str,
)
async def test_a_member_that_the_document_has_and_the_mock_has_not_is_refused(members: Json) -> None:
    found = await refused(made(request=UNKNOWN), **members)
    [name] = members
    assert (found.status, found.loc, found.code) == (422, ("body", name), "unsupported_parameter")
    assert f"leave `{name}` out" in found.message


@pytest.mark.parametrize(
    "members",
    [{"store": None}, {"store": False}, {"effort": "low"}, {"sources": []}, {"on": True}, {"meta": {}}, {"meta": ""}],
    ids=str,
)
async def test_it_is_let_pass_where_it_asks_for_nothing(members: Json) -> None:
    assert await complete(made(request=UNKNOWN), **members)


async def test_a_member_that_the_document_has_not_either_is_let_pass() -> None:
    assert await complete(made(), whatever=1)


@pytest.mark.parametrize(
    "members",
    [
        {"timeout_sec": "never"},
        {"bad_words": 5},
        {"allowed_token_ids": "all"},
        {"structural_tag": []},
        {"logits_processors": [{"qualname": "builtins.int"}]},
        {"return_tokens_as_token_ids": "please"},
    ],
    ids=str,
)
async def test_what_the_document_has_not_may_be_of_any_type(members: Json) -> None:
    reply = await ask(mock(made(request=request()), keys=()), "POST", CHAT, {**GREEDY, **members})
    assert reply.status == 200


async def test_the_refusal_has_the_documented_status_and_shape() -> None:
    contract = made(request=UNKNOWN, errors={"400": OPENAI})
    answer = await ask(mock(contract, keys=()), "POST", CHAT, {**GREEDY, "store": True})
    assert (answer.status, answer.json["error"]["param"]) == (400, "store")


@pytest.mark.parametrize(
    ("members", "member"),
    [
        ({"temperature": -1}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"n": 0}, "n"),
        ({"n": 1.5}, "n"),
        ({"n": 10**9}, "n"),
        ({"n": True}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"repetition_penalty": 0}, "repetition_penalty"),
        ({"messages": []}, "messages"),
        ({"messages": "Hi"}, "messages"),
        ({"messages": None}, "messages"),
        ({"messages": ["Hi"]}, "messages"),
        ({"messages": [{"content": "Hi"}]}, "messages"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages"),
    ],
    ids=str,
)
async def test_what_the_model_cannot_work_with_is_refused_where_the_document_sets_no_bound(
    members: Json, member: str
) -> None:
    found = await refused(made(), **members)
    assert (found.status, found.loc) == (422, ("body", member))


@pytest.mark.parametrize("members", [{}, {"input": 5}, {"input": []}, {"input": "x", "dimensions": 0}], ids=str)
async def test_what_cannot_be_embedded_is_refused(members: Json) -> None:
    with pytest.raises(Refusal) as error:
        await MockModel(made()).embed(Embedding(members))
    assert error.value.status == 422


def closed(**properties: Any) -> Json:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


CLOSED = closed(
    id=STRING,
    choices={"type": "array", "items": {**closed(index={}, message={}, finish_reason=STRING)}},
    usage=closed(prompt_tokens={}, completion_tokens={}, total_tokens={}),
)


async def test_a_reply_is_valid_by_a_schema_that_is_closed() -> None:
    contract = made(reply=CLOSED)
    answer = await ask(mock(contract, keys=()), "POST", CHAT, GREEDY)
    assert answer.status == 200
    assert contract.validator(contract.operation("chat").reply_schema or "").violations(answer.json) == []


async def test_a_contract_of_a_list_alone_is_served() -> None:
    document = {"paths": {"/l": {"get": {"x-inferproof-role": "models", "responses": {"200": response({})}}}}}
    contract = Contract("made", "sha256:0", document, document)
    assert (await ask(mock(contract, keys=()), "GET", "/l")).status == 200
