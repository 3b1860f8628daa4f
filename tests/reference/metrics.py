"""What vLLM says of itself, and of which processes it consists (on Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from inferproof_reference.engine import Engine


async def metric(engine: Engine, name: str) -> float:
    """The sum of a metric over its labels."""
    async with aiohttp.ClientSession() as session, session.get(f"{engine.url}/metrics") as reply:
        lines = (await reply.text()).splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((f"{name}{{", f"{name} ")))


def processes(of: int) -> dict[int, str]:
    """What a process has started, and what that has, and so on: command lines by process ids."""
    parents, commands = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name, _, rest = (folder / "stat").read_text().rpartition(")")
            state, parent = rest.split()[:2]
            if state != "Z":
                parents[int(folder.name)] = int(parent)
                commands[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ") or name
    found = {of}
    while more := {process for process, parent in parents.items() if parent in found} - found:
        found |= more
    return {process: commands[process] for process in found - {of}}


def core_of(engine: Engine) -> int:
    """The process in which vLLM schedules, a child of its HTTP server."""
    [core] = [process for process, command in processes(engine.process.pid).items() if "EngineCore" in command]
    return core


@contextlib.contextmanager
def standing_still(process: int) -> Iterator[None]:
    """A process that is stopped (SIGSTOP) for as long as the block lasts; the others run on."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):  # it was killed
            os.kill(process, signal.SIGCONT)


def run_for(process: int, seconds: float) -> float:
    """Lets a process that stands still run for so long; for how long it really ran, where others had the machine.

    Root may go before all others, and has to: beside vLLM's processes, which yield in a loop, Linux 6.18 leaves a
    sleeper asleep until they rest, for seconds.
    """
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    began = time.perf_counter()
    try:
        os.kill(process, signal.SIGCONT)
        time.sleep(seconds)
        os.kill(process, signal.SIGSTOP)
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return time.perf_counter() - began


def is_there(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
