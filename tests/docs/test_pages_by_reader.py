"""README.md and the page of each reader, followed from an empty folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from inferproof_mock.server import DEFAULT_KEY
from tests.docs.page import Reader

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
INSTALLS = os.environ.get("INFERPROOF_INSTALL") == "1"
"""Whether the pages' own installations are run, too; else this environment stands for the ones that they make."""

FIRST = "python3 -m venv .venv && .venv/bin/pip install --quiet . && "
"""How the first command of the README begins: it installs the checkout in which it is typed."""


def follow(page: Path, folder: Path, **stands_for: str) -> None:
    """`stands_for` are the URLs of the servers: `mine` is https://inference.example, `mock` is a mock of ours."""
    shown = {"sk-your-key": DEFAULT_KEY, "https://inference.example": stands_for.get("mine", "")}
    shown |= {"http://127.0.0.1:4010": stands_for.get("mock", ""), " --quiet . ": f" --quiet {ROOT} "}
    environment = {**os.environ, "INFERPROOF": str(ROOT), "COLUMNS": "100"}
    skips: tuple[str, ...] = ()
    if not INSTALLS:
        for name in (".venv", "isolated"):
            (folder / name).symlink_to(sys.prefix)
        shown = {FIRST: ""} | shown
        skips = ("python3 -m venv", ".venv/bin/pip", "isolated/bin/pip")
    Reader(folder, environment, shown, skips, figures_vary=True).follow(page)


def test_the_readme_does_what_it_says(tmp_path: Path, miscounting_url: str) -> None:
    follow(ROOT / "README.md", tmp_path, mine=miscounting_url)


def test_implementers_get_a_gate(tmp_path: Path, miscounting_url: str) -> None:
    follow(DOCS / "implementers.md", tmp_path, mine=miscounting_url)


def test_vendors_get_evidence(tmp_path: Path, mock_url: str) -> None:
    follow(DOCS / "vendors.md", tmp_path, mine=mock_url)


def test_app_developers_get_a_mock(tmp_path: Path, mock_url: str) -> None:
    follow(DOCS / "app-developers.md", tmp_path, mock=mock_url)
