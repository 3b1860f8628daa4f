"""An image of Prism for the engine that runs: the one that is here, else pulled, else built."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inferproof_mock.prism import IMAGE
from tests.prism.engine import NoEngine

SCRIPT = Path(__file__).parents[2] / "mocks" / "prism" / "image.sh"
BUILT = "inferproof-test/prism:5"
BUILDS_WITHIN_S = 240.0


@contextmanager
def prism_image() -> Iterator[str]:
    """Its name; removed afterwards unless it was here before. Raises NoEngine where it can neither be had nor built."""
    if docker("image", "inspect", IMAGE):
        yield IMAGE
        return
    name = IMAGE if docker("pull", IMAGE) else _built()
    try:
        yield name
    finally:
        docker("image", "rm", "--force", name)


def docker(*arguments: str) -> bool:
    """Whether a command of Docker went well."""
    return subprocess.run(["docker", *arguments], capture_output=True, timeout=BUILDS_WITHIN_S).returncode == 0


def _built() -> str:
    """Run the script that builds an image; fails, with the script's own words, if it does not end well and in time."""
    if os.geteuid() != 0:
        raise NoEngine(f"{IMAGE} is not here and cannot be pulled, and only root may build an image of Prism")
    script = subprocess.Popen([SCRIPT, BUILT], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        said, _ = script.communicate(timeout=BUILDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(script.pid, signal.SIGTERM)
        said, _ = script.communicate()
    assert script.returncode == 0, f"{SCRIPT.name}: {said.decode(errors='replace')[-2000:]}"
    return BUILT
