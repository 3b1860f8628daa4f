"""Follows a page of the documentation as its reader would: writes its files, runs its commands, compares the output."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANYTHING = "…"


@dataclass(frozen=True)
class Block:
    """A fenced block. `note` is what follows the language: a file's name, `fails`, `in another terminal`."""

    language: str
    note: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    for language, note, text in FENCE.findall(page.read_text(encoding="utf-8")):
        yield Block(language, note, text)


class Reader:
    """Follows a page in an empty folder. `stands_for` replaces addresses; `skips` are commands done in another way."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], stands_for: Mapping[str, str], skips: tuple[str, ...]
    ) -> None:
        self._folder, self._stands_for, self._skips = folder, stands_for, skips
        self._environment = dict(environment)
        self._printed = ""

    def follow(self, page: Path) -> None:
        for block in blocks(page):
            text = block.text
            for shown, real in self._stands_for.items():
                text = text.replace(shown, real)
            if block.language == "python":
                (self._folder / block.note).write_text(text, encoding="utf-8")
            elif block.language == "console" and block.note != "in another terminal":
                self._run(text, fails=block.note == "fails")
            elif block.language == "text":
                self._compare(text)

    def _run(self, commands: str, *, fails: bool) -> None:
        self._printed = ""
        for line in commands.splitlines():
            if line.startswith("export "):
                name, _, value = shlex.split(line)[1].partition("=")
                self._environment[name] = value
            elif not line.startswith(self._skips):
                done = subprocess.run(
                    ["bash", "-c", line],
                    cwd=self._folder,
                    env=self._environment,
                    capture_output=True,
                    text=True,
                    timeout=300,
                    check=False,
                )
                self._printed += done.stdout
                assert (done.returncode != 0) is fails, f"{line}\n{done.stdout}\n{done.stderr}"

    def _compare(self, shown: str) -> None:
        """Each line of the page is a line that was printed, in the same order; `…` stands for anything."""
        printed = iter(self._printed.splitlines())
        for line in shown.splitlines():
            pattern = ".*".join(re.escape(part) for part in line.strip().split(ANYTHING))
            found = any(re.fullmatch(pattern, each.strip()) for each in printed)
            assert found, f"not printed, or not in this order: {line}\n--- printed:\n{self._printed}"
