"""What runs Prism in these tests: a Docker engine with an image of Prism, or npx. `tox -e prism` turns it on."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inferproof_mock.prism import IMAGE
from tests.prism.engine import NoEngine, docker_engine

IMAGE_SCRIPT = Path(__file__).parents[2] / "mocks" / "prism" / "image.sh"
BUILDS_WITHIN_S = 400.0
ENABLED = "INFERPROOF_PRISM"


def _skip_unless_enabled() -> None:
    if not os.environ.get(ENABLED):
        pytest.skip(f"starts a Docker engine or npx: `tox -e prism` runs it (or set {ENABLED}=1)")


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    _skip_unless_enabled()
    try:
        with docker_engine() as words:
            yield words
    except NoEngine as reason:
        pytest.skip(f"no Docker engine can run here: {reason}")


@pytest.fixture(scope="session")
def image(engine: str) -> Iterator[str]:
    """The name of an image of Prism: the one that is here, else pulled, else built; removed unless it was here."""
    if _docker("image", "inspect", IMAGE).returncode == 0:
        yield IMAGE
        return
    name = IMAGE
    if engine.startswith("a private") or _docker("pull", name).returncode != 0:
        name = "inferproof-test/prism:5"
        built = subprocess.run([IMAGE_SCRIPT, name], capture_output=True, text=True, timeout=BUILDS_WITHIN_S)
        if built.returncode != 0:
            pytest.skip(f"no image of Prism can be pulled or built here: {built.stderr.strip()[-400:]}")
    yield name
    _docker("image", "rm", "--force", name)


@pytest.fixture(scope="session")
def npx() -> None:
    _skip_unless_enabled()
    if shutil.which("npx") is None:
        pytest.skip("there is no npx here; Node.js brings it")


def _docker(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["docker", *arguments], capture_output=True, timeout=BUILDS_WITHIN_S)
