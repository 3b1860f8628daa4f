"""`inferproof` as a child process: what it printed, how it ended, and how much memory it took."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROOF = bool(os.environ.get("INFERPROOF_PROOF"))
"""The whole self-proof is wanted, which takes minutes."""


@dataclass(frozen=True)
class Ended:
    code: int
    output: str
    """Standard output and standard error."""
    peak_mib: int


def inferproof(
    *arguments: str,
    folder: Path,
    env: dict[str, str] | None = None,
    seconds: float = 60,
    meanwhile: Callable[[subprocess.Popen[bytes]], None] = lambda child: None,
    module: str = "inferproof",
) -> Ended:
    """Run it in `folder`, where it finds no target file but its own. A child that hangs is killed and fails the test.

    `meanwhile` is called with the child once it runs.
    """
    known = {name: value for name, value in os.environ.items() if not name.startswith(("INFERPROOF", "COV_"))}
    path = folder / ".output"
    with path.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            env=known | (env or {}),
            stdout=output,
            stderr=output,
        )
        killer = threading.Timer(seconds, child.kill)
        killer.start()
        try:
            meanwhile(child)
            _, status, usage = os.wait4(child.pid, 0)
        finally:
            killer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    text = path.read_text(encoding="utf-8", errors="replace")
    path.unlink()
    assert child.returncode != -9, f"it did not end within {seconds} s: {text}"
    return Ended(child.returncode, text, usage.ru_maxrss // 1024)
