"""`inferproof … | head -1`: a reader that has seen enough changes no verdict."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inferproof_mock.server import DEFAULT_KEY


def unread(*arguments: str, folder: Path, errors_too: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the command with a pipe for its output that nobody reads."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INFERPROOF")}
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [sys.executable, "-m", "inferproof", *arguments],
            stdout=writer,
            stderr=writer if errors_too else subprocess.PIPE,
            text=True,
            timeout=120,
            cwd=folder,
            env=clean | {"INFERPROOF_API_KEY": DEFAULT_KEY},
            check=False,
        )
    finally:
        os.close(writer)


@pytest.mark.parametrize("errors_too", [False, True], ids=["standard output", "both"])
def test_a_certification_ends_with_its_verdict(errors_too: bool, mock_url: str, tmp_path: Path) -> None:
    only = ["--quick", "--only", "status.*"]
    done = unread("certify", mock_url, *only, "--report", "out", folder=tmp_path, errors_too=errors_too)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "result.json").is_file()
    assert errors_too or "Error" not in done.stderr
    again = unread("judge", str(tmp_path / "out" / "transcript.jsonl"), folder=tmp_path, errors_too=errors_too)
    assert again.returncode == 0, again.stderr


def test_any_other_command_ends_as_a_shell_expects(tmp_path: Path) -> None:
    done = unread("catalogue", "list", folder=tmp_path)
    assert (done.returncode, done.stderr) == (128 + 13, "")
