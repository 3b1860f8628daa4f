"""Where there is no network but the machine's own loopback, the mock runs, and a server is certified and judged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from inferproof_mock.server import DEFAULT_KEY

CUT = ["unshare", "--map-root-user", "--net", "sh", "-c"]
"""Runs a shell command in a network of its own, in which nothing is but a loopback that is down."""

UP = "ip link set lo up"


def cuts() -> str:
    """Why the network cannot be cut here; empty where it can."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "unshare and ip are not installed"
    done = subprocess.run([*CUT, UP], check=False, capture_output=True, text=True)
    return f"this machine lets nobody cut the network: {done.stderr.strip()}" if done.returncode else ""


WHY_NOT = cuts()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "the network can be cut")

PROBED = """\
import socket
for place in (("192.0.2.1", 80), ("2001:db8::1", 80)):
    try:
        socket.create_connection(place, timeout=5).close()
    except OSError:
        continue
    raise SystemExit("there is a network")
"""

CERTIFIED = """\
set -e
$PYTHON -m inferproof mock --contract $CONTRACT --port 4010 --api-key $KEY > mock.log 2>&1 &
mock=$!
trap 'kill $mock' EXIT
for _ in $(seq 600); do grep -q http://127.0.0.1:4010 mock.log && break; sleep 0.1; done
INFERPROOF_API_KEY=$KEY $PYTHON -m inferproof certify http://127.0.0.1:4010 --contract $CONTRACT --quick --report out
$PYTHON -m inferproof judge out
"""


def without_network(folder: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The script in that network, by a user who has an empty cache."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith("INFERPROOF") and "proxy" not in name
    }
    return subprocess.run(
        [*CUT, f"{UP}\n{script}"],
        cwd=folder,
        env={**clean, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHON": sys.executable, **variables},
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )


def test_there_is_no_network(tmp_path: Path) -> None:
    (tmp_path / "probed.py").write_text(PROBED)
    done = without_network(tmp_path, "$PYTHON probed.py")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("contract", ["inflection", "io-intelligence"])
def test_a_server_is_certified_and_judged(contract: str, tmp_path: Path) -> None:
    done = without_network(tmp_path, CERTIFIED, CONTRACT=contract, KEY=DEFAULT_KEY)
    assert done.returncode == 0, done.stdout + done.stderr + (tmp_path / "mock.log").read_text()
    live, again = (line for line in done.stdout.splitlines() if line.startswith("conformant"))
    assert live == again
    assert "Traceback" not in done.stderr


def test_the_embedded_mock_is_certified_by_the_gate_too(tmp_path: Path) -> None:
    done = without_network(tmp_path, "$PYTHON -m inferproof certify --only 'embeddings.*'")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", ["catalogue list", "explain chat.usage.total", "document", "tiny-model tiny"])
def test_what_needs_no_server_needs_no_network(command: str, tmp_path: Path) -> None:
    done = without_network(tmp_path, f"$PYTHON -m inferproof {command}")
    assert done.returncode == 0, done.stderr
