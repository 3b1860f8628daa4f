"""action.yml: its structure, and its shell steps run here as a runner would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from inferproof.certify.result import EXIT_CODES, Verdict
from inferproof.front.serve import running
from inferproof_mock.server import DEFAULT_KEY

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
INSTALLS = os.environ.get("INFERPROOF_INSTALL") == "1"
"""Whether the step that installs is run, too; else this environment stands for the one that it makes."""


@pytest.fixture
def bare_url() -> Iterator[str]:
    """A server that answers everything with 404."""

    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    with running(nothing) as url:
        yield url


class Runner:
    """Runs the steps in a folder, as GitHub's does: inputs through `env`, outputs through a file."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        self.temp = folder / "temp"
        self._output = folder / "output"
        for made in (self.workspace, self.temp):
            made.mkdir()

    def run(self, key: str = DEFAULT_KEY, **inputs: str) -> subprocess.CompletedProcess[str]:
        self._output.write_text("")
        given = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()} | inputs
        context = {"github.action_path": str(ROOT)} | {f"inputs.{name}": value for name, value in given.items()}
        for step in STEPS:
            installed = self.temp / "inferproof"
            if step is STEPS[0] and (installed.exists() or not INSTALLS):
                if not installed.exists():
                    installed.symlink_to(sys.prefix)
                continue
            own = {name: re.sub(r"\$\{\{ (.+?) \}\}", lambda m: context[m[1]], v) for name, v in step["env"].items()}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.workspace,
                env={
                    **os.environ,
                    "INFERPROOF_API_KEY": key,
                    "RUNNER_TEMP": str(self.temp),
                    "GITHUB_OUTPUT": str(self._output),
                    **own,
                },
                capture_output=True,
                text=True,
                timeout=500,
                check=False,
            )
            if done.returncode:
                break
        return done

    @property
    def outputs(self) -> dict[str, str]:
        pairs = (line.partition("=") for line in self._output.read_text().splitlines())
        return {name: value for name, _, value in pairs}


def test_it_is_a_composite_action_that_uses_nobody_elses() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in STEPS:
        assert step["shell"] == "bash"
        assert "uses" not in step
    assert set(ACTION["inputs"]) == {"url", "target", "contract", "api-key-env", "strict", "report"}
    assert set(ACTION["outputs"]) == {"verdict"}
    for each in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert each["description"]


def test_no_input_is_pasted_into_a_script() -> None:
    for step in STEPS:
        assert "${{" not in step["run"]
    passed = {value for step in STEPS for value in step["env"].values()}
    assert {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]} <= passed


def test_its_verdicts_are_those_of_the_exit_codes() -> None:
    said = dict(re.findall(r'(\d)\) verdict="([^"]+)"', STEPS[1]["run"]))
    assert {int(code): verdict for code, verdict in said.items()} == {
        code: verdict.value for verdict, code in EXIT_CODES.items() if verdict is not Verdict.KNOWN
    }


def test_a_good_server_is_conformant(tmp_path: Path, mock_url: str) -> None:
    runner = Runner(tmp_path)
    done = runner.run(url=mock_url, strict="true", report="a report")
    assert done.returncode == 0, done.stdout + done.stderr
    assert runner.outputs == {"verdict": "conformant"}
    assert (runner.workspace / "a report" / "result.json").is_file()
    assert DEFAULT_KEY not in done.stdout + done.stderr


@pytest.mark.parametrize(("code", "verdict"), [(1, "not conformant"), (3, "incomplete"), (130, "none")])
def test_the_step_fails_as_the_command_does(tmp_path: Path, code: int, verdict: str) -> None:
    runner = Runner(tmp_path)
    command = tmp_path / "temp" / "inferproof" / "bin" / "inferproof"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\nexit {code}\n")
    command.chmod(0o755)
    done = runner.run(url="http://127.0.0.1:1")
    assert (done.returncode, runner.outputs) == (code, {"verdict": verdict})


def test_a_target_file_that_is_wrong_is_named(tmp_path: Path, mock_url: str) -> None:
    runner = Runner(tmp_path)
    (runner.workspace / "it's mine.toml").write_text("[capabilities]\ntool = 'none'\n")
    done = runner.run(url=mock_url, target="it's mine.toml")
    assert (done.returncode, runner.outputs) == (2, {"verdict": "none"})
    assert "it's mine.toml: unknown capability" in done.stderr


def test_a_key_variable_that_is_not_set_is_named(tmp_path: Path, mock_url: str) -> None:
    runner = Runner(tmp_path)
    done = runner.run(url=mock_url, **{"api-key-env": "NOT_SET_ANYWHERE"})
    assert (done.returncode, runner.outputs) == (2, {"verdict": "none"})
    assert "NOT_SET_ANYWHERE is not set" in done.stderr


def test_another_server_has_no_verdict(tmp_path: Path, bare_url: str) -> None:
    runner = Runner(tmp_path)
    assert runner.run(url=bare_url).returncode == 2
    assert runner.outputs == {"verdict": "none"}


def test_an_empty_url_never_certifies_the_mock(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    done = runner.run(url="")
    assert (done.returncode, runner.outputs) == (2, {"verdict": "none"})
    assert "::error::" in done.stdout
