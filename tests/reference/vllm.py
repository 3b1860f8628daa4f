"""The tiny model on vLLM as tests and reports start it, with whichever Python has vLLM."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from inferproof_reference.engine import SMALL_ARGUMENTS, SMALL_ENVIRONMENT, Engine, Runner

PYTHON = os.environ.get("INFERPROOF_VLLM_PYTHON", sys.executable)
MISSING = f"{PYTHON} has no vLLM: run tox -e vllm, or set INFERPROOF_VLLM_PYTHON"


def has_vllm() -> bool:
    look = "import importlib.util as u, sys; sys.exit(not u.find_spec('vllm'))"
    return subprocess.run([PYTHON, "-c", look]).returncode == 0


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
