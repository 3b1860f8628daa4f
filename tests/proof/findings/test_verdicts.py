"""Each finding gets the verdict that is right, through the command line.

A few are tried each time, all of them by `tox -e proof`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof import PROOF
from tests.proof.findings.verdicts import load_all
from tests.proof.findings.verdicts.finding import KINDS
from tests.proof.findings.verdicts.judging import TODAY
from tests.proof.findings.verdicts.open import OPEN
from tests.proof.findings.verdicts.reference import COVERED

FINDINGS = load_all()
SAMPLE = (
    "slip.arithmetic-on-none",
    "moment.the-status-is-502-once",
    "native-events-are-as-in-the-example",
    "key.more-behind-it",
    "bound.temperature",
    "declined-profiles-do-not-fail",
)
"""Some of different kinds, each of which takes a second or two."""

CHOSEN = tuple(FINDINGS) if PROOF else SAMPLE


def _of(id: str) -> object:
    marks = [pytest.mark.xfail(reason=OPEN[id], strict=True)] if id in OPEN else []
    return pytest.param(id, marks=marks)


@pytest.mark.parametrize("id", [_of(id) for id in CHOSEN])
def test_the_verdict_is_right(id: str, tmp_path: Path) -> None:
    finding = FINDINGS[id]
    with finding.server() as url:
        seen = TODAY(finding, url, tmp_path)
    assert finding.expected.wrong(seen) == "", f"{finding.sentence} Expected: {finding.expected}.\n{seen.said[-3000:]}"


def test_every_kind_has_findings_and_what_is_open_exists() -> None:
    assert {each.kind for each in FINDINGS.values()} == set(KINDS)
    assert FINDINGS.keys() >= OPEN.keys()
    assert all(each.sentence and str(each.expected) for each in FINDINGS.values())


def test_what_was_found_of_the_reference_has_tests_that_exist() -> None:
    root = Path(__file__).parents[3]
    for file, _, name in (each.partition("::") for tests in COVERED.values() for each in tests):
        assert f"def {name}(" in (root / file).read_text(encoding="utf-8"), f"{file}::{name}"
