"""A run that is killed leaves what it had recorded, and `judge` calls that incomplete; a full disk ends no run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from inferproof.certify.certify import Certification, certify, judged
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.reports.files import Evidence, write_report
from inferproof.wire.transcript import NO_END, Transcript, read, write
from inferproof_mock.server import DEFAULT_KEY
from tests.command.running import inferproof
from tests.proof.hostile.server import Peer, hostile

KEY = {"INFERPROOF_API_KEY": DEFAULT_KEY}
GOOD = 40
"""So many requests are answered before the server falls silent."""

ON_A_SMALL_DISK = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
"""Runs a shell command where it may mount a disk of its own."""


def mounts() -> bool:
    if shutil.which("unshare") is None:
        return False
    done = subprocess.run([*ON_A_SMALL_DISK, "mount -t tmpfs none /mnt"], check=False, capture_output=True)
    return done.returncode == 0


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


@pytest.fixture(scope="module")
def killed(mock_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report's folder of a run that SIGKILL ended while it waited for its replies."""
    folder = tmp_path_factory.mktemp("killed")

    async def silent(peer: Peer) -> None:
        await peer.gone()

    with hostile(silent, mock_url, good=GOOD) as url:
        command = [sys.executable, "-m", "inferproof", "certify", url, "--quick", "--report", "out"]
        with (folder / "said").open("wb") as said:
            child = subprocess.Popen(command, cwd=folder, env=environment(), stdout=said, stderr=said)
        until = monotonic() + 120
        while lines(folder / "out" / "transcript.jsonl") < GOOD // 2 and monotonic() < until:
            sleep(0.05)
        child.kill()
        assert child.wait() == -signal.SIGKILL, (folder / "said").read_text()
    return folder


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("INFERPROOF")} | KEY


def test_what_is_left_of_a_killed_run_is_judged_and_incomplete(killed: Path) -> None:
    recorded = read(killed / "out" / "transcript.jsonl")
    assert len(recorded.exchanges) >= GOOD // 2 - 1
    done = inferproof("judge", "out/transcript.jsonl", folder=killed)
    assert done.returncode == 3, done.stderr
    assert "incomplete" in done.stdout
    assert NO_END in done.stdout
    assert "Traceback" not in done.stderr


def test_what_is_left_holds_no_key(killed: Path) -> None:
    assert DEFAULT_KEY not in (killed / "out" / "transcript.jsonl").read_text()


def test_a_torn_line_is_said(killed: Path, tmp_path: Path) -> None:
    content = (killed / "out" / "transcript.jsonl").read_bytes()
    (tmp_path / "torn.jsonl").write_bytes(content[:-20])
    done = inferproof("judge", "torn.jsonl", folder=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "its last line is torn" in done.stdout


@pytest.mark.parametrize("seed", range(2))
def test_exchanges_are_judged_alike_in_any_order(
    seed: int, contract: Contract, certification: Certification, tmp_path: Path
) -> None:
    found = certification.transcript
    shuffled = random.Random(seed).sample(found.exchanges, len(found.exchanges))
    write(tmp_path / "t.jsonl", found.header, shuffled, found.footer)
    again = judged(contract, read(tmp_path / "t.jsonl"))
    assert again.to_json() == judged(contract, found).to_json()
    assert again.judgements == certification.result.judgements


def test_what_fails_is_told_alike_in_any_order(contract: Contract, certification: Certification) -> None:
    """Every third reply is an empty object, so that much fails, or cannot be told."""
    found = certification.transcript
    broken = [
        each if number % 3 or each.reply is None else replace(each, reply=replace(each.reply, status=200, body=b"{}"))
        for number, each in enumerate(found.exchanges)
    ]
    results = [
        judged(contract, Transcript(found.header, tuple(order), found.footer))
        for order in (broken, random.Random(7).sample(broken, len(broken)))
    ]
    assert results[0].exit_code == 1
    assert results[0].to_json() == results[1].to_json()


def test_the_end_replaces_what_was_written_by_the_same_lines(contract: Contract, mock_url: str, tmp_path: Path) -> None:
    evidence = Evidence(tmp_path, pytest.fail)
    target = Target(mock_url, key=DEFAULT_KEY)
    found = certify(contract, target, only=["chat.usage.*", "auth.*"], journal=evidence)
    evidence.close()
    came = (tmp_path / "transcript.jsonl").read_bytes().splitlines()
    write_report(found, tmp_path)
    header, *exchanges, footer = (tmp_path / "transcript.jsonl").read_bytes().splitlines()
    assert came[0] == header
    assert sorted(came[1:]) == sorted(exchanges)
    assert b"sha256" in footer


@pytest.mark.skipif(not mounts(), reason="this machine lets nobody mount a disk of one's own (unshare --mount)")
def test_a_full_disk_costs_the_report_and_not_the_run(mock_url: str, tmp_path: Path) -> None:
    """The disk has room for a part of the transcript: cause, cure and the verdict are said; what is left is judged."""
    (tmp_path / "disk").mkdir()
    certified = f"{sys.executable} -m inferproof certify {mock_url} --quick --only 'chat.*' --report disk/out"
    judges = f"{sys.executable} -m inferproof judge disk/out"
    script = f"mount -t tmpfs -o size=64k none disk && {{ {certified}; echo code $?; {judges}; echo code $?; }}"
    done = subprocess.run(
        [*ON_A_SMALL_DISK, script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "transcript.jsonl: cannot be written (No space left on device); make room on the disk" in done.stderr
    assert "The run goes on" in done.stderr
    assert "the report could not be written to disk/out" in done.stderr
    certifying, judging, *_ = done.stdout.split("code ")
    assert "conformant" in certifying
    assert judging.startswith("2\n")
    assert "its last line is torn" in judging or NO_END in judging
    assert done.stdout.rstrip().endswith("code 3")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", [["judge", "out"], ["catalogue", "list"]])
def test_an_output_that_takes_no_more_is_no_verdict(command: list[str], killed: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "inferproof", *command],
            cwd=killed,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.endswith(
        "inferproof: the output cannot be written (No space left on device); make room on the disk, or choose another "
        "place\n"
    )
    assert "Traceback" not in done.stderr
