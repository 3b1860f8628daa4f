"""`inferproof --help` says of each command what it does, in one whole line."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferproof.cli import main
from inferproof.cli.group import COMMANDS
from inferproof_reference import server
from tests.command.running import inferproof


def test_no_line_is_cut(tmp_path: Path) -> None:
    lines = inferproof("--help", folder=tmp_path).stdout.partition("Commands:\n")[2].splitlines()
    assert len(lines) == len(COMMANDS)
    assert [line for line in lines if not line.endswith(".") or line.endswith("...")] == []


def test_serve_without_its_extras_names_them_before_it_makes_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    monkeypatch.setattr(server, "find_spec", lambda name: None)
    done = CliRunner().invoke(main, ["serve", "--upstream", "http://127.0.0.1:9"])
    assert done.exit_code == 2
    assert "the key is" not in done.output
    assert "pip install 'inferproof[serve]', or in a checkout pip install '.[serve]'" in done.output
