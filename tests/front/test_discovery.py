from __future__ import annotations

from inferproof.document.contract import Contract
from inferproof.front.app import Front
from tests.front.asgi import ask
from tests.front.scripted import MODEL, Scripted


async def test_configs_are_the_backends_list(front: Front) -> None:
    answer = await ask(front, "GET", "/v1/discovery/configs")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert [config["name"] for config in answer.json] == [MODEL]


async def test_status_is_200_when_the_engine_is_ready(front: Front) -> None:
    answer = await ask(front, "GET", "/status")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


async def test_status_is_503_when_it_is_not(front: Front, backend: Scripted, contract: Contract) -> None:
    backend.ready = False
    answer = await ask(front, "GET", "/status")
    assert answer.status == 503
    assert answer.json["error"] == {
        "message": "The server is not ready: the engine is starting.",
        "type": "server_error",
        "param": None,
        "code": "not_ready",
    }


async def test_embeddings_are_the_backends_in_either_form(front: Front, backend: Scripted) -> None:
    backend.reply = {"data": [], "model": "m", "usage": {}}
    for form in ({"input": "x"}, {"messages": [{"role": "user", "content": "x"}]}):
        answer = await ask(front, "POST", "/v1/embeddings", {"model": "m", **form})
        assert (answer.status, answer.json) == (200, backend.reply)
        assert backend.body == {"model": "m", **form}


async def test_an_embeddings_request_in_neither_form_is_422(front: Front) -> None:
    assert (await ask(front, "POST", "/v1/embeddings", {"model": "m"})).status == 422
