"""What is asked of each contract under `openapi/`: a sound document, a reason for each correction, all of it cited."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, OpenAPIV32SpecValidator

from inferproof.catalogue.coverage import Coverage, coverage, read_exclusions
from inferproof.catalogue.lock import lock_file, moved, pinnable, read_lock
from inferproof.certify.certify import Certification, certify
from inferproof.certify.result import Verdict
from inferproof.document import files, pointers
from inferproof.document.drift import drift
from inferproof.document.lint import lint
from inferproof.generated.requirements import requirements_of
from inferproof.judge.judge import Outcome
from tests.conftest import FIRST, PACKS, contract_of
from tests.keys import with_keys

LEFT_OUT = {FIRST: 0.13}
"""The share of what a document says that may be left out: a tenth, more where half of the sentences stand twice."""

DEFECTS = {FIRST: r"DEF-\d{3}"}
"""How the defects of a document are numbered: as the audit did that its tests know, else by the list in the overlay."""

UPSTREAM = Path(__file__).parents[3] / "shared" / "upstream"


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def covered(pack: str) -> Coverage:
    contract = contract_of(pack)
    return coverage(contract, requirements_of(contract), read_exclusions(pack))


def test_its_documents_are_openapi_and_have_no_fault(pack: str) -> None:
    contract = contract_of(pack)
    assert list(OpenAPIV31SpecValidator(contract.published).iter_errors()) == []
    assert list(OpenAPIV32SpecValidator(contract.corrected).iter_errors()) == []
    assert lint(contract.corrected) == []


def test_every_correction_says_what_it_mends_and_why(pack: str) -> None:
    text = files.read(files.folder(pack) / files.CORRECTIONS)
    listed = set(re.findall(r"^# +([A-Z]+-\d+) ", text.decode(), re.MULTILINE))
    for action in files.parse(text, files.CORRECTIONS)["actions"]:
        named = action.get("x-defect", [])
        defects = [named] if isinstance(named, str) else named
        assert defects or action["x-decision"]
        assert action["x-reason"].strip()
        pattern = DEFECTS.get(pack)
        assert all(re.fullmatch(pattern, each) if pattern else each in listed for each in defects), action["target"]


def test_its_lock_is_current(pack: str) -> None:
    contract = contract_of(pack)
    assert moved(contract, pinnable(contract), read_lock(lock_file(pack))) == []


def test_everything_is_cited_or_left_out_for_a_reason(covered: Coverage) -> None:
    assert [node.pointer for node in covered.open] == []
    assert covered.idle == ()


def test_little_is_left_out(pack: str, covered: Coverage) -> None:
    said = len(covered.cited) + len(covered.excluded)
    assert len(covered.excluded) <= said * LEFT_OUT.get(pack, 0.1)


def test_no_sentence_of_the_vendor_is_copied(pack: str) -> None:
    published = sorted(UPSTREAM.glob(f"{pack}*.json")) + sorted((UPSTREAM / pack).glob("*.json"))
    if not published:
        pytest.skip("the vendor's published document is not beside this checkout (../shared/upstream)")
    ours = " ".join("".join(files.read(path).decode() for path in files.folder(pack).glob("*.yaml")).split())
    theirs = [
        node
        for path in published
        for _, node in pointers.walk(json.loads(path.read_text()))
        if isinstance(node, str) and len(node) > 24 and " " in node
    ]
    assert theirs
    assert [sentence for sentence in theirs if " ".join(sentence.split()) in ours] == []


def test_the_chat_request_is_as_it_was_transcribed() -> None:
    """But for the members that the guide to reasoning adds."""
    transcribed = UPSTREAM / "io-intelligence" / "chat-completions.transcribed.json"
    if not transcribed.is_file():
        pytest.skip("the vendor's published document is not beside this checkout (../shared/upstream)")
    ours, theirs = files.base_document("io-intelligence"), json.loads(transcribed.read_text())
    changed = {each.pointer for each in drift(ours["components"], theirs["components"])}
    members = "/schemas/ChatCompletionRequest/properties"
    assert changed == {f"{members}/reasoning", f"{members}/reasoning_effort", "/schemas/EmbeddingRequest"}


def test_the_mock_is_certified_with_all_generated_requests_and_declines_nothing(
    pack: str, mock_of: Callable[[str], str]
) -> None:
    found: Certification = certify(contract_of(pack), with_keys(contract_of(pack), mock_of(pack)), generated=True)
    others = [str(each) for each in found.result.judgements if each.outcome is not Outcome.PASS]
    assert others == []
    assert found.result.verdict is Verdict.CONFORMANT
