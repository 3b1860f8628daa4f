"""The status and the shape of an error are those that the contract documents, whichever contract it is."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.front.app import Front
from inferproof.front.backend import Refusal
from tests.front.asgi import ask
from tests.front.made import CHAT, MESSAGES, OPENAI, STRING, made, response
from tests.front.scripted import Scripted, chunk

DETAILS = {
    "type": "object",
    "properties": {"detail": {"type": "array", "items": {"type": "object", "required": ["loc", "msg", "type"]}}},
}
FLAT = {"type": "object", "required": ["message"], "properties": {"message": STRING}}
DETAIL = {"type": "object", "required": ["detail"], "properties": {"detail": STRING}}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": STRING}}
CLOSED = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message"],
            "properties": {"message": STRING, "type": STRING},
            "additionalProperties": False,
        }
    },
}
NO_NULL = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {"message": STRING, "type": STRING, "param": STRING, "code": STRING},
        }
    },
}
COMPOSED = {"allOf": [{"type": "object", "properties": {"message": STRING}}], "required": ["message"]}

JSON = {"content-type": "application/json"}


def shape(body: Any) -> str:
    """How a body reads: its members, with the kind of each value."""
    match body:
        case {"error": {"message": str(), "type": str(), "param": _, "code": _}}:
            return "openai"
        case {"error": {"message": str(), "type": str()}}:
            return "openai short"
        case {"detail": [{"loc": list(), "msg": str(), "type": str()}, *_]}:
            return "details"
    return ", ".join(f"{name}: {type(value).__name__}" for name, value in body.items())


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (DETAILS, "details"),
        (OPENAI, "openai"),
        (CLOSED, "openai short"),
        (FLAT, "message: str"),
        (COMPOSED, "message: str"),
        (DETAIL, "detail: str"),
        (ERROR, "error: str"),
        ({}, "openai"),
        (True, "openai"),
        (None, "openai"),
        ({"type": "object", "required": ["reason"]}, "openai"),
        ({"anyOf": [DETAIL, DETAILS]}, "details"),
    ],
)
async def test_a_broken_body_is_told_in_the_documented_shape(schema: Any, expected: str) -> None:
    contract = made(errors={"422": schema})
    answer = await ask(Front(contract, Scripted()), "POST", CHAT, {})
    assert (answer.status, shape(answer.json)) == (422, expected)


@pytest.mark.parametrize(
    ("errors", "status"), [({"400": OPENAI}, 400), ({"400": OPENAI, "422": OPENAI}, 422), ({}, 422)]
)
@pytest.mark.parametrize("body", [{}, b"{", b"", [], {"messages": 1}])
async def test_a_broken_body_has_the_documented_status(errors: dict[str, Any], status: int, body: Any) -> None:
    request = {"type": "object", "required": ["messages"], "properties": {"messages": {"type": "array"}}}
    answer = await ask(Front(made(request=request, errors=errors), Scripted()), "POST", CHAT, body, JSON)
    assert (answer.status, shape(answer.json)) == (status, "openai")


async def test_a_broken_body_names_its_member_in_openais_shape() -> None:
    answer = await ask(Front(made(errors={"400": OPENAI}), Scripted()), "POST", CHAT, {})
    assert answer.json["error"] == {
        "message": "messages is required, and missing.",
        "type": "invalid_request_error",
        "param": "messages",
        "code": "invalid_value",
    }


async def test_a_place_in_a_text_that_is_no_json_is_no_member() -> None:
    answer = await ask(Front(made(errors={"400": OPENAI}), Scripted()), "POST", CHAT, b'{"a" 1}', JSON)
    assert "not JSON" in answer.json["error"]["message"]
    assert answer.json["error"]["param"] is None


async def test_what_the_backend_will_not_do_has_the_status_of_a_broken_body() -> None:
    backend = Scripted()
    backend.reply = Refusal(422, "not a grammar", ("body", "guided_grammar"), code="unsupported_parameter")
    answer = await ask(Front(made(errors={"400": OPENAI}), backend), "POST", CHAT, MESSAGES)
    assert (answer.status, answer.json["error"]["param"]) == (400, "guided_grammar")
    assert answer.json["error"]["code"] == "unsupported_parameter"


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ({"429": FLAT}, "message: str"),
        ({"429": FLAT, "4XX": ERROR}, "message: str"),
        ({"4XX": ERROR, "default": FLAT}, "error: str"),
        ({"default": FLAT}, "message: str"),
        ({"429": NO_NULL}, "openai short"),
        ({"500": FLAT}, "openai"),
    ],
)
async def test_each_status_has_its_own_shape_its_classs_or_the_rests(errors: dict[str, Any], expected: str) -> None:
    backend = Scripted()
    backend.reply = Refusal(429, "later")
    answer = await ask(Front(made(errors=errors), backend), "POST", CHAT, MESSAGES)
    assert (answer.status, shape(answer.json)) == (429, expected)


async def test_a_status_that_nothing_speaks_of_has_the_shape_of_the_rest() -> None:
    backend = Scripted()
    backend.reply = Refusal(418, "no")
    for errors, expected in (({"default": FLAT}, "message: str"), ({"500": FLAT}, "openai")):
        answer = await ask(Front(made(errors=errors), backend), "POST", CHAT, MESSAGES)
        assert (answer.status, shape(answer.json)) == (418, expected)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", CHAT, 405)])
async def test_outside_any_operation_the_status_reads_as_anywhere_else(method: str, path: str, status: int) -> None:
    for errors, expected in (({str(status): DETAIL}, "detail: str"), ({}, "openai")):
        answer = await ask(Front(made(errors=errors), Scripted()), method, path)
        assert (answer.status, shape(answer.json)) == (status, expected)


async def test_a_status_of_one_operation_is_the_shape_of_another_that_does_not_document_it() -> None:
    other = {"/other": {"get": {"x-inferproof-role": "configs", "responses": {"503": response(FLAT)}}}}
    backend = Scripted()
    backend.reply = Refusal(503, "soon")
    answer = await ask(Front(made(paths=other), backend), "POST", CHAT, MESSAGES)
    assert (answer.status, answer.json) == (503, {"message": "soon"})


async def test_a_stream_that_fails_ends_with_an_event_in_the_shape_of_a_failure() -> None:
    backend = Scripted()
    backend.chunks = [chunk(content="Hi"), Refusal(422, "no more", ("body", "n"))]
    answer = await ask(
        Front(made(errors={"422": DETAILS, "500": FLAT}), backend), "POST", CHAT, {**MESSAGES, "stream": True}
    )
    assert answer.events[-1] == {"message": "no more"}
