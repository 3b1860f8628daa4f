from __future__ import annotations

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
