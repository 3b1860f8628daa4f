"""The files that users copy from `examples/`: the app's tests pass, the others say what Inferproof understands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from inferproof.certify.target import read_target_file, target_from
from inferproof_mock.server import DEFAULT_KEY

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
TARGET = EXAMPLES / "inferproof.toml"


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_app_passes_its_tests_on_the_mock(tmp_path: Path) -> None:
    app = shutil.copytree(EXAMPLES / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    done = run(app, "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout


def test_the_target_file_says_what_the_code_reads(monkeypatch: Any) -> None:
    monkeypatch.setenv("INFERENCE_KEY", DEFAULT_KEY)
    target = target_from(read_target_file(TARGET))
    assert (target.key, target.chat_model, target.limits.patience) == (DEFAULT_KEY, "pi-on-prem", 60.0)
    assert set(target.declined) >= {"legacy", "tools.auto"}
    assert [each.requirement for each in target.known] == ["sampling.echo"]


def test_the_target_file_can_be_certified_with(tmp_path: Path, mock_url: str) -> None:
    """With the mock's models, and without a known failure that it does not have."""
    lines = TARGET.read_text(encoding="utf-8").splitlines()
    here = [line for line in lines if not line.startswith(("[models]", "chat", "embedding", "[known]", '"sampling'))]
    text = "\n".join(here).replace("http://127.0.0.1:8000", mock_url)
    (tmp_path / "inferproof.toml").write_text(text, encoding="utf-8")
    done = run(tmp_path, "inferproof", "certify", "--only", "chat.usage.*", INFERENCE_KEY=DEFAULT_KEY)
    assert done.returncode == 0, done.stdout


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    workflow = yaml.safe_load((EXAMPLES / "gate.yml").read_text(encoding="utf-8"))
    [job] = workflow["jobs"].values()
    [step] = [step for step in job["steps"] if "inferproof" in step.get("uses", "")]
    required = {name for name, each in ACTION["inputs"].items() if each.get("required")}
    assert required <= step["with"].keys() <= ACTION["inputs"].keys()
    assert step["with"]["api-key-env"] in step["env"]
    assert "secrets." not in str(step["with"])
