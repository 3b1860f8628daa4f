"""What vLLM says of itself, and of which processes it consists."""

from __future__ import annotations

import os
from pathlib import Path

import aiohttp

from inferproof_reference.engine import Engine


async def metric(engine: Engine, name: str) -> float:
    """The sum of a metric over its labels."""
    async with aiohttp.ClientSession() as session, session.get(f"{engine.url}/metrics") as reply:
        lines = (await reply.text()).splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((f"{name}{{", f"{name} ")))


def processes(engine: Engine) -> dict[int, str]:
    """The processes of vLLM by their ids: its server, which heads their group, and what it started."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (folder / "stat").read_text().rpartition(")")
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue
        state, parent, group = rest.split()[:3]
        if state != "Z" and (int(parent) == engine.process.pid or _parent(int(group)) == engine.process.pid):
            found[int(folder.name)] = command or name
    return found


def _parent(process: int) -> int | None:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
