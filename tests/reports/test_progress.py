"""What a person sees before the verdict."""

from __future__ import annotations

import pytest

from inferproof.certify.budget import Estimate
from inferproof.certify.plan import Plan
from inferproof.reports.progress import watch
from inferproof.requirements import CATALOGUE


def test_where_there_is_no_terminal_a_line_says_that_sending_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    one = next(iter(CATALOGUE.values()))
    with watch() as progress:
        progress.planned(Plan((one,), ()), Estimate(1, 0, None))
        progress.noted("the server allows about 60 requests a minute: 91 minutes left")
        progress.judging(5436)
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "1 requirement: 1 request, at most 0 completion tokens",
        "the server allows about 60 requests a minute: 91 minutes left",
        "judging 5436 exchanges",
    ]
