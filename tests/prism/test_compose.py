"""The compose file starts the same Prism as the command does."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from inferproof.document import load
from inferproof.document.prism import for_prism

COMPOSE_FILE = Path(__file__).parents[2] / "mocks" / "prism" / "compose.yaml"
STARTS_WITHIN_S = 120


@pytest.fixture
def compose(engine: str) -> list[str]:
    """Compose as a plugin of Docker, else as a program of its own."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True)
    if plugin.returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    pytest.skip("there is neither `docker compose` nor `docker-compose` here")


@pytest.fixture
def served(compose: list[str], image: str, tmp_path: Path) -> Iterator[str]:
    document = tmp_path / "openapi.prism.yaml"
    document.write_text(json.dumps(for_prism(load("inflection"))))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    wanted = {"PRISM_DOCUMENT": str(document), "PRISM_IMAGE": image, "PRISM_PORT": str(port)}
    command = [*compose, "--project-name", f"inferproof-test-{port}", "--file", str(COMPOSE_FILE)]
    environment = {**os.environ, **wanted}
    try:
        subprocess.run([*command, "up", "--detach"], env=environment, check=True, timeout=STARTS_WITHIN_S)
        logs = subprocess.Popen([*command, "logs", "--follow"], env=environment, stdout=subprocess.PIPE, text=True)
        assert logs.stdout is not None
        assert any("Prism is listening" in line for line in logs.stdout), "Prism ended before it listened"
        yield f"http://127.0.0.1:{port}"
        logs.terminate()
        logs.wait()
        logs.stdout.close()
    finally:
        subprocess.run([*command, "down"], env=environment, check=True, timeout=STARTS_WITHIN_S)


def test_compose_serves_the_contract(served: str) -> None:
    status = load("inflection").operation("status")
    with urllib.request.urlopen(served + status.path, timeout=30) as reply:
        assert json.load(reply) == load("inflection").reply_example("status")
