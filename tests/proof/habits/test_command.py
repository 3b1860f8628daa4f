"""`inferproof mock --habit`: which habits there are, and which there is not."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from inferproof.document import load
from inferproof_mock.habits import habits_of
from tests.command.running import inferproof, refused
from tests.conftest import FIRST

PAGE = Path(__file__).parents[3] / "docs" / "habits.md"


def test_the_list_has_every_habit_with_what_allows_it(tmp_path: Path) -> None:
    done = inferproof("mock", "--habit", "list", folder=tmp_path)
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == list(habits_of(load(FIRST)))
    assert sum(line.startswith("    Allowed: ") for line in lines) == len(habits_of(load(FIRST)))
    assert "    A target of it declines sampling.n." in lines


def test_a_habit_that_there_is_not(tmp_path: Path) -> None:
    refused(inferproof("mock", "--habit", "n-is-at-most-5", folder=tmp_path), "n-is-at-most-5", "n-is-at-most-4")


def test_the_page_names_habits_that_there_are() -> None:
    words = PAGE.read_text(encoding="utf-8").split()
    named = [after for word, after in pairwise(words) if word == "--habit"]
    assert set(named) - {"list"} <= habits_of(load(FIRST)).keys()
    assert len(named) > 2
