"""Lists of models and the ping are written in the form that the document has first."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.document import Contract, load
from inferproof.front.app import Front
from tests.front.asgi import ask
from tests.front.made import made
from tests.front.scripted import MODEL, Scripted
from tests.packs import LISTS

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
WHOLE: Json = {"type": "integer"}


def array(**members: Json) -> Json:
    return {"type": "array", "items": {"type": "object", "required": list(members), "properties": members}}


OPENAI = {"type": "object", "properties": {"object": TEXT, "data": array(id=TEXT)}}
PAGES = {
    "type": "object",
    "required": ["data", "pagination"],
    "properties": {
        "data": array(model_id=TEXT, status={"enum": ["on", "off"]}, metadata={"type": "object"}),
        "pagination": {"type": "object", "properties": {"page": WHOLE, "per_page": WHOLE, "total_items": WHOLE}},
    },
}


def listing(role: str, schema: Any = None, example: Any = None, media: str = "application/json") -> Contract:
    """A contract with one more operation, at /x."""
    shown = {"schema": schema} if schema is not None else {}
    content = {media: {**shown, **({"example": example} if example is not None else {})}}
    reply = {"200": {"description": "d", "content": content}}
    return made(paths={"/x": {"get": {"x-inferproof-role": role, "responses": reply}}})


async def listed(contract: Contract) -> Json:
    answer = await ask(Front(contract, Scripted()), "GET", "/x")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    schema = contract.operation("models.embedding").reply_schema
    assert schema is None or contract.validator(schema).violations(answer.json) == []
    found: Json = answer.json
    return found


@pytest.mark.parametrize("schema", [None, {}, OPENAI, {"anyOf": [OPENAI, PAGES]}])
async def test_it_is_openais_where_the_document_has_that_first_or_says_nothing(schema: Any) -> None:
    found = await listed(listing("models.embedding", schema))
    assert found["object"] == "list"
    assert [(item["id"], item["object"]) for item in found["data"]] == [("embedder", "model")]


@pytest.mark.parametrize("schema", [PAGES, {"oneOf": [PAGES, OPENAI]}])
async def test_it_is_a_page_where_the_document_has_that_first(schema: Any) -> None:
    found = await listed(listing("models.embedding", schema))
    assert found["data"] == [{"model_id": "embedder", "name": "embedder", "status": "on", "metadata": {}}]
    assert found["pagination"] == {"page": 1, "per_page": 1, "total_items": 1}


async def test_it_is_a_page_where_only_an_example_says_so() -> None:
    example = {"data": [{"model_id": "a", "name": "A"}], "pagination": {"page": 1, "total": 9}}
    found = await listed(listing("models.embedding", None, example))
    assert found["data"] == [{"model_id": "embedder", "name": "embedder"}]
    assert found["pagination"] == {"page": 1, "total": 1}


async def test_what_a_schema_wants_beside_is_as_its_example_has_it() -> None:
    schema = {"type": "object", "properties": {"data": array(id=TEXT, kind=TEXT, plan={"const": "free"})}}
    found = await listed(listing("models.embedding", schema, {"data": [{"id": "a", "kind": "dense", "root": "a"}]}))
    assert found["data"][0].items() >= {"id": "embedder", "kind": "dense", "plan": "free"}.items()
    assert "root" not in found["data"][0], "it says nothing of our models"


async def test_each_list_has_its_own_models_where_there_are_two() -> None:
    front = Front(load(str(LISTS)), Scripted())
    chats, embedders = [await ask(front, "GET", f"/heron/{name}-models") for name in ("chat", "vector")]
    assert [item["model_id"] for item in chats.json["data"]] == [MODEL, "another"]
    assert [item["id"] for item in embedders.json["data"]] == ["embedder"]


PONG = {"type": "object", "required": ["pong", "at"], "properties": {"pong": {"const": True}, "at": WHOLE}}


@pytest.mark.parametrize(
    ("schema", "example", "said"),
    [
        (None, {"status": "ok"}, b'{"status":"ok"}'),
        ({}, None, b"{}"),
        (TEXT, "pong", b'"pong"'),
        (PONG, None, b'{"pong":true,"at":0}'),
        ({"anyOf": [{"type": "null"}, PONG]}, None, b"null"),
    ],
)
async def test_a_ping_is_answered_as_the_document_shows(schema: Any, example: Any, said: bytes) -> None:
    backend = Scripted()
    backend.ready = False
    answer = await ask(Front(listing("ping", schema, example), backend), "GET", "/x")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "application/json", said)


@pytest.mark.parametrize(("example", "said"), [(None, b"pong"), ("I am here.", b"I am here.")])
async def test_a_ping_is_text_where_the_document_has_text(example: Any, said: bytes) -> None:
    answer = await ask(Front(listing("ping", TEXT, example, "text/plain"), Scripted()), "GET", "/x")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.body == said


async def test_a_ping_of_which_the_document_says_nothing_is_an_empty_object() -> None:
    contract = made(paths={"/x": {"get": {"x-inferproof-role": "ping", "responses": {"200": {"description": "d"}}}}})
    answer = await ask(Front(contract, Scripted()), "GET", "/x")
    assert (answer.status, answer.json) == (200, {})
