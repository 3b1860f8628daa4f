"""What runs Prism in these tests: a Docker engine with an image of Prism, or npx. `tox -e prism` turns it on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inferproof_mock.prism import IMAGE
from tests.prism.engine import NoEngine, docker_engine

IMAGE_SCRIPT = Path(__file__).parents[2] / "mocks" / "prism" / "image.sh"
BUILDS_WITHIN_S = 240.0
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
        if os.geteuid() != 0:
            pytest.skip(f"{IMAGE} is not here and cannot be pulled, and only root may build an image of Prism")
        _build(name)
    yield name
    _docker("image", "rm", "--force", name)


@pytest.fixture(scope="session")
def npx() -> None:
    _skip_unless_enabled()
    if shutil.which("npx") is None:
        pytest.skip("there is no npx here; Node.js brings it")


def _build(name: str) -> None:
    """Run the script that builds an image; fails, with the script's own words, if it does not end well and in time."""
    script = subprocess.Popen(
        [IMAGE_SCRIPT, name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        said, _ = script.communicate(timeout=BUILDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(script.pid, signal.SIGTERM)
        said, _ = script.communicate()
    assert script.returncode == 0, f"{IMAGE_SCRIPT.name}: {said.decode(errors='replace')[-2000:]}"


def _docker(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["docker", *arguments], capture_output=True, timeout=BUILDS_WITHIN_S)
