"""A contract of another vendor from end to end: it loads, is served, explained and certified like any."""

from __future__ import annotations

import json
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from inferproof.certify.certify import Certification, certify
from inferproof.certify.result import Verdict
from inferproof.certify.target import Target, UsageError
from inferproof.cli import main
from inferproof.document import Contract, load
from inferproof.front.serve import running
from inferproof.judge.judge import Outcome
from inferproof.judge.requirement import MAY, held
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.packs import SMALL

WRITTEN = 111
"""Requirements of the catalogue that its document supports: chat, its stream, a list of models, keys, errors."""


@pytest.fixture(scope="module")
def small() -> Contract:
    return load(str(SMALL))


@pytest.fixture(scope="module")
def url(small: Contract) -> Iterator[str]:
    with running(mock(small)) as address:
        yield address


@pytest.fixture(scope="module")
def certified(small: Contract, url: str) -> Certification:
    return certify(small, Target(url, key=DEFAULT_KEY), generated=True)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, [*arguments, "--contract", str(SMALL)])
    assert done.exit_code == 0, done.output
    return done.output


def test_it_has_what_it_says_and_nothing_else(small: Contract) -> None:
    assert {operation.role: operation.path for operation in small.operations} == {
        "chat": "/api/generate-chat",
        "models": "/api/list-models",
    }
    chat = small.operation("chat")
    assert [(each.header, each.value("k")) for each in chat.credentials] == [("x-api-key", "k")]
    assert chat.invalid_status == 400


def test_requirements_hold_that_its_document_supports(small: Contract) -> None:
    holding, others = held(small)
    assert len(holding) == WRITTEN
    assert {"chat.reply.schema", "auth.missing.refused", "errors.invalid.status", "stream.done"} <= {
        each.id for each in holding
    }
    because = {each.id: why for each, why in others}
    assert because["discovery.offered"] == "it has no operation of role configs"
    assert because["auth.challenge"] == "credentials.bearer: no operation insists on bearer credentials"
    assert "its schema has no 'top_k'" in because["sampling.accepted"]


def test_what_its_document_does_not_say_is_not_demanded(small: Contract) -> None:
    holding = {each.id for each in held(small)[0]}
    of_bearers = {"auth.scheme.refused", "auth.scheme.case", "auth.challenge"}
    of_absent_members = {
        "stream.usage.cap",
        "stream.usage.equal.prompt",
        "tools.finish-reason",
        "errors.invalid.detail",
    }
    assert holding.isdisjoint({*of_bearers, *of_absent_members, "embeddings.usage.sum", "chat.request.extra-members"})


def test_the_catalogue_says_what_does_not_hold_and_why() -> None:
    table = run("catalogue", "list")
    assert "do not hold for this contract:" in table
    assert any(
        line.split()[:1] == ["status.open"] and "no operation of role status" in line for line in table.splitlines()
    )
    rows = json.loads(run("catalogue", "list", "--format", "json"))["not_holding"]
    assert {"id", "sentence", "reason"} == rows[0].keys()
    assert "## What does not hold, and why" in run("catalogue", "list", "--format", "markdown")


def test_its_lock_is_current() -> None:
    assert run("catalogue", "check") == ""


def test_explaining_says_why_a_requirement_does_not_hold() -> None:
    assert "it has no operation of role embeddings" in run("explain", "embeddings.offered")


def test_explaining_a_member_says_what_is_known_of_it() -> None:
    said = run("explain", "n")
    assert "(chat.request#/n)" in said
    assert "default: 1" in said
    assert "capability  sampling.n" in said


def test_the_mock_is_conformant(certified: Certification) -> None:
    bad = [
        f"{each.requirement.id}: {each.outcome} {each.reason} {[failure.finding for failure in each.failures]}"
        for each in certified.result.judgements
        if each.outcome is not Outcome.PASS and each.requirement.level is not MAY
    ]
    assert bad == []
    assert certified.result.verdict is Verdict.CONFORMANT
    assert certified.result.counts["pass"] >= WRITTEN + 15, "the written ones and those of generated cases"


def test_the_key_goes_into_the_header_that_the_document_names(certified: Certification) -> None:
    headers = [dict(exchange.request.headers) for exchange in certified.transcript.exchanges]
    assert not [each for each in headers if "Authorization" in each]
    assert {"x-api-key": "{{secret:key}}"}.items() <= headers[-1].items()
    assert DEFAULT_KEY not in repr(certified.transcript)


def test_a_key_that_the_document_does_not_insist_on_is_not_demanded(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SMALL, tmp_path / "open"))
    text = (folder / "openapi.yaml").read_text(encoding="utf-8")
    insists = "      security:\n"
    (folder / "openapi.yaml").write_text(text.replace(insists, f"{insists}        - {{}}\n"), encoding="utf-8")
    contract = load(str(folder))
    assert not [each.id for each in held(contract)[0] if each.id.startswith("auth.")]
    with running(_same_length(broken(mock(contract), lambda body: body, open_to_all=True))) as address:
        found = certify(contract, Target(address, key=None))
    assert found.result.verdict is Verdict.CONFORMANT


KNOWN = ("model", "messages", "max_tokens", "temperature", "top_p", "n", "seed", "stop", "stream", "user")


def test_a_server_may_refuse_members_of_which_the_document_says_nothing(small: Contract) -> None:
    with running(_strict(mock(small))) as address:
        found = certify(small, Target(address, key=DEFAULT_KEY))
    assert found.result.having(Outcome.FAIL) == []
    assert found.result.verdict is Verdict.CONFORMANT


App = Callable[[Any, Any, Any], Awaitable[None]]


def _strict(app: App) -> App:
    """The app behind a gateway that refuses a body with a member that it does not know, in a message too."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")

        async def again() -> Any:
            nonlocal body
            if body is None:
                return await receive()
            told, body = body, None
            return {"type": "http.request", "body": told, "more_body": False}

        keyed = (b"x-api-key", DEFAULT_KEY.encode()) in scope["headers"]
        if not (keyed and _has_unknown(body)):
            await app(scope, again, send)
            return
        error = {"message": "unknown member", "type": "invalid_request_error", "param": None, "code": None}
        said = json.dumps({"error": error}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(said)).encode())]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": said})

    return serve


def _has_unknown(body: bytes) -> bool:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(asked, dict):
        return False
    messages = asked.get("messages")
    inner = [each for each in messages if isinstance(each, dict)] if isinstance(messages, list) else []
    return not set(KNOWN).issuperset(asked) or any(not {"role", "content"}.issuperset(each) for each in inner)


def broken(app: App, edit: Callable[[bytes], bytes], *, open_to_all: bool = False) -> App:
    """The app with its bodies edited, or with its door open."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if open_to_all and scope["type"] == "http":
            kept = [(name, value) for name, value in scope["headers"] if name != b"x-api-key"]
            scope = {**scope, "headers": [*kept, (b"x-api-key", DEFAULT_KEY.encode())]}

        async def edited(message: Any) -> None:
            await send({**message, "body": edit(message["body"])} if message.get("body") else message)

        await app(scope, receive, edited)

    return serve


@pytest.mark.parametrize(
    ("edit", "open_to_all", "caught_by"),
    [
        (lambda body: body.replace(b'"total_tokens":', b'"total_tokens":1'), False, "chat.usage.total"),
        (lambda body: body.replace(b'"error":', b'"fault":'), False, "errors.invalid.body"),
        (lambda body: body, True, "auth.missing.refused"),
    ],
    ids=["usage", "error", "door"],
)
def test_a_broken_server_of_it_is_not_conformant(
    small: Contract, edit: Callable[[bytes], bytes], open_to_all: bool, caught_by: str
) -> None:
    with running(_same_length(broken(mock(small), edit, open_to_all=open_to_all))) as address:
        found = certify(small, Target(address, key=DEFAULT_KEY), only=[caught_by])
    assert found.result.verdict is Verdict.NOT_CONFORMANT


def _same_length(app: App) -> App:
    """Leaves the length of a body out of its head: it may have been edited."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        async def unmeasured(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0].lower() != b"content-length"]
                message = {**message, "headers": kept}
            await send(message)

        await app(scope, receive, unmeasured)

    return serve


def test_a_wrong_url_names_the_paths_of_the_contract(small: Contract, url: str) -> None:
    with pytest.raises(UsageError, match="none of /api/list-models, /api/generate-chat is there"):
        certify(small, Target(f"{url}/elsewhere", key=DEFAULT_KEY))


def test_a_model_that_the_server_has_not_is_refused_with_those_of_its_list(small: Contract, url: str) -> None:
    with pytest.raises(UsageError, match="/api/list-models lists lantern-small-1"):
        certify(small, Target(url, key=DEFAULT_KEY, chat_model="no-such-model"))
