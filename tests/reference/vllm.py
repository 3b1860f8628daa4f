"""The tiny model on vLLM as tests and reports start it, with whichever Python has vLLM."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from inferproof_reference.engine import SMALL_ARGUMENTS, SMALL_ENVIRONMENT, Engine, Runner

PYTHON = os.environ.get("INFERPROOF_VLLM_PYTHON", sys.executable)
MISSING = f"{PYTHON} has no vLLM: run tox -e vllm, or set INFERPROOF_VLLM_PYTHON"

LACKS = {"io-intelligence": {"reasoning": "the tiny model does not reason"}}
"""What the engine on the tiny model has not got of a contract, and why. None of its keys is revoked or restricted."""


def has(*modules: str, python: str = PYTHON) -> bool:
    """Whether that Python is there and can import these."""
    if shutil.which(python) is None:
        return False
    look = f"import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, {modules!r})))"
    return subprocess.run([python, "-c", look]).returncode == 0


def has_vllm() -> bool:
    return has("vllm")


def version(distribution: str, python: str = PYTHON) -> str:
    """What that Python has of it. Raises CalledProcessError where it has none."""
    look = f"from importlib.metadata import version; print(version({distribution!r}))"
    return subprocess.run([python, "-c", look], check=True, capture_output=True, text=True).stdout.strip()


async def start(model: Path, runner: Runner = "generate", *, port: int = 0, arguments: Sequence[str] = ()) -> Engine:
    """vLLM on the model in a folder: as `tiny` where it generates, as `tiny-embed` where it embeds."""
    return await Engine.start(
        model,
        name="tiny" if runner == "generate" else "tiny-embed",
        runner=runner,
        port=port,
        python=PYTHON,
        arguments=[*SMALL_ARGUMENTS, *arguments],
        environment=SMALL_ENVIRONMENT,
    )
