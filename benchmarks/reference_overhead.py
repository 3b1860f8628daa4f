"""What the reference adds to the engine behind it: CPU for a reply and for an event, time to the first token.

    python -m benchmarks.reference_overhead [--python PATH] [--upstream URL]

One engine, asked directly and through the reference by turns, in one run. CPU is that of the reference's own process,
`inferproof serve`, as the kernel counts it: its user and system time before and after a round of requests. Of several
rounds the median counts. The client and the engine are other processes. One figure is of events that come alone, as a
large model's do: they are a stand-in's, for the tiny model is faster than its server, which sends several at once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp

from benchmarks.paced_engine import paced_engine
from inferproof_reference.engine import SMALL_ARGUMENTS, SMALL_ENVIRONMENT, Engine, free_port
from inferproof_reference.tiny_model import write_tiny_model

KEY = "sk-bench-000000000000"
CHAT = "/v1/chat/completions"
HI = [{"role": "user", "content": "Say hello in a few words."}]
SHORT = {"model": "tiny", "messages": HI, "max_tokens": 4, "temperature": 0}
LONG = {**SHORT, "max_tokens": 500, "ignore_eos": True, "stream": True}
BRIEF_STREAM = {**SHORT, "max_tokens": 2, "ignore_eos": True, "stream": True}

ROUNDS = 7
REQUESTS = 200
FIRST_TOKENS = 300


@dataclass(frozen=True)
class Found:
    """One figure: what it is, its target, and what was found, in the target's unit."""

    what: str
    wanted: float
    found: float
    unit: str

    def __str__(self) -> str:
        verdict = "met" if self.found <= self.wanted else "MISSED"
        return f"{self.what:<58} {self.found:8.3f} {self.unit:<3} wanted <= {self.wanted:g} {self.unit}: {verdict}"


def cpu_s(process: int) -> float:
    """Seconds on a CPU that a process has had, all its threads, user and system: the scheduler's nanoseconds (Linux).

    Not `/proc/PID/stat`, which counts in ticks of 10 ms.
    """
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


class Bench:
    """The reference's process, and a client that asks it or the engine behind it."""

    def __init__(self, session: aiohttp.ClientSession, engine: str, reference: str, process: int) -> None:
        self.session, self.engine, self.reference, self.process = session, engine, reference, process

    async def reply(self, url: str) -> None:
        async with self.session.post(url + CHAT, json=SHORT) as reply:
            assert reply.status == 200, await reply.text()
            await reply.read()

    async def stream(self, url: str) -> int:
        """How many events the stream has, `[DONE]` left out."""
        events = 0
        async with self.session.post(url + CHAT, json=LONG) as reply:
            assert reply.status == 200, await reply.text()
            async for line in reply.content:
                events += line.startswith(b"data: {")
        return events

    async def first_token_ms(self, url: str) -> float:
        """From sending the request to the arrival of the first event that has text."""
        began = time.perf_counter()
        found = 0.0
        async with self.session.post(url + CHAT, json=BRIEF_STREAM) as reply:
            async for line in reply.content:
                if not found and b'"content":"' in line and b'"content":""' not in line:
                    found = time.perf_counter() - began
        assert found, "the stream had no text"
        return found * 1000

    async def cpu_of(self, work: Callable[[], Awaitable[int]]) -> float:
        """Median over the rounds of the seconds of CPU that the reference spends on one of what `work` counts."""
        costs = []
        for _ in range(ROUNDS):
            before = cpu_s(self.process)
            count = await work()
            costs.append((cpu_s(self.process) - before) / count)
        return median(costs)

    async def replies(self, clients: int) -> int:
        async def client() -> None:
            for _ in range(REQUESTS // clients):
                await self.reply(self.reference)

        await asyncio.gather(*(client() for _ in range(clients)))
        return REQUESTS // clients * clients

    async def streams(self, clients: int) -> int:
        return sum(await asyncio.gather(*(self.stream(self.reference) for _ in range(clients))))

    async def first_tokens(self) -> tuple[float, float]:
        """Median milliseconds to the first token, of the engine and of the reference, by turns."""
        times: dict[str, list[float]] = {self.engine: [], self.reference: []}
        for turn in range(FIRST_TOKENS):
            order = [self.engine, self.reference]
            for url in order if turn % 2 else reversed(order):
                times[url].append(await self.first_token_ms(url))
        return median(times[self.engine]), median(times[self.reference])

    async def warm_up(self) -> None:
        for url in (self.engine, self.reference):
            for _ in range(50):
                await self.reply(url)
            await self.stream(url)


@contextlib.asynccontextmanager
async def reference_on(engine: str) -> AsyncIterator[tuple[str, int]]:
    """`inferproof serve` in front of the engine: its URL and its process."""
    port = free_port()
    command = ("-m", "inferproof", "serve", "--upstream", engine, "--port", str(port), "--api-key", KEY)
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        said = await process.stdout.readline()
        assert b"http://" in said, "the reference did not start; its error stands above"
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@contextlib.asynccontextmanager
async def engine_of(python: str) -> AsyncIterator[str]:
    with TemporaryDirectory(prefix="inferproof-") as scratch:
        model = Path(scratch) / "tiny"
        write_tiny_model(model)
        print("starting vLLM ...", flush=True)
        async with await Engine.start(
            model, name="tiny", python=python, arguments=SMALL_ARGUMENTS, environment=SMALL_ENVIRONMENT
        ) as engine:
            yield engine.url


async def measured(engine: str) -> list[Found]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with reference_on(engine) as (url, process), aiohttp.ClientSession(headers=headers) as session:
        bench = Bench(session, engine, url, process)
        await bench.warm_up()
        one = await bench.cpu_of(lambda: bench.replies(1)) * 1e3
        eight = await bench.cpu_of(lambda: bench.replies(8)) * 1e3
        alone = await bench.cpu_of(lambda: bench.streams(1)) * 1e6
        event = await bench.cpu_of(lambda: bench.streams(8)) * 1e6
        direct, through = await bench.first_tokens()
    lone = await cpu_of_lone_events() * 1e6
    print(f"time to first token, median of {FIRST_TOKENS}: {direct:.2f} ms directly, {through:.2f} ms by the reference")
    return [
        Found("CPU for a short JSON reply, one client", 0.5, one, "ms"),
        Found("CPU for a short JSON reply, eight clients", 0.5, eight, "ms"),
        Found("CPU for a streamed event, one client", 40, alone, "µs"),
        Found("CPU for a streamed event, eight clients", 40, event, "µs"),
        Found("CPU for an event that comes alone, one client", 40, lone, "µs"),
        Found("growth of the time to first token, one client", 2, through - direct, "ms"),
    ]


async def cpu_of_lone_events() -> float:
    """Seconds of CPU for an event that comes 5 ms after the one before it."""
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        paced_engine() as engine,
        reference_on(engine) as (url, process),
        aiohttp.ClientSession(headers=headers) as session,
    ):
        bench = Bench(session, engine, url, process)
        await bench.stream(url)
        return await bench.cpu_of(lambda: bench.streams(1))


async def run(python: str, upstream: str | None) -> None:
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs; {ROUNDS} rounds of {REQUESTS} requests", flush=True
    )
    if upstream is not None:
        found = await measured(upstream)
    else:
        async with engine_of(python) as engine:
            found = await measured(engine)
    for figure in found:
        print(figure)


def main() -> None:
    options = argparse.ArgumentParser(description="What the reference adds to the engine behind it.")
    options.add_argument("--python", default=os.environ.get("INFERPROOF_VLLM_PYTHON", sys.executable), metavar="PATH")
    options.add_argument("--upstream", metavar="URL", help="A vLLM that runs already and serves a model named tiny.")
    given = options.parse_args()
    asyncio.run(run(given.python, given.upstream))


if __name__ == "__main__":
    main()
