from __future__ import annotations

import json
from typing import Any

import pytest

from inferproof.document.contract import Contract
from inferproof.front.app import Front
from tests.front.asgi import JSON_TYPE, Conversation, Reply, ask, scope
from tests.front.scripted import Scripted
from tests.front.test_chat import CHAT

PATH = "/v1/chat/completions"


async def post(front: Front, body: bytes, content_type: str | None = "application/json", **headers: str) -> Reply:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if content_type is not None:
        sent["content-type"] = content_type
    return await ask(front, "POST", PATH, body, sent)


def details(answer: Reply) -> list[tuple[list[Any], str]]:
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/json"
    return [(one["loc"], one["type"]) for one in answer.json["detail"] if one["msg"]]


async def test_an_empty_body_is_missing(front: Front) -> None:
    assert details(await post(front, b"", None)) == [(["body"], "required")]


@pytest.mark.parametrize(
    ("body", "offset"),
    [
        (b'{"messages":[', 13),
        (b"NaN", 0),
        (b'{"messages": [], "temperature": Infinity}', 32),
        (b"{'messages': []}", 1),
        (b"{} {}", 3),
        (b'{"a": "\xff"}', 0),
        (b'{"a": 1e999}', 6),
        (b"\xef\xbb\xbf{}", 0),
    ],
)
async def test_bytes_that_are_not_json_are_422_with_their_place(front: Front, body: bytes, offset: int) -> None:
    assert details(await post(front, body)) == [(["body", offset], "json_invalid")]


@pytest.mark.parametrize("levels", [200, 5000])
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
async def test_json_that_is_nested_too_deeply_is_422(front: Front, opening: bytes, levels: int) -> None:
    closing = b"]" if opening == b"[" else b"}"
    body = b'{"messages":[{"role":"user","content":"Hi"}],"x":' + opening * levels + b"1" + closing * levels + b"}"
    assert details(await post(front, body)) == [(["body"], "too_deep")]


async def test_json_that_is_wide_or_moderately_deep_is_not_too_deep(front: Front) -> None:
    deep: Any = 1
    for _ in range(190):
        deep = {"a": [deep]} if _ % 2 else deep
    text = '["' * 300
    assert (await ask(front, "POST", PATH, {**CHAT, "x": deep, "y": [[]] * 5000, "z": text})).status == 200


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"1", b"true"])
async def test_json_that_is_no_object_is_422(front: Front, body: bytes) -> None:
    assert details(await post(front, body)) == [(["body"], "type")]


async def test_a_name_that_occurs_twice_keeps_its_last_value(front: Front, backend: Scripted) -> None:
    body = json.dumps(CHAT).encode()[:-1] + b', "temperature": 2, "temperature": 1}'
    assert (await post(front, body)).status == 200
    assert backend.body["temperature"] == 1


async def test_a_huge_integer_is_refused_where_the_schema_bounds_it(front: Front) -> None:
    body = json.dumps({**CHAT, "seed": 10**40}).encode()
    assert details(await post(front, body)) == [(["body", "seed"], "maximum")]


async def test_an_integer_that_is_written_with_a_fraction_arrives_as_an_integer(
    front: Front, backend: Scripted
) -> None:
    assert (await ask(front, "POST", PATH, {**CHAT, "n": 2.0, "stop_token_ids": [3.0]})).status == 200
    assert isinstance(backend.body["n"], int)
    assert isinstance(backend.body["stop_token_ids"][0], int)


async def test_unknown_members_are_let_pass_and_mean_nothing(front: Front, backend: Scripted) -> None:
    assert (await ask(front, "POST", PATH, {**CHAT, "x_unknown": {"a": 1}})).status == 200
    assert "x_unknown" not in backend.body


async def test_text_beyond_ascii_survives(front: Front, backend: Scripted) -> None:
    messages = [{"role": "user", "content": "25 °C, 你好, \U0001f600"}]
    assert (await ask(front, "POST", PATH, {**CHAT, "messages": messages})).status == 200
    assert backend.body["messages"] == messages


async def test_a_missing_member_is_named(front: Front) -> None:
    answer = await post(front, b"{}")
    assert details(answer) == [(["body", "messages"], "required")]
    assert answer.json["detail"][0]["msg"] == "messages is required, and missing."


async def test_a_wrong_member_is_named_by_its_path(front: Front) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": 1}]}).encode()
    assert details(await post(front, body)) == [(["body", "messages", 0, "content"], "type")]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON; charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/vnd.api+json",
        "application/json; profile=x",
    ],
)
async def test_json_by_any_of_its_names_is_read(front: Front, content_type: str) -> None:
    assert (await post(front, json.dumps(CHAT).encode(), content_type)).status == 200


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/json",
        "application/json; charset=latin-1",
    ],
)
async def test_another_content_type_is_415(front: Front, content_type: str | None) -> None:
    answer = await post(front, json.dumps(CHAT).encode(), content_type)
    assert answer.status == 415
    assert answer.json["error"]["type"] == "invalid_request_error"


async def test_a_coded_body_is_415(front: Front) -> None:
    answer = await post(front, b"\x1f\x8b", content_encoding="gzip")
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "identity")


async def test_a_body_of_exactly_the_limit_is_read(contract: Contract, backend: Scripted) -> None:
    body = json.dumps(CHAT).encode()
    assert (await post(Front(contract, backend, max_body=len(body)), body)).status == 200
    assert (await post(Front(contract, backend, max_body=len(body) - 1), body)).status == 413


async def test_a_body_that_announces_too_much_is_413_before_it_is_read(contract: Contract, backend: Scripted) -> None:
    front = Front(contract, backend, max_body=10)
    conversation = Conversation([b"x" * 11])
    headers = {**JSON_TYPE, "content-length": "11"}
    await front(scope("POST", PATH, headers), conversation.receive, conversation.send)
    assert conversation.reply is not None
    assert (conversation.reply.status, conversation.pieces_read) == (413, 0)


async def test_a_body_that_grows_too_large_is_413_as_soon_as_it_does(contract: Contract, backend: Scripted) -> None:
    front = Front(contract, backend, max_body=10)
    conversation = Conversation([b"x" * 6] * 5)
    await front(scope("POST", PATH, JSON_TYPE), conversation.receive, conversation.send)
    assert conversation.reply is not None
    assert (conversation.reply.status, conversation.pieces_read) == (413, 2)


async def test_a_body_in_pieces_is_put_together(front: Front) -> None:
    whole = json.dumps(CHAT).encode()
    conversation = Conversation([whole[at : at + 7] for at in range(0, len(whole), 7)])
    await front(scope("POST", PATH, JSON_TYPE), conversation.receive, conversation.send)
    assert conversation.reply is not None
    assert conversation.reply.status == 200


async def test_a_client_that_leaves_while_it_sends_gets_nothing(front: Front, backend: Scripted) -> None:
    sent: list[object] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    await front(scope("POST", PATH, JSON_TYPE), receive, send)  # type: ignore[arg-type]
    assert (sent, backend.asked) == ([], [])
