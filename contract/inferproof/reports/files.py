"""What a run leaves in its report folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

from inferproof.certify.certify import Certification
from inferproof.wire import transcript as transcripts
from inferproof.wire.transcript import TranscriptError

RESULT, TRANSCRIPT = "result.json", "transcript.jsonl"

LONGEST_HEADER = 1_000_000
"""Characters of a transcript's first line that are read to see when its run started."""


def started(folder: Path) -> str | None:
    """When the run started whose report lies in the folder, as its transcript says; None where there is no report."""
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


def write_report(certification: Certification, folder: Path) -> None:
    """`result.json` and `transcript.jsonl`, each written whole or not at all. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    found = certification.transcript
    transcripts.write(folder / TRANSCRIPT, found.header, found.exchanges, found.footer)
    _replace(folder / RESULT, json.dumps(certification.result.to_json(), indent=2, ensure_ascii=False) + "\n")


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(text.encode("utf-8", "backslashreplace"))  # half a surrogate pair, as JSON escapes it
    draft.replace(path)
