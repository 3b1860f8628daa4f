"""The sheet on the code has a key, and the key names what is there: who moves a file moves it here, too."""

from __future__ import annotations

import re
from pathlib import Path

from tests.reading.code import RIGHT, SHEET

ROOT = Path(__file__).parents[2]


def test_every_question_has_its_answer() -> None:
    asked = re.findall(r"^(\d+)\. ", SHEET.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(number) for number in asked] == list(RIGHT)


def test_every_answer_names_what_is_there() -> None:
    named = {name for files in RIGHT.values() for name in files}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
