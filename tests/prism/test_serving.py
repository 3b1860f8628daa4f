"""Prism serves the contract: every operation, every documented status, the contract's own examples, no violation."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

import pytest

from inferproof.document import Operation, files, load
from inferproof.document.prism import for_prism
from inferproof_mock import prism

JSON, STREAM = "application/json", "text/event-stream"
CONTRACT = load("inflection")
OPERATIONS = [pytest.param(operation, id=operation.role) for operation in CONTRACT.operations]
STREAMS = [pytest.param(operation, id=operation.role) for operation in CONTRACT.operations if operation.event_schema]
STATUSES = [
    pytest.param(operation, status, id=f"{operation.role}-{status}")
    for operation in CONTRACT.operations
    for status in operation.statuses
]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Message
    text: str


def call(server: prism.Running, operation: Operation, accept: str = "*/*", prefer: str = "") -> Reply:
    """A documented request of the operation."""
    headers = {"Authorization": "Bearer sk-any", "Content-Type": JSON, "Accept": accept} | (
        {"Prefer": prefer} if prefer else {}
    )
    body = json.dumps(CONTRACT.request_example(operation.role)).encode() if operation.request_schema else None
    request = urllib.request.Request(server.url + operation.path, body, headers, method=operation.method)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return Reply(reply.status, reply.headers, reply.read().decode())
    except urllib.error.HTTPError as refused:
        with refused:
            return Reply(refused.code, refused.headers, refused.read().decode())


def media_of(operation: Operation, status: int) -> str:
    """The first media type of a documented reply in the export."""
    content: dict[str, Any] = CONTRACT.at(f"{operation.pointer}/responses/{status}/content")
    return JSON if JSON in content else next(iter(content))


@pytest.fixture(scope="module")
def served(way: prism.Way, image_name: str) -> Iterator[tuple[prism.Running, list[str]]]:
    """Prism with the exported contract, and the log of its start."""
    log: list[str] = []
    with prism.serving(for_prism(CONTRACT), port=0, way=way, image=image_name, log=log.append) as server:
        yield server, list(log)


@pytest.fixture(scope="module")
def server(served: tuple[prism.Running, list[str]]) -> prism.Running:
    return served[0]


def test_the_export_loads_without_a_warning(served: tuple[prism.Running, list[str]]) -> None:
    words = [line for line in served[1] if "[CLI]" in line]
    assert words
    assert not [line for line in words if "warn" in line.lower() or "error" in line.lower()]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_answers_with_the_contracts_example(server: prism.Running, operation: Operation) -> None:
    reply = call(server, operation)
    assert reply.status == 200
    assert reply.headers["sl-violations"] is None
    assert_is_example(reply, operation, 200)


@pytest.mark.parametrize(("operation", "status"), STATUSES)
def test_every_documented_status_can_be_had(server: prism.Running, operation: Operation, status: int) -> None:
    reply = call(server, operation, prefer=f"code={status}")
    assert reply.status == status
    assert reply.headers["sl-violations"] is None
    assert_is_example(reply, operation, status)


@pytest.mark.parametrize("operation", STREAMS)
def test_a_stream_is_had_by_its_media_type(server: prism.Running, operation: Operation) -> None:
    reply = call(server, operation, accept=STREAM)
    assert (reply.status, reply.headers.get_content_type()) == (200, STREAM)
    assert reply.headers["sl-violations"] is None
    assert reply.text == CONTRACT.reply_example(operation.role, 200, STREAM)


def test_a_missing_key_gives_the_documented_401(server: prism.Running) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(server.url + CONTRACT.operation("configs").path, timeout=30)
    with refused.value as reply:
        assert reply.code == 401
        assert json.load(reply) == CONTRACT.reply_example("configs", 401)


def test_the_published_document_does_not_load_and_the_export_does(
    server: prism.Running, way: prism.Way, image_name: str
) -> None:
    base = files.folder("inflection") / files.BASE
    log: list[str] = []
    published = files.openapi(files.read(base), str(base))
    with pytest.raises(prism.PrismError, match="before it listened"):
        prism.run(published, port=0, way=way, image=image_name, log=log.append)
    assert any("EmbeddingRequest" in line for line in log), log
    assert call(server, CONTRACT.operation("status")).status == 200


def assert_is_example(reply: Reply, operation: Operation, status: int) -> None:
    media = media_of(operation, status)
    assert reply.headers.get_content_type() == media
    example = CONTRACT.reply_example(operation.role, status, media)
    assert (json.loads(reply.text) if media == JSON else reply.text) == example
