"""`inferproof serve --model tiny` as a process: it answers, and however it ends, nothing of it is left. Needs vLLM."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

from tests.reference.metrics import is_there, processes
from tests.reference.vllm import MISSING, PYTHON, has_vllm

pytestmark = pytest.mark.skipif(not has_vllm(), reason=MISSING)

COMMAND = [sys.executable, "-m", "inferproof", "serve", "--model", "tiny", "--python", PYTHON, "--port", "0"]
GONE_WITHIN_S = 30.0


@contextlib.contextmanager
def serving(until: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, and the first line that it said with `until` in it."""
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, next(line for line in process.stdout if until in line)
        finally:
            process.kill()


def test_it_serves_and_leaves_nothing_behind_when_it_is_killed() -> None:
    with serving("Ctrl-C") as (process, line):
        url = line.split()[2]
        with urllib.request.urlopen(f"{url}/status") as reply:
            assert reply.status == 200
        engines = processes(process.pid)
        assert sum("EngineCore" in command for command in engines.values()) == 2
        process.kill()
        wait_until_gone(engines)


def test_it_can_be_stopped_while_its_engines_start() -> None:
    with serving("starting the engine") as (process, _):
        engines = processes(process.pid)
        process.terminate()
        assert process.wait(GONE_WITHIN_S) == 0
        wait_until_gone(engines)


def wait_until_gone(group: dict[int, str]) -> None:
    assert group
    end = time.monotonic() + GONE_WITHIN_S
    while any(is_there(process) for process in group):
        assert time.monotonic() < end, {process: group[process] for process in group if is_there(process)}
        time.sleep(0.05)
