"""The files by which a repository is kept: hooks, workflow, forms. They name what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.pins import FILE, read

ROOT = Path(__file__).parents[2]
FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"


def of(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["ruff", "codespell"])
def test_the_hooks_are_of_the_releases_that_are_pinned(name: str) -> None:
    [rev] = [each["rev"] for each in of(ROOT / ".pre-commit-config.yaml")["repos"] if name in each["repo"]]
    assert rev == f"v{read(FILE)[name]}", f"write this into .pre-commit-config.yaml as rev of {name}"


def test_the_workflow_runs_what_must_pass() -> None:
    jobs = of(ROOT / ".github" / "workflows" / "ci.yml")["jobs"].values()
    commands = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    assert commands == [".ci/run", ".ci/nightly"]
    assert all((ROOT / command).stat().st_mode & 0o111 for command in commands)


def test_a_false_alarm_is_reported_with_its_transcript_and_without_a_secret() -> None:
    form = of(FORMS / "false-alarm.yml")
    asked = {each["id"]: each for each in form["body"] if "id" in each}
    assert {"requirement", "why", "summary", "transcript", "version", "redacted"} == asked.keys()
    assert all(each.get("validations", {}).get("required") for id, each in asked.items() if id != "redacted")
    assert all(option["required"] for option in asked["redacted"]["attributes"]["options"])
    assert of(FORMS / "config.yml")["contact_links"][0]["url"].startswith("https://")
