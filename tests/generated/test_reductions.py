"""A request is made smaller only as far as it fails for the same cause, and the run says that it sends more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inferproof.certify.certify import Certification, Progress, certify
from inferproof.certify.said import said
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.front.serve import running
from inferproof.generated.regressions import Kept, keep
from inferproof.generated.shrink import reduced
from inferproof.reports.summary import WHOLE, summary
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.generated.planted import once, whole

TALK = [
    {"role": "user", "content": "Hello!"},
    {"role": "assistant", "content": "Hi."},
    {"role": "user", "content": "B"},
]
SENT = {"model": "model", "messages": TALK, "max_tokens": 9, "temperature": 0.5, "user": "somebody", "seed": 17}


class Counting:
    """The mock behind a rule of its own: what it says of a body is a refusal; and it counts what it is sent."""

    def __init__(self, contract: Contract, rule: Callable[[dict[str, Any]], tuple[int, str] | None]) -> None:
        self._good, self._rule, self._path = mock(contract, keys=(DEFAULT_KEY,)), rule, contract.operation("chat").path
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._good(scope, receive, send)
            return
        body = await whole(receive)
        self.bodies.append(body)
        asked = _conversation(body)
        refusal = self._rule(asked) if asked is not None else None
        if refusal is None:
            await self._good(scope, once(body, receive), send)
            return
        status, words = refusal
        said = json.dumps({"error": {"message": words}}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(said)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": said})


def _conversation(body: bytes) -> dict[str, Any] | None:
    """The body, where it is one that a rule can read."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None
    messages = asked.get("messages", []) if isinstance(asked, dict) else None
    if not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
        return None
    return dict(asked)


def slips(asked: dict[str, Any]) -> tuple[int, str] | None:
    """Every smaller body fails as well, and worse: without a model, without messages, or with an empty text."""
    if "model" not in asked:
        return 500, "KeyError: model"
    messages = asked.get("messages")
    if not messages or not all(each.get("role") in ("user", "assistant") for each in messages):
        return 500, "IndexError: messages"
    if not all(each.get("content") for each in messages):
        return 500, "no content"
    return (500, "user is not to be somebody") if str(asked.get("user")).startswith("some") else None


def run(
    contract: Contract, folder: Path, server: Counting, sent: dict[str, Any], only: str
) -> tuple[Certification, Any]:
    keep(Kept("case", "chat", sent), folder)
    announced: list[tuple[int, int]] = []
    progress = Progress(shrinking=lambda causes, most: announced.append((causes, most)))
    with running(server) as url:
        target = Target(url, key=DEFAULT_KEY)
        found = certify(contract, target, generated=True, only=[only], cases=folder, progress=progress)
    return found, announced


@pytest.mark.parametrize("only", ["errors.no-crash", "chat.request.accepted"])
def test_a_reduction_keeps_status_words_model_and_roles(contract: Contract, tmp_path: Path, only: str) -> None:
    server = Counting(contract, slips)
    found, announced = run(contract, tmp_path, server, SENT, only)
    [exchange] = [each for each in found.transcript.exchanges if each.probe == f"reduced.{only}"]
    assert exchange.reply is not None
    assert (exchange.reply.status, said(exchange).text) == (500, "user is not to be somebody")
    body = exchange.request.json
    assert body.keys() == {"model", "messages", "max_tokens", "user"}
    assert (body["messages"], body["max_tokens"]) == ([{"role": "user", "content": "Hello!"}], 4)
    cause = next(each for each in found.result.causes if each.words == "user is not to be somebody")
    assert (cause.example.exchange.name, cause.reduced) == (exchange.name, True)
    assert cause.sent == 'user: "some"'
    told = list(summary(found.result, "INFERPROOF_API_KEY", "inferproof certify"))
    among_the_first = cause in found.result.causes[:WHOLE]
    assert any("reduced from a longer request" in line for line in told) is among_the_first
    assert announced
    assert announced[0][0] <= announced[0][1]


def test_what_reducing_sends_is_counted(contract: Contract, tmp_path: Path) -> None:
    server = Counting(contract, slips)
    found, announced = run(contract, tmp_path, server, SENT, "errors.no-crash")
    [(_, most)] = announced
    beyond = found.result.requests - sum(each.probe != "reduced.errors.no-crash" for each in found.transcript.exchanges)
    assert 0 < beyond <= most
    assert found.transcript.footer["requests"] == found.result.requests
    assert len(server.bodies) >= sum(each.role == "chat" for each in found.transcript.exchanges) - 1 + beyond


def test_a_valid_body_never_becomes_one_that_may_be_refused(contract: Contract, tmp_path: Path) -> None:
    def rule(asked: dict[str, Any]) -> tuple[int, str] | None:
        n = asked.get("n")
        if isinstance(n, int) and n > 1:
            return 400, "n must be at most 1"
        empty = any(each.get("content") == "" for each in asked.get("messages") or [])
        return (400, "content is empty") if empty else None

    sent = {"model": "model", "messages": TALK, "max_tokens": 9, "n": 2, "user": "somebody"}
    found, _ = run(contract, tmp_path, Counting(contract, rule), sent, "chat.request.accepted")
    shown = [each for each in found.transcript.exchanges if each.probe == "reduced.chat.request.accepted"]
    assert [each.request.json["n"] for each in shown] == [2] * len(shown)
    assert [said(each).text for each in shown] == ["n must be at most 1"] * len(shown)


async def test_members_that_are_plain_stay_and_others_become_so() -> None:
    plain = {"model": "m", "messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 4}
    body = {
        "model": "m",
        "messages": [{"role": "x", "content": "long"}] * 9,
        "max_tokens": 400,
        "a": 1,
        "bad": [7, 8, 9],
    }

    async def fails(each: Any) -> bool:
        assert each["model"] == "m"
        assert all("role" in message for message in each["messages"])
        return 8 in each.get("bad", ())

    assert await reduced(body, fails, plain=plain) == {**plain, "bad": [8]}


async def test_a_role_at_fault_stays_as_it_is() -> None:
    async def fails(each: Any) -> bool:
        return any(message.get("role") == "narrator" for message in each["messages"])

    body = {"model": "m", "messages": [{"role": "user", "content": "a"}, {"role": "narrator", "content": "bcd"}]}
    found = await reduced(body, fails, plain={"model": "m", "messages": [{"role": "user", "content": "Hello!"}]})
    assert found["messages"] == [{"role": "narrator"}]
