import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, OpenAPIV32SpecValidator

from inferproof.document import files, load, pointers

FOLDER = files.folder("inflection")
ACTIONS = files.parse(files.read(FOLDER / files.CORRECTIONS), files.CORRECTIONS)["actions"]

# Of the audit of the published document.
BLOCKER_AND_HIGH = [1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25, 37, 38, 49, 64, 66, 72]


def defects(action):
    named = action.get("x-defect", [])
    return [named] if isinstance(named, str) else named


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action["target"])
def test_every_correction_says_what_it_mends_and_why(action):
    assert defects(action) or action.get("x-decision")
    assert all(re.fullmatch(r"DEF-\d{3}", defect) for defect in defects(action))
    assert action["x-reason"].strip()


def test_every_blocker_and_every_high_defect_is_mended():
    mended = {defect for action in ACTIONS for defect in defects(action)}
    assert {f"DEF-{number:03}" for number in BLOCKER_AND_HIGH} <= mended


def test_only_what_makes_the_document_unusable_is_a_repair():
    assert {defect for action in ACTIONS if action.get("x-repair") for defect in defects(action)} == {
        "DEF-001",
        "DEF-002",
    }


def test_the_corrected_document_is_openapi_3_2():
    assert list(OpenAPIV32SpecValidator(load("inflection").corrected).iter_errors()) == []


def test_the_repaired_document_is_openapi_3_1():
    assert list(OpenAPIV31SpecValidator(load("inflection").published).iter_errors()) == []


def test_no_sentence_of_the_vendor_is_copied(upstream):
    ours = " ".join((FOLDER / files.BASE).read_text().split())
    theirs = [node for _, node in pointers.walk(upstream) if isinstance(node, str) and len(node) > 24 and " " in node]
    assert len(theirs) > 60
    assert [sentence for sentence in theirs if " ".join(sentence.split()) in ours] == []
