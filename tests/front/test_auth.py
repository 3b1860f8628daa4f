from __future__ import annotations

import pytest

from inferproof.document.contract import Contract
from inferproof.front.app import Front
from tests.front.asgi import Conversation, ask, scope
from tests.front.scripted import Scripted
from tests.front.test_chat import CHAT

KEYS = ("sk-one", "sk-two")


@pytest.fixture
def locked(contract: Contract, backend: Scripted) -> Front:
    return Front(contract, backend, keys=KEYS)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "sk-one",
        "Basic sk-one",
        "Bearer sk-three",
        "Bearer sk-on",
        "Bearer sk-one sk-two",
    ],
)
async def test_a_request_without_a_known_bearer_key_is_401(
    locked: Front, backend: Scripted, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    answer = await ask(locked, "POST", "/v1/chat/completions", CHAT, headers)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json["error"]["type"] == "authentication_error"
    assert backend.asked == []


@pytest.mark.parametrize(
    "authorization", ["Bearer sk-one", "bearer sk-two", "BEARER sk-one", "Bearer   sk-one", "Bearer sk-two "]
)
async def test_each_key_is_let_in_whatever_the_case_of_the_scheme(
    locked: Front, backend: Scripted, authorization: str
) -> None:
    answer = await ask(locked, "POST", "/v1/chat/completions", CHAT, {"authorization": authorization})
    assert answer.status == 200
    assert backend.call.key == authorization.split()[1]


async def test_a_key_is_never_repeated_in_the_reply(locked: Front) -> None:
    answer = await ask(locked, "POST", "/v1/chat/completions", CHAT, {"authorization": "Bearer sk-mistyped"})
    assert b"sk-" not in answer.body


async def test_a_key_beyond_ascii_is_refused_like_any_other(locked: Front) -> None:
    answer = await ask(locked, "POST", "/v1/chat/completions", CHAT, {"authorization": "Bearer s\xfc\xdf"})
    assert answer.status == 401


async def test_every_secured_operation_asks_for_a_key_and_no_other(locked: Front, contract: Contract) -> None:
    for operation in contract.operations:
        answer = await ask(locked, operation.method, operation.path)
        assert (answer.status == 401) == operation.secured, operation.role


async def test_the_body_is_not_read_before_the_key_is_known(locked: Front) -> None:
    conversation = Conversation([b"{}"])
    await locked(scope("POST", "/v1/chat/completions", {}), conversation.receive, conversation.send)
    assert conversation.reply is not None
    assert (conversation.reply.status, conversation.pieces_read) == (401, 0)


async def test_without_keys_everybody_is_let_in(front: Front, backend: Scripted) -> None:
    assert (await ask(front, "POST", "/v1/chat/completions", CHAT)).status == 200
    await ask(front, "POST", "/v1/chat/completions", CHAT, {"authorization": "Bearer any"})
    assert backend.call.key == "any"
