from __future__ import annotations

import pytest

from inferproof.document.contract import Contract
from inferproof.front.app import Front
from tests.front.asgi import ask


@pytest.mark.parametrize("path", ["/nothing", "/", "", "/v1/chat/completions/", "//v1/chat/completions", "/V1/chat"])
async def test_a_path_that_the_contract_has_not_is_404(front: Front, path: str) -> None:
    answer = await ask(front, "POST", path, {})
    assert answer.status == 404
    assert answer.json["error"]["type"] == "not_found_error"


async def test_every_operation_of_the_contract_is_routed(front: Front, contract: Contract) -> None:
    for operation in contract.operations:
        answer = await ask(front, operation.method, operation.path, b"")
        assert answer.status == (200 if operation.request_schema is None else 422), operation.role


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "post"])
async def test_another_method_on_a_known_path_is_405_and_says_which_is_allowed(front: Front, method: str) -> None:
    answer = await ask(front, method, "/v1/chat/completions")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


async def test_a_get_path_allows_head_too(front: Front) -> None:
    answer = await ask(front, "POST", "/status")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_head_is_answered_as_get_without_a_body(front: Front) -> None:
    get, head = await ask(front, "GET", "/status"), await ask(front, "HEAD", "/status")
    assert get.body != b""
    assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


async def test_an_unknown_query_parameter_is_let_pass(front: Front) -> None:
    assert (await ask(front, "GET", "/status?x=1")).status == 200


async def test_the_lifespan_protocol_is_answered(front: Front) -> None:
    incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[object] = []

    async def receive() -> dict[str, str]:
        return next(incoming)

    async def send(message: object) -> None:
        sent.append(message)

    await front({"type": "lifespan"}, receive, send)  # type: ignore[arg-type]
    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]
