"""What runs Prism in these tests: a Docker engine with an image of Prism, or npx. `tox -e prism` turns it on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from inferproof_mock.prism import IMAGE, Way
from tests.prism.engine import NoEngine, docker_engine
from tests.prism.image import prism_image

ENABLED = "INFERPROOF_PRISM"


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
    """The name of an image of Prism."""
    try:
        with prism_image() as name:
            yield name
    except NoEngine as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def npx() -> None:
    _skip_unless_enabled()
    if shutil.which("npx") is None:
        pytest.skip("there is no npx here; Node.js brings it")


@pytest.fixture(scope="session", params=["docker", "npx"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each way to run Prism, one after the other."""
    chosen: Way = request.param
    request.getfixturevalue("image" if chosen == "docker" else "npx")
    return chosen


@pytest.fixture(scope="session")
def image_name(way: Way, request: pytest.FixtureRequest) -> str:
    """What to pass as the image whichever way is taken; npx ignores it."""
    return str(request.getfixturevalue("image")) if way == "docker" else IMAGE


def _skip_unless_enabled() -> None:
    if not os.environ.get(ENABLED):
        pytest.skip(f"starts a Docker engine or npx: `tox -e prism` runs it (or set {ENABLED}=1)")
