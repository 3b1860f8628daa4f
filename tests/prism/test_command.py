"""`inferproof prism` and `inferproof document --for prism`, as they are typed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request

import pytest
from click.testing import CliRunner

from inferproof.cli import main
from inferproof.document import load
from inferproof.document.prism import for_prism
from inferproof_mock import prism

STATUS = load("inflection").operation("status")


def test_it_serves_the_contract_until_ctrl_c(image: str) -> None:
    command = [sys.executable, "-m", "inferproof", "prism", "--port", "0", "--image", image]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = next(line for line in process.stdout if "Prism is ready at" in line)
        assert f"Docker, image {image}" in ready
        with urllib.request.urlopen(ready.split(" at ")[1].split()[0] + STATUS.path, timeout=30) as reply:
            assert json.load(reply) == load("inflection").reply_example("status")
        process.send_signal(signal.SIGINT)
        assert "Prism is stopped." in process.stdout.read()
        assert process.wait(30) == 0


def test_the_exported_document_is_what_it_serves() -> None:
    written = CliRunner().invoke(main, ["document", "--for", "prism", "--format", "json"])
    assert written.exit_code == 0, written.output
    assert json.loads(written.stdout) == for_prism(load("inflection"))


def test_options_reach_prism(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    def run(_document: object, **options: object) -> int:
        asked.update(options)
        return 7

    monkeypatch.setattr(prism, "run", run)
    words = ["prism", "--port", "4011", "--image", "a/b:c", "--proxy", "http://127.0.0.1:8000"]
    assert CliRunner().invoke(main, words).exit_code == 7
    assert (asked["port"], asked["image"]) == (4011, "a/b:c")
    assert asked["proxy"] == "http://127.0.0.1:8000"
