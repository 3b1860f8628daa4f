"""docs/pytest-and-schemathesis.md, followed from an empty folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.docs.page import Reader

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "pytest-and-schemathesis.md"
INSTALLS = os.environ.get("INFERPROOF_INSTALL") == "1"
"""Whether the page's own installation is run, too; else this environment stands for the one that it makes."""


def test_the_page_does_what_it_says(tmp_path: Path, mock_url: str, miscounting_url: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    environment = {**os.environ, "INFERPROOF": str(ROOT), "COLUMNS": "80"}
    skips: tuple[str, ...] = ()
    if not INSTALLS:
        (folder / ".venv").symlink_to(sys.prefix)
        skips = ("python3 -m venv", ".venv/bin/pip install")
    stands_for = {"http://127.0.0.1:4010": mock_url, "http://127.0.0.1:4011": miscounting_url}
    Reader(folder, environment, stands_for, skips).follow(PAGE)
