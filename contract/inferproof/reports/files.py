"""What a run leaves in its report folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inferproof import writing
from inferproof.certify.certify import Certification, Journal
from inferproof.certify.result import Result
from inferproof.certify.target import DEFAULT_KEY_VARIABLE
from inferproof.reports.curl import curl
from inferproof.wire import transcript as transcripts
from inferproof.wire.exchange import Exchange
from inferproof.wire.transcript import TranscriptError

RESULT, TRANSCRIPT = "result.json", "transcript.jsonl"

LONGEST_HEADER = 1_000_000
"""Characters of a transcript's first line that are read to see when its run started."""


def started(folder: Path) -> str | None:
    """When the run started whose report lies in the folder, as its transcript says; None where there is no report."""
    if not (folder / TRANSCRIPT).is_file():  # a pipe would be waited for
        return None
    try:
        with (folder / TRANSCRIPT).open(encoding="utf-8") as file:
            header = json.loads(file.readline(LONGEST_HEADER))
        return str(header["started"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def transcript_at(path: Path) -> Path:
    """The transcript that a path means: in a folder the one inside. Raises TranscriptError for a `result.json`."""
    if path.is_dir():
        inside = path / TRANSCRIPT
        if not inside.is_file():
            raise TranscriptError(f"{path}: there is no {TRANSCRIPT} in it; `inferproof certify --report` writes one")
        return inside
    if path.suffix == ".json" and _is_result(path):
        beside = path.with_name(TRANSCRIPT)
        cure = f"give {beside}" if beside.is_file() else f"give the {TRANSCRIPT} that was written beside it"
        raise TranscriptError(f"{path}: is the result of a run, not its transcript; {cure}")
    return path


def _is_result(path: Path) -> bool:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and {"inferproof", "verdict", "requirements"} <= content.keys()


def check_report(folder: Path) -> None:
    """See before a run that its report can be written. Raises CannotWrite."""
    writing.check_writable(folder, RESULT, TRANSCRIPT)


class Evidence(Journal):
    """The transcript in a report's folder, if there is one, while the run is under way: what a kill leaves of it.

    A disk that takes no more costs this file, not the run: `noted` is told once, with the cause and the cure.
    """

    def __init__(self, folder: Path | None, noted: Callable[[str], None]) -> None:
        self._folder, self._noted = folder, noted
        self._file: transcripts.Journal | None = None

    def begin(self, header: Mapping[str, Any]) -> None:
        """The run has something to record: the report of an earlier one goes."""
        if self._folder is None:
            return
        with self._telling():
            writing.make_folder(self._folder)
            writing.remove(self._folder / RESULT)
            self._file = transcripts.Journal(self._folder / TRANSCRIPT, header)

    def add(self, exchange: Exchange) -> None:
        if self._file is not None:
            with self._telling():
                self._file.add(exchange)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except writing.CannotWrite as error:
            self.close()
            self._noted(f"{error}. The run goes on; its report is tried again at its end")


def write_report(certification: Certification, folder: Path) -> None:
    """`result.json` and `transcript.jsonl`, each written whole or not at all. Raises OSError."""
    writing.make_folder(folder)
    found = certification.transcript
    transcripts.write(folder / TRANSCRIPT, found.header, found.exchanges, found.footer)
    writing.write(folder / RESULT, json.dumps(_content(certification.result), indent=2, ensure_ascii=False) + "\n")


def _content(result: Result) -> dict[str, Any]:
    """The result, and for each cause the whole curl line of its example."""
    content, key_variable = result.to_json(), str(result.target.get("key_variable", DEFAULT_KEY_VARIABLE))
    for said, cause in zip(content["causes"], result.causes, strict=True):
        said["example"]["curl"] = curl(cause.example.exchange, str(result.target["url"]), key_variable)
    return content
