"""Ctrl-C and SIGTERM at any moment: what there is is written, it is called incomplete, and nothing is a traceback."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from inferproof.certify import certify as certification_module
from inferproof.certify.certify import Certification
from inferproof.cli import main
from inferproof.reports import files
from inferproof.wire.transcript import NO_END, read
from tests.proof import PROOF
from tests.proof.hostile.command import HANGS, Ended, inferproof
from tests.proof.hostile.server import Peer, hostile
from tests.proof.hostile.trial import KEY, LATEST, MOMENTS, interrupted


def incomplete(folder: Path, cause: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "out" / "result.json").read_text(encoding="utf-8"))
    assert found["verdict"] == "incomplete"
    assert cause in str(found["interrupted"])
    assert cause in read(folder / "out" / "transcript.jsonl").footer["interrupted"]
    return found


@pytest.mark.parametrize("good", [0, 40], ids=["in the preflight", "in the run"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_the_server_is_silent(
    good: int, number: signal.Signals, mock_url: str, tmp_path: Path
) -> None:
    asked = threading.Event()

    async def silent(peer: Peer) -> None:
        asked.set()
        await peer.gone()

    def interrupt(child: subprocess.Popen[bytes]) -> None:
        assert asked.wait(HANGS)
        os.kill(child.pid, number)  # Popen's own way would reap a child that has ended

    with hostile(silent, mock_url, good=good) as url:
        ended = inferproof("certify", url, "--quick", "--report", "out", folder=tmp_path, env=KEY, meanwhile=interrupt)
    assert ended.code == 3, ended.output
    assert "incomplete" in ended.output
    assert "Traceback" not in ended.output
    cause = "interrupted by the keyboard" if number is signal.SIGINT else "ended by SIGTERM"
    found = incomplete(tmp_path, cause)
    counts = found["counts"]
    assert isinstance(counts, dict)
    assert counts["not verified"] > 0
    assert counts["fail"] == counts["harness error"] == 0
    assert len(read(tmp_path / "out" / "transcript.jsonl").exchanges) >= good - 3


def in_this_process(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Ended:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, ["certify", url, "--quick", "--only", "chat.usage.*", "--report", "out"], env=KEY)
    return Ended(done.exit_code, done.output, 0)


def test_interrupted_while_judging(mock_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = certification_module.judge

    def interrupted(*arguments: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return judge(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(certification_module, "judge", interrupted)
    ended = in_this_process(mock_url, tmp_path, monkeypatch)
    assert ended.code == 3
    assert incomplete(tmp_path, "interrupted by the keyboard")["counts"]["pass"] > 0  # type: ignore[index]


def test_interrupted_while_writing(mock_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = files.write_report

    def interrupted(found: Certification, folder: Path) -> None:
        if not found.result.interrupted:
            signal.raise_signal(signal.SIGINT)
        write(found, folder)

    monkeypatch.setattr(files, "write_report", interrupted)
    ended = in_this_process(mock_url, tmp_path, monkeypatch)
    assert ended.code == 3
    assert "incomplete" in ended.output
    incomplete(tmp_path, "interrupted by the keyboard")


def test_a_second_interrupt_ends_the_process(mock_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> object:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError

    monkeypatch.setattr(certification_module, "judge", interrupted)
    ended = in_this_process(mock_url, tmp_path, monkeypatch)
    assert ended.code == 130
    assert "Traceback" not in ended.output
    assert read(tmp_path / "out" / "transcript.jsonl").footer["interrupted"] == NO_END


@pytest.mark.parametrize("moment", range(MOMENTS if PROOF else 3))
def test_interrupted_at_any_moment(moment: int, mock_url: str, tmp_path: Path) -> None:
    """From the first request on, to the end of the process; Python's own start is not ours."""
    ended = interrupted(random.Random(moment).uniform(0.0, LATEST), mock_url, tmp_path)
    assert "Traceback" not in ended.output, ended.output
    assert ended.code in (0, 3), ended.output
    assert ("incomplete" in ended.output) == (ended.code == 3)
    found = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert found["verdict"] == ("incomplete" if ended.code == 3 else "conformant")
    assert found["counts"]["fail"] == found["counts"]["harness error"] == 0
