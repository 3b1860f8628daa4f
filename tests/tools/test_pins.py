"""constraints.txt pins all that pyproject.toml asks for by plain lines; what moves the pins says what it did."""

from __future__ import annotations

import re

import pytest

from tools import pins
from tools.requirements import every_requirement, lower_ends, normal, pythons

EACH = {"3.11": {"a": "1", "b": "1"}, "3.12": {"a": "1", "b": "2", "c": "1"}}
PINS = {"a": "1", 'b ; python_version == "3.11"': "1", 'b ; python_version == "3.12"': "2", "c": "1"}
LINES = ["a==1", 'b==1 ; python_version == "3.11"', 'b==2 ; python_version == "3.12"', "c==1"]


def lines() -> list[str]:
    return [line for line in pins.FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def test_each_line_is_a_name_and_a_version() -> None:
    odd = [line for line in lines() if not re.fullmatch(r'[a-z0-9-]+==[\w.!+]+( ; python_version == "3\.\d+")?', line)]
    assert not odd, f"constraints.txt has more than pins: {odd}; write it by `tox -e pins`"


def test_the_lines_are_those_that_the_command_writes() -> None:
    assert lines() == pins.lines(pins.read(pins.FILE))


@pytest.mark.parametrize("python", pythons())
def test_all_that_is_asked_for_is_pinned(python: str) -> None:
    asked = {normal(re.match(r"[\w.-]+", requirement)[0]) for requirement in every_requirement()}  # type: ignore[index]
    pinned = {key.partition(" ; ")[0] for key in pins.read(pins.FILE) if key.endswith(f'"{python}"') or ";" not in key}
    assert not asked - pinned, "write constraints.txt by `tox -e pins -- --keep`"


def test_pythons_that_differ_have_a_line_each() -> None:
    assert pins.merged(EACH) == PINS
    assert pins.lines(PINS) == LINES


def test_what_was_written_is_read_back() -> None:
    assert pins.parsed([*pins.HEAD.splitlines(), *LINES]) == PINS


def test_what_moved_came_and_went_is_said() -> None:
    assert pins.changes({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"}) == [
        "b 1 -> 2",
        "d 1 added",
        "c 1 removed",
    ]


def test_what_is_installed_and_not_pinned_so_is_said() -> None:
    assert pins.differences(PINS, {"a": "1", "b": "2", "pip": "9"}, "3.12") == []
    assert pins.differences(PINS, {"a": "2", "b": "2"}, "3.11") == [
        "a 2 is installed, and 1 is pinned",
        "b 2 is installed, and 1 is pinned",
    ]


def test_a_wrong_argument_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert pins.main(["--kep"]) == 2
    assert "--kep" in capsys.readouterr().err


def test_every_range_has_a_lower_end() -> None:
    ranged = [each for each in every_requirement() if not each.startswith("types-")]
    assert lower_ends().keys() == {normal(re.split(r"[^\w.-]", each)[0]) for each in ranged}
