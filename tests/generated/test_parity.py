"""Parity: both validation libraries over every case, and the cases with those of the schemathesis that we pin.

`cases.lock` has a line for each requirement that owns cases: its id, how many there are, a hash of them. Where the
document or schemathesis moves, the test shows which lines move; look at them, then write the file anew with

    INFERPROOF_WRITE_LOCK=1 pytest tests/generated/test_parity.py
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import pytest

from inferproof.document import Contract
from inferproof.generated.cases import cases
from inferproof.generated.members import members

LOCK = Path(__file__).with_name("cases.lock")
PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def lines(contract: Contract) -> list[str]:
    """`chat.temperature.refuses 5 1a2b3c4d`, after a line with the version."""
    ids = {(member.role, member.name): member for member in members(contract)}
    found = [f"schemathesis {version('schemathesis')}"]
    for (role, name, kind), group in groupby(cases(contract, 0), key=lambda case: (case.role, case.name, case.kind)):
        bodies = [json.dumps(case.body(contract, "model"), sort_keys=True) for case in group]
        digest = hashlib.sha256("\n".join(sorted(bodies)).encode()).hexdigest()[:8]
        found.append(f"{ids[role, name].id(kind)} {len(bodies)} {digest}")
    return found


def test_the_cases_are_those_of_the_pinned_schemathesis(contract: Contract) -> None:
    found = lines(contract)
    if os.environ.get("INFERPROOF_WRITE_LOCK"):
        LOCK.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == LOCK.read_text(encoding="utf-8").splitlines()


def test_schemathesis_is_pinned_exactly() -> None:
    dependencies = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    assert f"schemathesis=={version('schemathesis')}" in dependencies


@pytest.mark.parametrize("layer", ["published", "corrected"])
def test_jsonschema_and_jsonschema_rs_agree_on_every_case(layer: str, contract: Contract) -> None:
    for case in cases(contract, 0):
        schema = contract.operation(case.role).request_schema or ""
        validator = contract.validator(schema, "published" if layer == "published" else "corrected")
        body = case.body(contract, "model")
        assert validator.decides(body) == validator._explains.is_valid(body), (case.role, body)
