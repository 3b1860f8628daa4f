"""The hooks for schemathesis: each requirement about one exchange is a check, and a good server hears no alarm.

Each test has a process of its own, because what is installed stays.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.serve import App, running
from inferproof.generated.exemptions import may_be_refused
from inferproof.judge.subject import Subject
from inferproof.probes.probe import RequestBuilder
from inferproof.wire.exchange import Exchange
from inferproof_mock.server import DEFAULT_KEY, mock

QUICK = ("--phases", "examples,coverage", "--include-path", "/v1/embeddings", "--include-path", "/v1/discovery/configs")

OF_A_USER = """\
import pytest
from inferproof import schemathesis as house
from inferproof.schemathesis import install

hooks = install()
schema = hooks.schema("URL")


@schema.include(path=["/status", "/v1/discovery/configs"]).parametrize()
def test_api(case):
    case.call_and_validate()


def test_what_is_judged_holds_no_key():
    model = hooks.contract.request_example("chat")["model"]
    case = schema["/v1/chat/completions"]["POST"].Case(
        body={"model": model, "messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 2},
        media_type="application/json",
        headers={"Authorization": "Bearer KEY"},
    )
    response = case.call()
    exchange = hooks.exchange_of(case, response)
    assert (exchange.role, exchange.request.method) == ("chat", "POST")
    assert exchange.request.header("authorization") == "Bearer {{secret:key}}"
    assert exchange.reply.json["usage"]["completion_tokens"] == 2
    assert hooks.judgements(case, response)["chat.usage.total"].outcome == "pass"


def test_the_gate_makes_the_same_cases_beside_the_hooks():
    from inferproof.generated.coverage import values

    assert len(values(hooks.contract, 0)["chat"]["model"]) == MODELS


def test_streams_are_read_to_their_end():
    assert schema.config.max_stream_events == house.MOST_EVENTS
"""


@pytest.fixture(scope="module")
def broken_url(contract: Contract) -> Iterator[str]:
    """The mock, whose embeddings break a MUST, the sum of tokens, and a SHOULD, which rests on a correction."""
    with running(_mistaken(mock(contract, keys=(DEFAULT_KEY,)))) as url:
        yield url


def _mistaken(app: App) -> App:
    async def wrong(scope: Any, receive: Any, send: Any) -> None:
        async def changed(message: dict[str, Any]) -> None:
            if "body" in message:
                body = message["body"].replace(b'"object":"list"', b'"object":"tsil"')
                message = {
                    **message,
                    "body": re.sub(rb'(?<="total_tokens":)\d+', lambda found: b"9" * len(found[0]), body),
                }
            await send(message)

        await app(scope, receive, changed)

    return wrong


def _run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "INFERPROOF_API_KEY": DEFAULT_KEY, **variables}
    command = [str(Path(sys.executable).with_name(command[0])), *command[1:]]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False
    )


def schemathesis_run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """On the published paths only: the hooks put the corrected document in the place of whatever is loaded."""
    document = {"openapi": "3.1.0", "info": {"title": "mine", "version": "1"}, "paths": {"/v1/embeddings": {}}}
    (folder / "openapi.json").write_text(json.dumps(document))
    command = ["schemathesis", "run", "openapi.json", "--seed", "1", *arguments]
    return _run(command, folder, SCHEMATHESIS_HOOKS="inferproof.hooks", **variables)


def test_a_good_server_hears_no_alarm(tmp_path: Path, mock_url: str) -> None:
    done = schemathesis_run(tmp_path, "--url", mock_url, *QUICK, INFERPROOF_STRICT="1")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert re.search(r"[1-9]\d\d generated, \d+ passed", done.stdout)


def test_a_broken_server_hears_which_requirement_it_breaks(tmp_path: Path, broken_url: str) -> None:
    done = schemathesis_run(tmp_path, "--url", broken_url, *QUICK)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said[-4000:]
    for words in ("`embeddings.usage.total`", "MUST embeddings.usage.total (", "expected  ", "at /usage/total_tokens"):
        assert words in said
    assert DEFAULT_KEY not in said
    assert "ShouldWarning: embeddings.reply.object" in done.stderr
    assert "ST108" not in said  # what schemathesis says of the same word


def test_strict_makes_a_failure_of_a_should(tmp_path: Path, broken_url: str) -> None:
    done = schemathesis_run(
        tmp_path, "--url", broken_url, *QUICK, "--checks", "embeddings.reply.object", INFERPROOF_STRICT="1"
    )
    assert done.returncode == 1, done.stdout[-4000:] + done.stderr
    assert "`embeddings.reply.object`" in done.stdout
    assert "`embeddings.usage.total`" not in done.stdout


def test_pytest_takes_the_schema(tmp_path: Path, mock_url: str, contract: Contract) -> None:
    from inferproof.generated.coverage import values

    text = OF_A_USER.replace("URL", mock_url).replace("KEY", DEFAULT_KEY)
    models = len(values(contract, 0)["chat"]["model"])
    (tmp_path / "test_api.py").write_text(text.replace("MODELS", str(models)))
    (tmp_path / "pytest.ini").touch()
    done = _run(["pytest", "-q", "-p", "no:cacheprovider"], tmp_path)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert "5 passed" in done.stdout


INSTALLED = """\
from inferproof import Target, UserError, load
import inferproof.schemathesis
contract = load("inflection")
target = Target("URL", key="KEY")
hooks = inferproof.schemathesis.install(contract, target)
assert hooks is inferproof.schemathesis.install("inflection", target)
try:
    inferproof.schemathesis.install("io-intelligence", target)
except UserError as error:
    print(error)
print(hooks.is_for("URL"), hooks.is_for("http://another.example"))
"""


def test_it_is_installed_once_for_a_contract_and_a_target(tmp_path: Path, mock_url: str) -> None:
    (tmp_path / "mine.py").write_text(INSTALLED.replace("URL", mock_url).replace("KEY", DEFAULT_KEY))
    done = _run([Path(sys.executable).name, "mine.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "schemathesis has the checks of another contract or target already" in done.stdout
    assert done.stdout.endswith("True False\n")
    assert f"the target is for {mock_url}: its key stays away from http://another.example" in done.stderr


def test_a_target_file_that_cannot_be_used_is_named(tmp_path: Path, mock_url: str) -> None:
    (tmp_path / "inferproof.toml").write_text("[limit]\n")
    done = schemathesis_run(tmp_path, "--url", mock_url, *QUICK)
    assert done.returncode != 0
    assert "inferproof.toml: unknown option limit" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("members", "declined", "expected"),
    [
        ({}, {}, False),
        ({"temperature": 0.5, "n": 1, "stop": None}, {}, False),
        ({"logprobs": True, "top_logprobs": 2}, {}, False),
        ({"guided_choice": ["a"], "allowed_token_ids": [1]}, {}, True),
        ({"use_beam_search": True}, {}, True),
        ({"n": 2}, {"sampling.n": "one at a time"}, True),
        ({"temperature": "warm"}, {}, False),
    ],
)
def test_a_refusal_is_no_evidence_where_a_sane_server_may_refuse(
    contract: Contract, members: dict[str, Any], declined: dict[str, str], expected: bool
) -> None:
    body = {"model": "any", "messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 4, **members}
    ask = RequestBuilder(contract, "any", "any").to("chat", body)
    assert may_be_refused(Subject(Exchange("case", 0, "chat", ask.request), contract, declined)) is expected
