"""What a run leaves in its report folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

from inferproof.certify.certify import Certification
from inferproof.wire import transcript as transcripts

RESULT, TRANSCRIPT = "result.json", "transcript.jsonl"


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
