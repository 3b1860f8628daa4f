"""A server that nobody here wrote, installed from npm, with its own fixtures: a verdict, no crash, true failures.

Each `fail` below was checked by hand against the bytes; `docs/foreign.md` shows them.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inferproof.certify.certify import Certification, certify
from inferproof.certify.result import Verdict
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.requirements.judge import Outcome

pytestmark = pytest.mark.skipif(
    "INFERPROOF_FOREIGN" not in os.environ, reason="installs servers of others; `tox -e foreign` runs it"
)

HERE = Path(__file__).parent / "aimock"


@pytest.fixture(scope="module")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so aimock cannot be installed")
    folder = tmp_path_factory.mktemp("aimock")
    shutil.copy(HERE / "package.json", folder)
    subprocess.run(
        [npm, "install", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True, timeout=300
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        folder / "node_modules/.bin/llmock",
        "-p",
        str(port),
        "-f",
        HERE / "fixtures.json",
        "--log-level",
        "silent",
    ]
    with subprocess.Popen(command) as server:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("aimock did not start")


@pytest.fixture(scope="module")
def certification(aimock: str, contract: Contract) -> Certification:
    return certify(contract, Target(aimock))


def test_it_ends_with_a_verdict_and_without_an_error_of_ours(certification: Certification) -> None:
    assert certification.result.verdict is Verdict.NOT_CONFORMANT
    assert certification.result.having(Outcome.HARNESS_ERROR) == []


def test_what_it_does_right_is_not_held_against_it(certification: Certification) -> None:
    held = {judgement.requirement.id for judgement in certification.result.having(Outcome.PASS)}
    assert held >= {"chat.request.accepted", "chat.reply.schema", "chat.usage.total", "chat.reply.id.unique"}


def test_what_it_does_wrong_is_named(certification: Certification) -> None:
    failed = {judgement.requirement.id for judgement in certification.result.having(Outcome.FAIL)}
    assert failed >= {"auth.missing.refused", "errors.invalid.status", "chat.request.max-tokens.cap"}
