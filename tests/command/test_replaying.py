"""`judge` and `replay` say which file they take, which request they mean, and what keeps them from sending it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from inferproof.certify.certify import certify
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.reports.files import write_report
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.command.running import inferproof, refused
from tests.proof.broken_servers import load_all
from tests.proof.legal_servers.server import Mock, serving

KEY = {"INFERPROOF_API_KEY": DEFAULT_KEY}


@pytest.fixture(scope="module")
def report(contract: Contract, mock_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(certify(contract, Target(mock_url, key=DEFAULT_KEY), only=["status.*"]), folder)
    return folder


@pytest.fixture(scope="module")
def failed(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a server whose total counts the completion only."""
    folder = tmp_path_factory.mktemp("failed")
    wrong = load_all()["the_total_is_the_completion"]
    with serving(Mock(mock(contract, keys=(DEFAULT_KEY,))), wrong) as server:
        found = certify(contract, Target(server.url, key=DEFAULT_KEY), only=["chat.usage.total"])
    write_report(found, folder)
    return folder


def test_judge_takes_the_transcript_of_a_folder(report: Path) -> None:
    done = inferproof("judge", str(report), folder=report)
    assert done.returncode == 0, done.stdout + done.stderr


def test_judge_of_a_folder_without_one_says_so(tmp_path: Path) -> None:
    refused(inferproof("judge", str(tmp_path), folder=tmp_path), "there is no transcript.jsonl in it", "--report")


@pytest.mark.parametrize("command", ["judge", "replay"])
def test_a_result_is_named_as_one(command: str, report: Path) -> None:
    done = inferproof(command, "result.json", folder=report)
    refused(done, "is the result of a run, not its transcript", "give transcript.jsonl")


def test_replay_without_a_name_says_that_nothing_failed(report: Path) -> None:
    done = inferproof("replay", str(report), folder=report, env=KEY)
    refused(done, "no request in it broke a requirement by itself", "for instance")
    assert "None" not in done.stderr


def test_replay_without_a_name_lists_what_failed(failed: Path) -> None:
    refused(inferproof("replay", str(failed), folder=failed, env=KEY), "name the request to send again", "(chat.usage")


def test_replay_without_a_key_says_what_certify_says(report: Path, mock_url: str) -> None:
    done = inferproof("replay", str(report), "status.plain/0", "--url", mock_url, folder=report)
    refused(done, "wants a key", "INFERPROOF_API_KEY")


def test_replay_to_a_dead_url_says_what_certify_says(report: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        refused(inferproof("replay", str(report), "status.plain/0", "--url", url, folder=report), "cannot be reached")
