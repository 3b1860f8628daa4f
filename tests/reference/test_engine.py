"""vLLM's processes come and go with ours, and a start that fails says why. A small server plays vLLM here."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inferproof_reference.engine import Engine, EngineFailed, stage_of

# It answers /health once it has started a child of its own. Both hold the pipe named by HELD, so that the test reads
# from the other end whether anyone is left.
SERVER = """
import http.server, os, subprocess, sys
held = os.open(os.environ["HELD"], os.O_WRONLY)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[held])
port = int(sys.argv[sys.argv.index("--port") + 1])
print("arguments", *sys.argv[1:], flush=True)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(os.environ.get("HEALTH", "200")))
        self.end_headers()

    def log_message(self, *arguments):
        pass

server = http.server.HTTPServer(("127.0.0.1", port), Handler)
print("pid", os.getpid(), flush=True)
server.serve_forever()
"""


@dataclass
class FakeVllm:
    """What `Engine.start` needs to start the server above, and the pipe that its processes hold."""

    options: dict[str, Any]
    pipe: int

    def running(self) -> bool:
        try:
            return os.read(self.pipe, 1) != b""
        except BlockingIOError:
            return True

    async def gone(self) -> None:
        """Return when the last process that holds the pipe is gone, which makes its end readable."""
        end = asyncio.Event()
        asyncio.get_running_loop().add_reader(self.pipe, end.set)
        async with asyncio.timeout(30):
            await end.wait()
        asyncio.get_running_loop().remove_reader(self.pipe)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeVllm]:
    package = tmp_path / "vllm" / "entrypoints" / "openai"
    package.mkdir(parents=True)
    (package / "api_server.py").write_text(SERVER)
    for folder in (package, package.parent, package.parent.parent):
        (folder / "__init__.py").touch()  # a regular package goes before a vLLM that is really installed
    (tmp_path / "config.json").write_text("{}")
    os.mkfifo(tmp_path / "held")
    pipe = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    environment = {"PYTHONPATH": str(tmp_path), "HELD": str(tmp_path / "held")}
    yield FakeVllm({"model": tmp_path, "name": "m", "environment": environment}, pipe)
    os.close(pipe)


async def test_it_is_healthy_when_it_has_started_and_gone_when_it_has_stopped(fake: FakeVllm) -> None:
    async with await Engine.start(**fake.options) as engine:
        assert engine.alive
        assert engine.url.startswith("http://127.0.0.1:")
        assert fake.running()
    assert not engine.alive
    assert not fake.running()
    await engine.stop()


async def test_every_line_of_the_log_is_reported_and_arguments_of_the_caller_come_last(fake: FakeVllm) -> None:
    lines: list[str] = []
    async with await Engine.start(**fake.options, runner="pooling", arguments=("--seed", "1"), on_log=lines.append):
        pass
    assert "--runner pooling --convert embed" in lines[0]
    assert lines[0].endswith("--seed 1")


async def test_nothing_is_left_when_the_process_that_started_it_is_killed(fake: FakeVllm, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    options = fake.options | {"model": str(fake.options["model"])}
    script.write_text(
        "import asyncio, pathlib\n"
        "from inferproof_reference.engine import Engine\n"
        "async def main():\n"
        f"    options = {options!r}\n"
        "    await Engine.start(**options | {'model': pathlib.Path(options['model'])})\n"
        "    print('started', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, str(script), stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    assert await parent.stdout.readline() == b"started\n"
    assert fake.running()
    parent.kill()
    await parent.wait()
    await fake.gone()


async def test_nothing_is_left_when_the_server_itself_is_killed_and_the_end_is_reported(fake: FakeVllm) -> None:
    async with await Engine.start(**fake.options) as engine:
        server = next(int(line.split()[1]) for line in engine.log if line.startswith("pid"))
        os.kill(server, signal.SIGKILL)
        error = await engine.died()
        await fake.gone()
    assert "vLLM ended with status 137" in str(error)


async def test_a_server_that_dies_early_is_an_error_with_its_last_words(fake: FakeVllm, tmp_path: Path) -> None:
    (tmp_path / "vllm/entrypoints/openai/api_server.py").write_text("raise SystemExit('the model is too large')")
    with pytest.raises(EngineFailed, match=r"ended with status 1\.(?s:.)*the model is too large"):
        await Engine.start(**fake.options)


async def test_a_server_that_never_gets_ready_is_stopped(fake: FakeVllm) -> None:
    fake.options["environment"]["HEALTH"] = "503"
    with pytest.raises(EngineFailed, match=r"not ready after 1 s"):
        await Engine.start(**fake.options, patience_s=1)
    await fake.gone()


async def test_a_start_that_is_cancelled_leaves_nothing(fake: FakeVllm) -> None:
    fake.options["environment"]["HEALTH"] = "503"
    seen = asyncio.Event()
    starting = asyncio.create_task(Engine.start(**fake.options, on_log=lambda line: seen.set()))
    await seen.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await fake.gone()


async def test_without_vllm_the_error_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    with pytest.raises(EngineFailed, match=r"vLLM is not installed.*pip install vllm"):
        await Engine.start(tmp_path, name="m", python=str(tmp_path / "python"))


async def test_an_interpreter_that_does_not_exist_is_named(fake: FakeVllm) -> None:
    with pytest.raises(EngineFailed, match="Cannot run /no/such/python: "):
        await Engine.start(**fake.options, python="/no/such/python")


async def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match=r"no model in .*config\.json"):
        await Engine.start(tmp_path, name="m")


async def test_a_port_that_is_taken_is_named(fake: FakeVllm) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(EngineFailed, match=r"Port .* is taken"):
        await Engine.start(**fake.options, port=other.getsockname()[1])


def test_the_stages_of_a_start_are_read_from_the_log_of_vllm_0_32() -> None:
    assert [
        stage_of("(APIServer pid=1) INFO 11-21 21:14:21 [api_utils.py:286] non-default args: {'port': 8101}"),
        stage_of("(EngineCore pid=2) INFO 11-21 21:14:34 [core.py:133] Initializing a V1 LLM engine (v0.32.0) with"),
        stage_of("(Worker pid=3) INFO 11-21 21:14:40 [cpu_model_runner.py:68] Starting to load model /models/tiny..."),
        stage_of("(EngineCore pid=2) INFO 11-21 21:14:41 [kv_cache_utils.py:2327] CPU KV cache size: 1,048,576 tokens"),
        stage_of("(APIServer pid=1) INFO 11-21 21:14:42 [launcher.py:195] Route: /health, Methods: GET"),
        stage_of("INFO:     Application startup complete."),
    ] == [
        "reading the model's configuration",
        "starting the engine",
        "loading the weights",
        "preparing the cache",
        None,
        "ready",
    ]
