"""What holds of every page: its lines are short, its links lead somewhere, the index has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click import Context

from inferproof.cli import main
from inferproof.wire.transcript import FORMAT

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = ("contracts.md", "foreign.md", "requirements.md", "self-proof.md", "stock-vllm.md")
GENERATED += ("stock-vllm-io-intelligence.md",)
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
BY_HAND = [page for page in PAGES if page.name not in (*GENERATED, "CHANGELOG.md")]
WIDTH = 120
WORDS_OF_THE_CODE = "| `streaming.continuous-usage` |"
"""A row of a table that `test_target_file.py` compares with the code."""
REPORT = re.compile(r"<!-- report: begin -->.*?<!-- report: end -->\n", re.DOTALL)
"""A part of a page that a command writes."""


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: page.name)
def test_no_line_is_longer_than_a_screen(page: Path) -> None:
    lines = REPORT.sub("", page.read_text(encoding="utf-8")).splitlines()
    assert [line for line in lines if len(line) > WIDTH and not line.startswith(WORDS_OF_THE_CODE)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_readme_fits_on_a_page() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 60


def test_the_index_has_every_page() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in DOCS.glob("*.md") if page.name != "index.md" and f"]({page.name})" not in index] == []


def test_the_index_has_every_command() -> None:
    shown = re.findall(r"^\| `inferproof ([\w-]+)", (DOCS / "index.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(shown) == sorted(main.list_commands(Context(main)))


def test_the_page_of_versions_has_the_format_of_today() -> None:
    assert f"`format`, a whole number; today it is {FORMAT}." in (DOCS / "versions.md").read_text(encoding="utf-8")


def headings(page: Path) -> Iterator[str]:
    """Their anchors, as GitHub makes them."""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            yield re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: page.name)
def test_every_anchor_is_a_heading(page: Path) -> None:
    for link, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            assert anchor in headings(page.parent / link if link else page), f"{link}#{anchor}"
