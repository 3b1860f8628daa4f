"""Servers that nobody here wrote, each installed and started for as long as it is looked at."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent

START_WITHIN_S = 30.0


class CannotStart(Exception):
    """The server could not be installed or started; the text says why."""


@contextmanager
def aimock(folder: Path) -> Iterator[str]:
    """`@copilotkit/aimock` with its own fixtures, installed into `folder` from npm. Yields its URL."""
    npm = shutil.which("npm")
    if npm is None:
        raise CannotStart("npm is not installed, so aimock cannot be installed")
    shutil.copy(HERE / "aimock" / "package.json", folder)
    subprocess.run(
        [npm, "install", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True, timeout=300
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [folder / "node_modules/.bin/llmock", "-p", str(port), "-f", HERE / "aimock" / "fixtures.json"]
    with subprocess.Popen([*command, "--log-level", "silent"]) as server:
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise CannotStart("aimock did not start")
