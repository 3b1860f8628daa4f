"""Whatever the contract has for a key opens an operation: a bearer token, a header of its own, or either."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.document.credentials import Credential
from inferproof.front.app import Front
from inferproof.front.auth import Door
from inferproof.front.backend import Refusal
from tests.front.asgi import ask
from tests.front.made import CHAT, MESSAGES, made
from tests.front.scripted import Scripted

SCHEMES: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth": {"type": "oauth2", "flows": {}},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "token": {"type": "apiKey", "in": "header", "name": "token"},
}
BEARER, KEY = Credential("bearer", "Authorization", "Bearer "), Credential("key", "X-API-Key", "")
EITHER = [{"bearer": []}, {"key": []}]


def front(backend: Scripted, security: Any) -> Front:
    return Front(made(security=security, schemes=SCHEMES), backend, keys=["sk-one", "sk-two"])


@pytest.mark.parametrize(
    ("security", "headers"),
    [
        ([{"key": []}], {"x-api-key": "sk-two"}),
        ([{"key": []}], {"x-api-key": " sk-two "}),
        (EITHER, {"x-api-key": "sk-two"}),
        (EITHER, {"authorization": "bearer sk-two"}),
        (EITHER, {"authorization": "Bearer sk-two", "x-api-key": "sk-three"}),
        (EITHER, {"x-api-key": "sk-three", "authorization": "Bearer sk-two"}),
        (EITHER[::-1], {"authorization": "Bearer sk-three", "x-api-key": "sk-two"}),
        (EITHER, {"authorization": "", "x-api-key": "sk-two"}),
        (EITHER, {"authorization": "Basic c2s6c2s=", "x-api-key": "sk-two"}),
        (EITHER, {"authorization": "Bearer sk-two", "x-api-key": ""}),
        ([{"oauth": []}], {"authorization": "Bearer sk-two"}),
        ([{"token": []}], {"token": "sk-two"}),
    ],
)
async def test_any_of_its_credentials_opens_an_operation(security: Any, headers: dict[str, str]) -> None:
    backend = Scripted()
    assert (await ask(front(backend, security), "POST", CHAT, MESSAGES, headers)).status == 200
    assert backend.call.key == "sk-two"


@pytest.mark.parametrize(
    ("security", "headers"),
    [
        ([{"key": []}], {}),
        ([{"key": []}], {"x-api-key": ""}),
        ([{"key": []}], {"x-api-key": "sk-three"}),
        ([{"key": []}], {"x-api-key": "Bearer sk-one"}),
        ([{"key": []}], {"authorization": "Bearer sk-one"}),
        ([{"bearer": []}], {"x-api-key": "sk-one"}),
        (EITHER, {"token": "sk-one"}),
        (EITHER, {"authorization": "Bearer sk-three", "x-api-key": "sk-four"}),
        (EITHER, {"authorization": "Bearer sk-three", "x-api-key": "sk-two"}),
        (EITHER, {"authorization": "sk-two"}),
    ],
)
async def test_nothing_else_does(security: Any, headers: dict[str, str]) -> None:
    backend = Scripted()
    assert (await ask(front(backend, security), "POST", CHAT, MESSAGES, headers)).status == 401
    assert backend.asked == []


@pytest.mark.parametrize(
    ("security", "challenge"), [([{"key": []}], None), (EITHER, "Bearer"), ([{"bearer": []}], "Bearer")]
)
async def test_only_where_a_bearer_token_opens_it_is_one_asked_for(security: Any, challenge: str | None) -> None:
    answer = await ask(front(Scripted(), security), "POST", CHAT, MESSAGES)
    assert answer.headers.get("www-authenticate") == challenge


async def test_a_401_says_every_way_in() -> None:
    answer = await ask(front(Scripted(), EITHER), "POST", CHAT, MESSAGES)
    assert answer.json["error"]["message"] == (
        "The Authorization or X-API-Key header is missing; "
        "send `Authorization: Bearer <API key>` or `X-API-Key: <API key>`."
    )


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "The Authorization header is missing"),
        ({"authorization": "Basic x"}, "The Authorization header does not hold a bearer key"),
        ({"authorization": "Bearer sk-three"}, "The API key is not known to this server"),
    ],
)
async def test_a_401_names_the_cause_and_the_cure(headers: dict[str, str], message: str) -> None:
    answer = await ask(front(Scripted(), [{"bearer": []}]), "POST", CHAT, MESSAGES, headers)
    assert answer.json["error"]["message"] == f"{message}; send `Authorization: Bearer <API key>`."


@pytest.mark.parametrize("security", [None, [], [{"cookie": []}]])
async def test_an_operation_without_a_header_for_keys_is_open(security: Any) -> None:
    schemes = {"cookie": {"type": "apiKey", "in": "cookie", "name": "session"}}
    contract = made(security=security, schemes=schemes)
    assert (await ask(Front(contract, Scripted(), keys=["sk-one"]), "POST", CHAT, MESSAGES)).status == 200


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([("x-api-key", "sk-two"), ("x-api-key", "sk-two")], 200),
        ([("x-api-key", "sk-two"), ("x-api-key", "sk-one")], 401),
        ([("x-api-key", "sk-two"), ("x-api-key", "sk-three")], 401),
        ([("x-api-key", "sk-three"), ("x-api-key", "sk-two")], 401),
        ([("authorization", "Bearer sk-two"), ("x-api-key", "sk-one"), ("x-api-key", "sk-two")], 401),
    ],
)
async def test_two_lines_of_one_header_that_differ_open_nothing(lines: list[tuple[str, str]], status: int) -> None:
    door = Door([BEARER, KEY], ["sk-one", "sk-two"])

    def told(name: bytes) -> list[str]:
        return [value for each, value in lines if each.encode() == name]

    if status == 200:
        assert door.key(told) == "sk-two"
    else:
        with pytest.raises(Refusal, match="more than once"):
            door.key(told)


async def test_a_revoked_key_is_told_so() -> None:
    revoking = Front(made(security=EITHER, schemes=SCHEMES), Scripted(), keys=["sk-one"], revoked=["sk-two"])
    answer = await ask(revoking, "POST", CHAT, MESSAGES, {"x-api-key": "sk-two"})
    assert (answer.status, answer.json["error"]["code"]) == (401, "revoked_api_key")
    assert answer.headers["www-authenticate"] == "Bearer"
