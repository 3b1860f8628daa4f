"""The pytest plugin, from an empty folder: items by id, selection, xdist, JUnit, and the mock as a fixture."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from inferproof.document import Contract
from inferproof.generated.requirements import requirements_of
from inferproof.judge.requirement import held
from inferproof_mock.server import DEFAULT_KEY


def pytest_in(folder: Path, *arguments: str, key: str = DEFAULT_KEY) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").touch()  # the folder is its own root
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *arguments],
        cwd=folder,
        env={**os.environ, "INFERPROOF_API_KEY": key},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_each_requirement_is_an_item_with_its_id(tmp_path: Path, mock_url: str, contract: Contract) -> None:
    done = pytest_in(tmp_path, "--inferproof-url", mock_url, "--collect-only")
    ids = [line.removeprefix("inferproof::") for line in done.stdout.splitlines() if line.startswith("inferproof::")]
    assert ids == [each.id for each in requirements_of(contract)]


def test_quick_leaves_the_generated_cases_out(tmp_path: Path, mock_url: str, contract: Contract) -> None:
    done = pytest_in(tmp_path, "--inferproof-url", mock_url, "--inferproof-quick", "--collect-only")
    ids = [line.removeprefix("inferproof::") for line in done.stdout.splitlines() if line.startswith("inferproof::")]
    assert ids == [each.id for each in held(contract)[0]]


def test_k_selects_by_id_and_junit_has_stable_names(tmp_path: Path, mock_url: str) -> None:
    done = pytest_in(tmp_path, "--inferproof-url", mock_url, "-k", "chat.usage.total", "--junit-xml", "junit.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    [case] = ElementTree.parse(tmp_path / "junit.xml").iter("testcase")
    assert case.get("name") == "chat.usage.total"


def test_it_runs_under_xdist_with_one_certification(tmp_path: Path, mock_url: str) -> None:
    done = pytest_in(tmp_path, "--inferproof-url", mock_url, "-n", "2", "-k", "chat.usage", "--inferproof-quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def test_a_wrong_key_is_a_usage_error_and_no_traceback(tmp_path: Path, mock_url: str) -> None:
    done = pytest_in(tmp_path, "--inferproof-url", mock_url, "-k", "status", key="sk-not-this-one")
    assert done.returncode != 0
    assert "refuses the key" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_mock_is_a_fixture(tmp_path: Path) -> None:
    (tmp_path / "test_app.py").write_text(
        "import urllib.request\n"
        "def test_app(inferproof_mock):\n"
        "    assert urllib.request.urlopen(inferproof_mock.url + '/status').status == 200\n"
        "    assert inferproof_mock.key\n"
    )
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_url_nothing_is_added(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_one():\n    pass\n")
    assert "1 passed" in pytest_in(tmp_path).stdout
