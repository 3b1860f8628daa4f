"""`inferproof` as a child process: what it printed, how it ended, and how much memory it took."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.proof.hostile import measured

HANGS = 300.0
"""Seconds after which what has not ended hangs: a busy machine is no fault, and a run takes five on a calm one."""


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
    meanwhile: Callable[[subprocess.Popen[bytes]], None] = lambda child: None,
    module: str = "inferproof",
) -> Ended:
    """Run it in `folder`, where it finds no target file but its own. A child that hangs is killed and fails the test.

    `meanwhile` is called with the child once it runs.
    """
    known = {name: value for name, value in os.environ.items() if not name.startswith(("INFERPROOF", "COV_"))}
    path, memory = folder / ".output", folder / ".memory"
    with path.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, measured.__file__, str(memory), module, *arguments],
            cwd=folder,
            env=known | (env or {}),
            stdout=output,
            stderr=output,
        )
        killer = threading.Timer(HANGS, child.kill)
        killer.start()
        try:
            meanwhile(child)
            child.wait()
        finally:
            killer.cancel()
    text = path.read_text(encoding="utf-8", errors="replace")
    peak_kib = int(memory.read_text()) if memory.exists() else 0
    path.unlink()
    memory.unlink(missing_ok=True)
    assert child.returncode != -9, f"it did not end within {HANGS:.0f} s: {text}"
    return Ended(child.returncode, text, peak_kib // 1024)
