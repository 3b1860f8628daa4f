"""docs/your-contract.md: its smallest folder loads with generated requests, and it names every role and every fact."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from inferproof.document import load
from inferproof.document.facts import MemberFacts, OperationFacts
from inferproof.document.roles import ROLES
from inferproof.generated.requirements import owners
from tests.docs.page import blocks

PAGE = Path(__file__).parents[2] / "docs" / "your-contract.md"


def test_the_smallest_folder_loads_and_has_generated_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    for block in blocks(PAGE):
        if block.language == "yaml":
            (tmp_path / block.note).write_text(block.text, encoding="utf-8")
    assert "chat.max-tokens.refuses" in [each.id for each in owners(load(str(tmp_path)))]


def test_every_role_and_every_fact_has_its_sentence() -> None:
    said = re.findall(r"^- `([^`]+)`: (.+\.)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    facts = [each.name for kind in (OperationFacts, MemberFacts) for each in fields(kind)]
    assert [name for name, _ in said] == [*ROLES, *facts]
    assert said[: len(ROLES)] == list(ROLES.items())
