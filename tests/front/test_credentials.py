"""Whatever the contract has for a key opens an operation: a bearer token, a header of its own, or either."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.front.app import Front
from tests.front.asgi import ask
from tests.front.made import CHAT, MESSAGES, made
from tests.front.scripted import Scripted

SCHEMES: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth": {"type": "oauth2", "flows": {}},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "token": {"type": "apiKey", "in": "header", "name": "token"},
}
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
        (EITHER, {"authorization": "Bearer sk-three", "x-api-key": "sk-two"}),
        (EITHER, {"authorization": "", "x-api-key": "sk-two"}),
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
