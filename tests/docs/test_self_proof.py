"""The self-proof page is written by `tox -e self-proof`, section by section."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferproof.document import load
from tests.proof.broken_servers import of_contract
from tools.pages.self_proof import PAGE, write_section


def test_the_page_tells_of_every_live_mutant() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [each.name for each in of_contract(load("inflection")).values() if f"| {each.sentence} |" not in page]
    assert not missing, f"{PAGE.name} is older than {', '.join(missing)}: run `tox -e self-proof`"


def test_a_section_is_replaced_and_the_rest_is_left(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- a: begin -->\nold\n<!-- a: end -->\nafter\n", encoding="utf-8")
    write_section("a", r"new \1", page)
    assert page.read_text(encoding="utf-8") == "before\n<!-- a: begin -->\nnew \\1\n<!-- a: end -->\nafter\n"


def test_a_section_that_is_not_there_is_named(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="no section 'a'"):
        write_section("a", "", page)
