"""Print the summaries of three red runs into a folder: `python -m tests.reading.red_runs FOLDER`.

Each is what `inferproof certify` prints of a server with several defects, or of a healthy one that is badly described.
`RIGHT` has what a good answer to each question of `questions.md` contains.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from inferproof.document import load
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.proof.broken_servers import load_all
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers.reply import Reply, Request
from tests.proof.legal_servers.server import Mock, serving


class RedRun(NamedTuple):
    """`defects` are broken servers that are one here; `target` is its target file; `right` the answers' gist."""

    name: str
    defects: tuple[str, ...]
    target: str
    right: tuple[str, ...]


RUNS = (
    RedRun(
        "a-gateway-that-validates-nothing",
        ("nothing_is_validated", "usage_is_forgotten", "created_is_in_milliseconds"),
        "",
        (
            "bodies that the document forbids are answered 200",
            "the server's",
            "the published schema of the request: MUST",
            "the request of the first cause, with its curl line or `inferproof replay`",
            "validate bodies; until then `certify --write-known`, which prints conformant but for N known",
        ),
    ),
    RedRun(
        "a-server-that-crashes",
        ("bad_requests_crash_it", "stop_is_dropped", "the_key_is_echoed"),
        "",
        (
            "bad requests are answered 500",
            "the server's",
            "the document's own status for a body that it forbids: MUST",
            "the request of the first cause, with its curl line or `inferproof replay`",
            "answer 422; the stop string and the key in an error are causes of their own",
        ),
    ),
    RedRun(
        "a-target-file-that-says-too-much",
        (),
        '[known]\n"stream.usage.once" = {reason = "the old gateway repeats the usage", until = 2026-03-31}\n'
        '[capabilities]\n"tools.auto" = "the model never calls of its own accord"\n',
        (
            "no requirement fails: an entry of [known] is past its date, or passes again",
            "the target file's",
            "no sentence of the document: what the target file says of known gaps",
            "no request: the line of the target file is named",
            "remove the line that is named; the server conforms",
        ),
    ),
)


class _Together:
    """The edits of several broken servers, one after the other."""

    def __init__(self, names: Sequence[str]) -> None:
        self._mutants = [load_all()[name] for name in names]
        self._edits = [each.start() for each in self._mutants]

    def ask(self, request: Request) -> Request:
        for edit in self._edits:
            request = edit.ask(request) if hasattr(edit, "ask") else request
        return request

    def __call__(self, reply: Reply) -> None:
        for mutant, edit in zip(self._mutants, self._edits, strict=True):
            if mutant.of(reply):
                edit(reply)


def summary(run: RedRun, folder: Path) -> str:
    """The command and what it prints, with its exit code."""
    variant = Variant(run.name, "Several defects at once.", _Together(run.defects), lambda reply: True)
    with serving(Mock(mock(load("inflection"), keys=(DEFAULT_KEY,))), variant) as server:
        (folder / "inferproof.toml").write_text(f'url = "{server.url}"\n{run.target}', encoding="utf-8")
        command = ["certify", "--quick", "--report", "out"]
        printed = subprocess.run(
            [sys.executable, "-m", "inferproof", *command],
            cwd=folder,
            env={**os.environ, "INFERPROOF_API_KEY": DEFAULT_KEY, "COLUMNS": "140"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return f"$ inferproof {' '.join(command)}\n{printed.stdout}\n(exit code {printed.returncode})\n"


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m tests.reading.red_runs FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    for run in RUNS:
        with tempfile.TemporaryDirectory() as own:
            text = summary(run, Path(own))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{run.name}.txt").write_text(text, encoding="utf-8")
        print(f"{folder / run.name}.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
