"""A certificate says in black and white what a static mock cannot do."""

from __future__ import annotations

import pytest

from inferproof.certify.result import Result, Verdict
from inferproof.judge.judge import Outcome
from inferproof_mock import prism
from tools.pages import prism as report

ENDS_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def result(way: prism.Way, image_name: str) -> Result:
    return report.certified(way, image_name)


def test_prism_is_not_conformant_and_the_judge_does_not_stumble(result: Result) -> None:
    assert result.verdict is Verdict.NOT_CONFORMANT
    assert result.having(Outcome.HARNESS_ERROR) == []
    assert result.seconds < ENDS_WITHIN_S


def test_whatever_the_page_says_is_missing_is_missing(result: Result, way: prism.Way) -> None:
    if way == "npx":
        pytest.skip("the page is about the image; npx takes the newest Prism that this machine's Node.js can run")
    failing = {judgement.requirement.id for judgement in result.having(Outcome.FAIL)}
    said = report.listed(report.PAGE.read_text(encoding="utf-8"))
    assert said, "the report is empty; `tox -e prism-report` writes it"
    assert said <= failing, "the report is out of date; `tox -e prism-report` writes it anew"
