"""The judge as a command of its own, in an interpreter of choice, and what it brought back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inferproof_mock.server import DEFAULT_KEY

if TYPE_CHECKING:
    from tests.proof.findings.verdicts.finding import Finding

USAGE = 2
PATIENCE_S = 420


@dataclass(frozen=True)
class Seen:
    """`files` are those that the command wrote into its folder, by name; `result` is that of its report."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    result: dict[str, Any] | None = None
    files: dict[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        return self.stdout + self.stderr

    @property
    def interrupted(self) -> str:
        return str((self.result or {}).get("interrupted") or "")

    @property
    def ending(self) -> str:
        """Why there is no verdict."""
        if self.interrupted:
            return f"incomplete: {self.interrupted}"
        last = self.stderr.strip().splitlines()[-1:] or self.stdout.strip().splitlines()[-1:]
        return f"exit code {self.code}: {' '.join(last)[:160]}"

    def rows(self, outcome: str) -> Iterator[dict[str, Any]]:
        return (row for row in (self.result or {}).get("requirements", ()) if row["outcome"] == outcome)

    def outcome(self, id: str) -> str:
        rows = (self.result or {}).get("requirements", ())
        return next((str(row["outcome"]) for row in rows if row["id"] == id), self.ending)


@dataclass(frozen=True)
class Judge:
    """`path` is the PYTHONPATH of the interpreter; an installed release has none."""

    python: str
    path: str = ""

    def __call__(self, finding: Finding, url: str, folder: Path) -> Seen:
        """Judge the server at the URL as the finding says; `folder` is empty, and where the command runs."""
        seen = self._run(finding, url, folder, newer=True)
        if seen.code == USAGE and finding.newer:  # a release that does not know these lines
            return self._run(finding, url, folder, newer=False)
        return seen

    def _run(self, finding: Finding, url: str, folder: Path, *, newer: bool) -> Seen:
        if text := finding.target_file(newer=newer):
            (folder / "inferproof.toml").write_text(text, encoding="utf-8")
        started = time.monotonic()
        try:
            done = subprocess.run(
                self._command(finding, url),
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                cwd=folder,
                env=self._environment(),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Seen(-1, "", f"no end within {PATIENCE_S} s", PATIENCE_S)
        seconds = time.monotonic() - started
        report = folder / "out" / "result.json"
        result = json.loads(report.read_text(encoding="utf-8")) if report.is_file() else None
        files = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.is_file()}
        return Seen(done.returncode, done.stdout, done.stderr, seconds, result, files)

    def _command(self, finding: Finding, url: str) -> list[str]:
        module = ["-c", f"{finding.bug}\nfrom inferproof.__main__ import run\nrun()"] if finding.bug else []
        start = [self.python, *(module or ["-m", "inferproof"]), finding.command, url, *finding.arguments]
        if finding.command != "certify":
            return start
        only = [word for glob in finding.only for word in ("--only", glob)]
        return [*start, "--report", "out", *only, *([] if finding.generated else ["--quick"])]

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("INFERPROOF")}
        clean.pop("PYTHONPATH", None)
        path = {"PYTHONPATH": self.path} if self.path else {}
        return clean | path | {"INFERPROOF_API_KEY": DEFAULT_KEY, "COLUMNS": "120"}


TODAY = Judge(sys.executable, os.environ.get("PYTHONPATH", ""))
"""That of this tree."""
