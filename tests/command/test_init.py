"""`inferproof init` writes a target file that `inferproof certify` can read at once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from inferproof.certify.certify import Certification
from inferproof.certify.target import read_target_file, target_from
from inferproof.certify.target_file import in_brief, target_file
from inferproof.judge.capabilities import CAPABILITIES
from inferproof.judge.judge import Outcome


def test_what_it_writes_can_be_read_and_claims_everything(
    certification: Certification, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFERPROOF_API_KEY", "sk-0123456789")
    path = tmp_path / "inferproof.toml"
    path.write_text(target_file(certification, "INFERPROOF_API_KEY"), encoding="utf-8")
    target = target_from(read_target_file(path))
    assert target.url == certification.result.target["url"]
    assert target.declined == {}
    text = path.read_text(encoding="utf-8")
    assert all(re.search(rf"[ #]{re.escape(name)}(,|:|$)", text, re.MULTILINE) for name in CAPABILITIES)
    assert "discovery lists: " in text
    assert len(text.splitlines()) < 40


def test_what_was_not_seen_whole_is_said_with_a_line_to_give_it_up(certification: Certification) -> None:
    judgements = tuple(
        replace(each, outcome=Outcome.NOT_VERIFIED, reason="it was never called")
        if each.requirement.claims == "tools.auto"
        else each
        for each in certification.result.judgements
    )
    seen = replace(certification, result=replace(certification.result, judgements=judgements))
    text = target_file(seen, None)
    assert "#   could not tell: it was never called" in text
    assert '# "tools.auto" = "why this server does not offer it"' in text
    assert in_brief(seen).endswith("1 to look at: tools.auto")
    assert in_brief(seen).startswith(f"chat model {certification.result.target['models']['chat']}, embedding model ")
