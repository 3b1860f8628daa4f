"""What a run leaves behind stays until a run with the same `--report` replaces it, which is said."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from inferproof.cli.certifying import _this_command
from inferproof_mock.server import DEFAULT_KEY
from tests.command.running import inferproof


def test_a_report_that_is_replaced_is_named(tmp_path: Path, mock_url: str) -> None:
    arguments, key = ("certify", mock_url, "--only", "status.*", "--report", "out"), {"INFERPROOF_API_KEY": DEFAULT_KEY}
    assert "Replaced" not in inferproof(*arguments, folder=tmp_path, env=key).stderr
    with (tmp_path / "out" / "transcript.jsonl").open(encoding="utf-8") as file:
        started = json.loads(file.readline())["started"]
    assert f"Replaced the report of {started} in out" in inferproof(*arguments, folder=tmp_path, env=key).stderr


@pytest.mark.parametrize("report", [["--report", "out"], ["--report=out"]])
def test_the_line_that_runs_one_again_keeps_the_evidence(report: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["inferproof", "certify", "http://h", *report, "--only", "a.*", "--quick"])
    assert _this_command() == "inferproof certify http://h --quick"
