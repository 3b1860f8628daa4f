"""The command as a person runs it: in a folder, with no variable of ours set but those given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def inferproof(*arguments: str, folder: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INFERPROOF")}
    return subprocess.run(
        [sys.executable, "-m", "inferproof", *arguments],
        capture_output=True,
        text=True,
        timeout=300,  # a busy machine is no fault
        cwd=folder,
        env=clean | (env or {}),
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    """It ended with exit code 2 and these words, and without a traceback."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr + done.stdout
    for words in said:
        assert words in done.stderr, done.stderr
