"""The front on documents that are written otherwise: composed, without components, closed, with other defaults."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.front.app import Front
from tests.front.asgi import ask
from tests.front.made import CHAT, MESSAGES, MODELS, STRING, made, response
from tests.front.scripted import MODEL, Scripted, chunk, reply


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


async def test_models_are_listed_as_openai_does() -> None:
    answer = await ask(Front(made(), Scripted()), "GET", MODELS)
    assert (answer.status, answer.json["object"]) == (200, "list")
    listed = [(one["id"], one["object"]) for one in answer.json["data"]]
    assert listed == [(MODEL, "model"), ("another", "model"), ("embedder", "model")], "no list says which of them embed"
    assert all(isinstance(one["created"], int) and one["owned_by"] for one in answer.json["data"])


COMPOSED = {
    "allOf": [
        {"type": "object", "required": ["messages"], "properties": {"messages": {"type": "array"}}},
        {"type": "object", "properties": {"n": {"type": "integer"}}},
    ]
}


@pytest.mark.parametrize(("body", "status"), [(MESSAGES, 200), ({**MESSAGES, "n": "x"}, 422), ({"n": 1}, 422)])
async def test_a_composed_request_is_validated(body: Any, status: int) -> None:
    assert (await ask(Front(made(request=COMPOSED), Scripted()), "POST", CHAT, body)).status == status


async def test_the_path_of_core_members_knows_those_of_a_composed_request() -> None:
    core = {
        "x-inferproof-role": "chat.openai-path",
        "requestBody": {"content": {"application/json": {"schema": COMPOSED}}},
        "responses": {"200": response({})},
    }
    backend = Scripted()
    front = Front(made(paths={"/core": {"post": core}}), backend)
    assert (await ask(front, "POST", "/core", {**MESSAGES, "n": 2, "seed": 1})).status == 200
    assert backend.body == {**MESSAGES, "n": 2}


REPLY = closed(
    id=STRING,
    choices={"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Choice"}]}},
    usage={"anyOf": [closed(total_tokens={"type": "integer"}), {"type": "null"}]},
)
CHOICE = {"Choice": closed(index={}, message={"type": "object"}, delta={"type": "object"}, logprobs={"type": "object"})}


async def test_a_reply_has_no_member_that_a_closed_schema_forbids() -> None:
    backend = Scripted()
    backend.reply = reply()
    backend.reply["choices"][0]["logprobs"] = None
    contract = made(reply=REPLY, components={"schemas": CHOICE})
    answer = await ask(Front(contract, backend), "POST", CHAT, MESSAGES)
    message = {"role": "assistant", "content": "Hello there."}
    assert answer.json == {
        "id": "chatcmpl-1",
        "choices": [{"index": 0, "message": message}],
        "usage": {"total_tokens": 5},
    }
    assert contract.validator(contract.operation("chat").reply_schema or "").violations(answer.json) == []


async def test_an_event_has_no_member_that_a_closed_schema_forbids() -> None:
    backend = Scripted()
    backend.chunks = [chunk(content="Hi")]
    contract = made(reply=REPLY, event=REPLY, components={"schemas": CHOICE})
    answer = await ask(Front(contract, backend), "POST", CHAT, {**MESSAGES, "stream": True})
    assert answer.events[0] == {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}


async def test_a_closed_form_leaves_what_the_backend_keeps_as_it_is() -> None:
    backend = Scripted()
    kept = backend.reply = reply()
    await ask(Front(made(reply=REPLY, components={"schemas": CHOICE}), backend), "POST", CHAT, MESSAGES)
    assert kept == reply()


LOOP = {"Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}, "id": STRING}}}
UNION_LOOP = {"Node": {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "object", "properties": {"id": {}}}]}}


@pytest.mark.parametrize("schemas", [LOOP, UNION_LOOP])
async def test_a_reply_that_refers_to_itself_is_answered(schemas: Any) -> None:
    contract = made(reply={"$ref": "#/components/schemas/Node"}, components={"schemas": schemas})
    assert (await ask(Front(contract, Scripted()), "POST", CHAT, MESSAGES)).status == 200


@pytest.mark.parametrize(("default", "sent", "streamed"), [(True, {}, True), (True, {"stream": False}, False)])
async def test_a_request_that_does_not_say_streams_where_that_is_the_default(
    default: bool, sent: Any, streamed: bool
) -> None:
    request = {"type": "object", "properties": {"messages": {}, "stream": {"type": "boolean", "default": default}}}
    answer = await ask(Front(made(request=request), Scripted()), "POST", CHAT, {**MESSAGES, **sent})
    assert answer.headers["content-type"].startswith("text/event-stream") is streamed


async def test_a_query_parameter_may_be_a_reference() -> None:
    parameter = {"name": "q", "in": "query", "required": True, "schema": {"type": "integer"}}
    chat = {"parameters": [{"$ref": "#/components/parameters/Q"}, {"name": "h", "in": "header"}]}
    front = Front(made(chat=chat, components={"parameters": {"Q": parameter}}), Scripted())
    assert (await ask(front, "POST", CHAT, MESSAGES)).status == 422
    assert (await ask(front, "POST", f"{CHAT}?q=1", MESSAGES)).status == 200


LEGACY = {
    "x-inferproof-role": "chat.legacy",
    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
    "responses": {"200": response({})},
}
SCORES = {**LEGACY, "x-inferproof-role": "attributes"}


async def test_a_turn_of_a_type_that_nobody_knows_is_refused() -> None:
    front = Front(made(paths={"/turns": {"post": LEGACY}}), Scripted())
    answer = await ask(front, "POST", "/turns", {"context": [{"type": "Martian", "text": "x"}]})
    assert (answer.status, "Human" in answer.body.decode()) == (422, True)


async def test_scores_of_a_conversation_without_an_answer_are_refused() -> None:
    front = Front(made(paths={"/scores": {"post": SCORES}}), Scripted())
    assert (await ask(front, "POST", "/scores", MESSAGES)).status == 422


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (LEGACY, {}),
        (LEGACY, {"context": "x"}),
        (LEGACY, {"context": [{"type": "Human"}]}),
        (LEGACY, {"context": [{"text": "x"}]}),
        (SCORES, {}),
        (SCORES, {"messages": [{}]}),
        (SCORES, {"messages": [{"role": "assistant"}], "attributes": [{"name": "x"}]}),
        (SCORES, {"messages": [{"role": "assistant"}], "filter_categories": 1}),
    ],
    ids=str,
)
async def test_what_a_translation_reads_is_required_whatever_the_document_says(operation: Any, body: Any) -> None:
    backend = Scripted()
    answer = await ask(Front(made(paths={"/x": {"post": operation}}), backend), "POST", "/x", body)
    assert (answer.status, backend.asked) == (422, [])


@pytest.mark.parametrize("body", [[], "x", 1, None])
async def test_a_body_that_is_no_object_is_refused_where_the_document_allows_anything(body: Any) -> None:
    chat = {"requestBody": {"content": {"application/json": {"schema": True}}}}
    assert (await ask(Front(made(chat=chat), Scripted()), "POST", CHAT, body)).status == 422
