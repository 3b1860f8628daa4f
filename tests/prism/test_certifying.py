"""A certificate says in black and white what a static mock cannot do."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from inferproof.certify.certify import certify
from inferproof.certify.result import Result, Verdict
from inferproof.certify.target import Target
from inferproof.document import load
from inferproof.document.prism import for_prism
from inferproof.requirements.judge import Outcome
from inferproof_mock import prism

PAGE = Path(__file__).parents[2] / "docs" / "prism.md"
ENDS_WITHIN_S = 60.0


@pytest.fixture(scope="module", params=["docker", "npx"])
def certified(request: pytest.FixtureRequest) -> tuple[Result, float]:
    """The result of a certification of Prism, and the seconds that it took."""
    way: prism.Way = request.param
    image = str(request.getfixturevalue("image")) if way == "docker" else prism.IMAGE
    if way == "npx":
        request.getfixturevalue("npx")
    contract = load("inflection")
    with prism.serving(for_prism(contract), port=0, way=way, image=image, log=lambda _line: None) as server:
        began = time.monotonic()
        result = certify(contract, Target(server.url, key="sk-any-key")).result
        return result, time.monotonic() - began


def test_prism_is_not_conformant_and_the_judge_does_not_stumble(certified: tuple[Result, float]) -> None:
    result, seconds = certified
    assert result.verdict is Verdict.NOT_CONFORMANT
    assert result.having(Outcome.HARNESS_ERROR) == []
    assert seconds < ENDS_WITHIN_S


def test_whatever_the_page_says_is_missing_is_missing(certified: tuple[Result, float]) -> None:
    result, _ = certified
    failing = {judgement.requirement.id for judgement in result.having(Outcome.FAIL)}
    said = set(re.findall(r"^- `([a-z0-9.-]+)` \(", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert said, "the report is empty; `tox -e prism-report` writes it"
    assert said <= failing, "the report is out of date; `tox -e prism-report` writes it anew"
