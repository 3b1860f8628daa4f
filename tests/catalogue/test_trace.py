"""The trace: every draft of the first catalogue is implemented, merged, or left out for a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from inferproof.document import Contract
from inferproof.generated.requirements import requirements_of

TRACE: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "trace.yaml").read_text(encoding="utf-8"),
)
DRAFTS = Path(__file__).parents[3] / "shared" / "research" / "requirements.json"


def test_every_draft_goes_one_way() -> None:
    for draft, row in TRACE.items():
        assert len(row.keys() & {"implemented", "merged", "excluded"}) == 1, draft
        assert row.keys() <= {"implemented", "merged", "excluded", "note"}, draft


def test_every_id_is_in_the_catalogue(contract: Contract) -> None:
    ids = {each.id for each in requirements_of(contract)}
    named = {id for row in TRACE.values() for id in (*row.get("implemented", ()), *row.get("merged", ()))}
    assert named - ids == set()


def test_no_draft_is_forgotten() -> None:
    if not DRAFTS.is_file():
        pytest.skip(f"{DRAFTS.name} is not beside this checkout")
    drafts = [draft["id"] for draft in json.loads(DRAFTS.read_text(encoding="utf-8"))]
    assert list(TRACE) == drafts
