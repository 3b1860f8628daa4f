from __future__ import annotations

import asyncio
import logging

import pytest

from inferproof.document.contract import Contract
from inferproof.front.app import Front
from inferproof.front.backend import Refusal
from tests.front.asgi import ask
from tests.front.scripted import Scripted, chunk
from tests.front.test_chat import CHAT

PATH = "/v1/chat/completions"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 502, 503, 504])
async def test_a_refusal_is_the_error_body_under_its_status(
    front: Front, backend: Scripted, contract: Contract, status: int
) -> None:
    backend.reply = Refusal(status, "no", headers={"Retry-After": "7"})
    answer = await ask(front, "POST", PATH, CHAT)
    assert (answer.status, answer.headers["retry-after"]) == (status, "7")
    assert set(answer.json["error"]) == {"message", "type", "param", "code"}
    assert answer.json["error"]["message"] == "no"


async def test_a_refusal_may_name_type_code_and_member(front: Front, backend: Scripted) -> None:
    backend.reply = Refusal(400, "no", ("body", "messages", 0), type="context_error", code="context_length_exceeded")
    answer = await ask(front, "POST", PATH, CHAT)
    assert answer.json == {
        "error": {
            "message": "no",
            "type": "context_error",
            "param": "messages.0",
            "code": "context_length_exceeded",
        }
    }


async def test_a_refusal_of_the_value_of_a_member_is_a_detail(front: Front, backend: Scripted) -> None:
    backend.reply = Refusal(422, "not a grammar", ("body", "guided_grammar"))
    answer = await ask(front, "POST", PATH, CHAT)
    assert answer.status == 422
    assert answer.json == {
        "detail": [{"loc": ["body", "guided_grammar"], "msg": "not a grammar", "type": "value_error"}]
    }


async def test_a_backend_that_breaks_is_a_500_that_gives_nothing_away(
    front: Front, backend: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    backend.reply = RuntimeError("secret path")
    with caplog.at_level(logging.ERROR, "inferproof.front"):
        answer = await ask(front, "POST", PATH, CHAT)
    assert answer.status == 500
    assert answer.json["error"]["type"] == "server_error"
    assert b"secret" not in answer.body
    assert "secret path" in caplog.text
    assert "Traceback" in caplog.text


async def test_a_backend_that_breaks_in_mid_stream_ends_it_with_an_opaque_event(
    front: Front, backend: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    backend.chunks = [chunk(content="He"), RuntimeError("secret path")]
    answer = await ask(front, "POST", PATH, {**CHAT, "stream": True})
    assert list(answer.events[-1]) == ["error"]
    assert b"secret" not in answer.body
    assert "secret path" in caplog.text


async def test_a_reply_that_cannot_be_written_as_json_is_a_500(
    front: Front, backend: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    backend.reply = {"id": object()}
    assert (await ask(front, "POST", PATH, CHAT)).status == 500
    assert "Traceback" in caplog.text


async def test_a_stream_without_a_chunk_is_502(front: Front, backend: Scripted) -> None:
    backend.chunks = []
    assert (await ask(front, "POST", PATH, {**CHAT, "stream": True})).status == 502


async def test_the_fronts_own_errors_read_as_the_contract_shows_them(
    contract: Contract, backend: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    front = Front(contract, backend, max_body=1000, keys=["sk-one"])
    key = {"authorization": "Bearer sk-one"}
    broken, mute, slow = Scripted(), Scripted(), Scripted()
    broken.reply, mute.chunks, slow.reply = RuntimeError(), [], asyncio.Event()
    replies = {
        "Unauthorized": await ask(front, "POST", PATH, CHAT),
        "MethodNotAllowed": await ask(front, "GET", PATH),
        "ContentTooLarge": await ask(front, "POST", PATH, b"x" * 1001, key),
        "UnsupportedMediaType": await ask(front, "POST", PATH, b"x", key),
        "InternalServerError": await ask(Front(contract, broken), "POST", PATH, CHAT),
        "BadGateway": await ask(Front(contract, mute), "POST", PATH, {**CHAT, "stream": True}),
        "GatewayTimeout": await ask(Front(contract, slow), "POST", PATH, {**CHAT, "timeout_sec": 0.01}),
    }
    error = contract.validator("/components/schemas/Error")
    for name, reply in replies.items():
        media = contract.at(f"/components/responses/{name}/content/application~1json")
        shown = next(iter(media["examples"].values()))["value"]["error"]
        assert error.violations(reply.json) == []
        found = reply.json["error"]
        assert {**found, "message": ""} == {**shown, "message": ""}, name


async def test_a_422_reads_as_the_contract_shows_it(front: Front, contract: Contract) -> None:
    shown = contract.at("/components/responses/UnprocessableContent/content/application~1json/examples")
    answer = await ask(front, "POST", PATH, {})
    [expected] = shown["missing-messages"]["value"]["detail"]
    [found] = answer.json["detail"]
    assert contract.validator("/components/schemas/HTTPValidationError").violations(answer.json) == []
    assert (found["loc"], found["type"]) == (expected["loc"], expected["type"])
