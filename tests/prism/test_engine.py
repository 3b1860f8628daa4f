"""Where no engine can run, the reason is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.prism.engine import NoEngine, docker_engine


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No engine answers, and no program of one is installed."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setattr("shutil.which", lambda _program: None)


@pytest.mark.usefixtures("no_engine")
def test_only_root_may_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NoEngine, match="only root"), docker_engine():
        pass


@pytest.mark.usefixtures("no_engine")
def test_without_apt_get_it_names_what_is_missing_and_leaves_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    before = dict(os.environ)
    with pytest.raises(NoEngine, match=r"docker\.io.* not installed"), docker_engine():
        pass
    assert dict(os.environ) == before
