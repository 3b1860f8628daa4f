"""Follows a page of the documentation as its reader would: writes its files, runs its commands, compares the output."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

FENCE = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANYTHING = "…"
FIGURE = re.compile(r"\d[\d,.]*(?<=\d)")
"""A number as runs print it: how many requests, how many seconds, which port."""


@dataclass(frozen=True)
class Block:
    """A fenced block. `note` is what follows the language: a file's name, `fails`, `in another terminal`.

    A block of `console` is run, one of `text` is what it printed, one with a file's name is that file.
    """

    language: str
    note: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    for language, note, text in FENCE.findall(page.read_text(encoding="utf-8")):
        yield Block(language, note, text)


class Reader:
    """Follows a page in an empty folder. `stands_for` replaces addresses; `skips` are commands done in another way.

    Where `figures_vary`, a number of the page stands for any number: it is shown as it was once printed.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        stands_for: Mapping[str, str],
        skips: tuple[str, ...],
        *,
        figures_vary: bool = False,
    ) -> None:
        self._folder, self._stands_for, self._skips = folder, stands_for, skips
        self._environment = dict(environment)
        self._figures_vary = figures_vary
        self._printed = ""

    def follow(self, page: Path) -> None:
        for block in blocks(page):
            text = block.text
            for shown, real in self._stands_for.items():
                text = text.replace(shown, real)
            if block.language == "console":
                if block.note != "in another terminal":
                    self._run(text, fails=block.note == "fails")
            elif block.language == "text":
                self._compare(text)
            elif block.note:
                (self._folder / block.note).write_text(text, encoding="utf-8")

    def _run(self, commands: str, *, fails: bool) -> None:
        """Run each line. Where the block `fails`, its last command does, and no other."""
        self._printed = ""
        lines = [line for line in commands.replace("\\\n", "").splitlines() if not line.startswith(self._skips)]
        for line in lines:
            if line.startswith("export "):
                self._export(line)
                continue
            done = subprocess.run(
                ["bash", "-c", line],
                cwd=self._folder,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=600,
                check=False,
            )
            self._printed += done.stdout
            assert (done.returncode != 0) is (fails and line is lines[-1]), f"{line}\n{done.stdout}"

    def _export(self, line: str) -> None:
        self._environment |= {"PWD": str(self._folder)}
        for word in shlex.split(line)[1:]:
            name, _, value = word.partition("=")
            self._environment[name] = Template(value).safe_substitute(self._environment)

    def _compare(self, shown: str) -> None:
        """Each line of the page is a line that was printed, in the same order; `…` stands for anything."""
        printed = iter(self._printed.splitlines())
        for line in shown.splitlines():
            pattern = ".*".join(self._pattern(part) for part in line.strip().split(ANYTHING))
            found = any(re.fullmatch(pattern, each.strip()) for each in printed)
            assert found, f"not printed, or not in this order: {line}\n--- printed:\n{self._printed}"

    def _pattern(self, part: str) -> str:
        if not self._figures_vary:
            return re.escape(part)
        return FIGURE.pattern.join(re.escape(between) for between in FIGURE.split(part))
