"""Prism is started by Docker or npx, says so, passes its log on, and is taken away whole."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from inferproof.cli import main
from inferproof_mock import prism

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "One operation", "version": "1"},
    "paths": {
        "/a": {
            "get": {
                "responses": {
                    "200": {"description": "ok", "content": {"application/json": {"example": {"a": 1}}}},
                }
            }
        }
    },
}


def get(url: str) -> object:
    with urllib.request.urlopen(url, timeout=10) as reply:
        return json.load(reply)


def test_it_serves_the_document_and_says_what_runs_it(way: prism.Way, image_name: str) -> None:
    log: list[str] = []
    with prism.serving(DOCUMENT, port=0, way=way, image=image_name, log=log.append) as server:
        assert get(f"{server.url}/a") == {"a": 1}
        assert server.how == (f"Docker, image {image_name}" if way == "docker" else f"npx, package {prism.PACKAGE}")
        assert any(server.url in line and server.how in line for line in log)
    assert any("Request received" in line for line in log), "Prism's own log is passed on"
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=5)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_and_removes_the_container(
    way: prism.Way, image_name: str, signum: signal.Signals, tmp_path: Path
) -> None:
    document = tmp_path / "document.json"
    document.write_text(json.dumps(DOCUMENT))
    program = (
        "import json, sys; from inferproof_mock import prism;"
        "sys.exit(prism.run(json.load(open(sys.argv[1])), port=0, way=sys.argv[2], image=sys.argv[3],"
        " log=lambda line: print(line, flush=True)))"
    )
    command = [sys.executable, "-c", program, str(document), way, image_name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = next(line for line in process.stdout if "Prism is ready at" in line)
        assert get(ready.split(" at ")[1].split()[0] + "/a") == {"a": 1}
        os.kill(process.pid, signum)
        rest = process.stdout.read()
        assert process.wait(30) == 0
    assert "Prism is stopped." in rest
    assert containers() == []


def test_a_document_that_prism_refuses_ends_with_its_reason(way: prism.Way, image_name: str) -> None:
    log: list[str] = []
    broken = {**DOCUMENT, "paths": {"/a": {"$ref": "#/components/pathItems/Missing"}}}
    with pytest.raises(prism.PrismError, match="before it listened"):
        prism.run(broken, port=0, way=way, image=image_name, log=log.append)
    assert any("Missing" in line for line in log)
    assert containers() == []


def test_an_image_that_cannot_be_had_says_how_to_get_one(engine: str) -> None:
    with pytest.raises(prism.PrismError) as caught:
        prism.run(DOCUMENT, port=0, way="docker", image="inferproof-test/absent:1")
    assert "inferproof-test/absent:1" in str(caught.value)
    assert "image.sh" in str(caught.value)
    assert containers() == []


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(prism.PrismError, match=f"port {port}"):
            prism.run(DOCUMENT, port=port)


def test_without_docker_and_npx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["prism", "--port", "0"])
    assert done.exit_code == 2
    assert "inferproof: " in done.stderr
    assert "Install Docker" in done.stderr
    assert "Node.js" in done.stderr


def test_an_engine_that_answers_is_preferred_to_npx(image: str, npx: None) -> None:
    with prism.serving(DOCUMENT, port=0, image=image, log=lambda _line: None) as server:
        assert server.how == f"Docker, image {image}"


def test_npx_is_taken_where_no_engine_answers(npx: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with prism.serving(DOCUMENT, port=0, log=lambda _line: None) as server:
        assert server.how == f"npx, package {prism.PACKAGE}"


def containers() -> list[str]:
    """Prism's containers that are still there; none where no engine answers."""
    if prism.find_engine() is None:
        return []
    question = ["docker", "ps", "--all", "--filter", "name=inferproof-prism-", "--format", "{{.Names}}"]
    return subprocess.run(question, capture_output=True, text=True, check=True, timeout=30).stdout.split()
