"""`inferproof init` writes a target file that `inferproof certify` can read at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferproof.certify.certify import Certification
from inferproof.certify.look import target_file
from inferproof.certify.target import read_target_file, target_from
from inferproof.requirements.capabilities import CAPABILITIES


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
    assert all(f"# {name}: " in text for name in CAPABILITIES)
    assert "discovery lists: " in text
