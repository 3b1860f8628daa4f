"""One run of `inferproof certify` against a hostile server, as a child process: how it ended, when, and how large."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inferproof_mock.server import DEFAULT_KEY
from tests.proof.hostile.command import HANGS, Ended, inferproof
from tests.proof.hostile.echoes import ECHOES
from tests.proof.hostile.hostility import Hostility, whole
from tests.proof.hostile.leaks import leaked
from tests.proof.hostile.server import PREFLIGHT, Peer, hostile
from tests.proof.hostile.throughout import TRUSTED, Throughout

KEY_VARIABLE = "INFERPROOF_API_KEY"
KEY = {KEY_VARIABLE: DEFAULT_KEY}
SECRET = "sk-Zq7+W/x9KpLm3vTr8Nb2-Yc5"
"""A key with characters that URLs, JSON and base64 each spell otherwise."""


MOMENTS = 40
"""At so many moments of a run, drawn at random, a Ctrl-C is tried."""

LATEST = 3.0
"""Seconds after the first request that the last of them may lie: longer than a run takes on a calm machine."""


@dataclass(frozen=True)
class Trial:
    """`result` is the run's `result.json`; None where the run did not begin."""

    ended: Ended
    seconds: float
    result: dict[str, Any] | None
    written: str
    """What stands in the files of the report."""

    def is_in_order(self, server: Hostility | Throughout) -> bool:
        """The run ended with one of its exit codes, said the cause, and broke nowhere."""
        said = self.ended.output + self.written
        ours = self.result["counts"]["harness error"] if self.result else 0
        return self.ended.code in server.codes and server.says in said and "Traceback" not in said and not ours

    @property
    def end(self) -> str:
        """How the run ended, in a few words."""
        if self.result is None:
            return "refused as a target"
        counts = self.result["counts"]
        return f"{self.result['verdict']}: {counts['fail']} fail, {counts['not verified']} not verified"


def trial(server: Hostility | Throughout, upstream: str, folder: Path) -> Trial:
    """Certify it. `upstream` is the mock, which answers wherever the server is not hostile."""
    TRUSTED.cert_pem.write_to_path(folder / "ca.pem")
    limits = [f"{name} = {getattr(server.limits, name)}" for name in ("patience", "total_seconds")]
    (folder / "inferproof.toml").write_text("\n".join(["ca_file = 'ca.pem'", "[limits]", *limits]), encoding="utf-8")
    began = time.monotonic()
    with server.serving(upstream) as url:
        ended = inferproof("certify", url, "--quick", "--report", "out", folder=folder, env=KEY)
    seconds = time.monotonic() - began
    report = folder / "out"
    result = json.loads((report / "result.json").read_text(encoding="utf-8")) if report.exists() else None
    files = sorted(report.rglob("*"))
    return Trial(ended, seconds, result, "".join(path.read_text(encoding="utf-8") for path in files if path.is_file()))


@dataclass(frozen=True)
class Planting:
    """How many files a run wrote, its screen among them, and which of them have a part of the secret."""

    ended: Ended
    files: int
    leaks: tuple[str, ...]


def planting(way: str, folder: Path) -> Planting:
    """A run whose key the server says back in one way: to every request but the preflight's."""

    async def behave(peer: Peer) -> None:
        if peer.number < PREFLIGHT:
            await peer.send(whole(b"{}"))
        else:
            await peer.send(ECHOES[way](SECRET))
            peer.writer.close()

    only = [f"--only={part}.*" for part in ("chat", "stream", "status", "attributes")]
    with hostile(behave, "") as url:
        ended = inferproof(
            "certify", url, "--quick", "--report", "out", *only, folder=folder, env={KEY_VARIABLE: SECRET}
        )
    written = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}
    written["what it printed"] = ended.output
    return Planting(ended, len(written), tuple(name for name, text in written.items() if leaked(text, SECRET)))


def interrupted(after: float, upstream: str, folder: Path) -> Ended:
    """A run on the mock that gets a Ctrl-C so many seconds after its first request."""
    asked = threading.Event()

    async def relayed(peer: Peer) -> None:
        asked.set()
        await peer.relay()

    def interrupt(child: subprocess.Popen[bytes]) -> None:
        assert asked.wait(HANGS)
        threading.Event().wait(after)
        os.kill(child.pid, signal.SIGINT)  # Popen's own way would reap a child that has ended

    with hostile(relayed, upstream) as url:
        return inferproof("certify", url, "--quick", "--report", "out", folder=folder, env=KEY, meanwhile=interrupt)
