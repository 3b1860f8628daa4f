"""docs/python.md, followed by a user in an empty folder; and the public names: lazy, and as they are written there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import inferproof
from inferproof.wire.transcript import read
from inferproof_mock.server import DEFAULT_KEY
from tests.docs.page import Reader

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
SOURCES = [str(Path(__file__).parents[2] / each) for each in ("contract", "mocks", "reference_impl")]


def environment(**variables: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("INFERPROOF")}
    return {**clean, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **variables}


def script(folder: Path, text: str, **variables: str) -> str:
    """What a user's script prints that runs to its end."""
    (folder / "mine.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "mine.py"],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_user_who_follows_the_page_gets_what_it_shows(tmp_path: Path, mock_url: str) -> None:
    reader = Reader(tmp_path, environment(), {"http://127.0.0.1:4010": mock_url}, skips=())
    reader.follow(PAGE)
    assert read(tmp_path / "out" / "transcript.jsonl").footer["interrupted"] == ""
    assert (tmp_path / "out" / "result.json").is_file()


def test_the_page_names_what_is_public() -> None:
    named = re.findall(r"^\| `(\w+)[(`]", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named[: len(inferproof.__all__)]) == sorted(inferproof.__all__)


def test_a_name_stays_what_it_is_when_its_folder_is_imported(tmp_path: Path) -> None:
    text = """
import inferproof.certify.certify, inferproof.judge.judge
import inferproof
from inferproof import certify, judge
from inferproof.certify.certify import certify as run
assert inferproof.certify is certify and inferproof.judge is judge and callable(certify) and run is not certify
print(inferproof.__version__ != "", sorted(set(inferproof.__all__) - set(dir(inferproof))))
"""
    assert script(tmp_path, text) == "True []\n"


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'certifies'"):
        inferproof.certifies  # noqa: B018


def test_to_import_it_imports_nothing_else(tmp_path: Path) -> None:
    text = """
import sys
before = set(sys.modules)
import inferproof
print(sorted(name for name in set(sys.modules) - before if name.startswith(("inferproof.", "importlib.metadata"))))
"""
    assert script(tmp_path, text) == "[]\n"


def test_a_url_and_a_target_file_are_targets_too(tmp_path: Path, mock_url: str) -> None:
    (tmp_path / "server.toml").write_text(f'url = "{mock_url}"\nkey_variable = "MY_KEY"\n', encoding="utf-8")
    text = f"""
from pathlib import Path
from inferproof import certify
for target in ("{mock_url}", Path("server.toml")):
    print(certify(target, only=["status.*"], quick=True).verdict)
"""
    keys = {"INFERPROOF_API_KEY": DEFAULT_KEY, "MY_KEY": DEFAULT_KEY}
    assert script(tmp_path, text, **keys) == "conformant\nconformant\n"


def test_it_may_be_called_where_an_event_loop_runs(tmp_path: Path, mock_url: str) -> None:
    text = f"""
import asyncio
from inferproof import Target, certify
async def main():
    return certify(Target("{mock_url}", key="{DEFAULT_KEY}"), only=["status.*"], quick=True)
print(asyncio.run(main()).verdict)
"""
    assert script(tmp_path, text) == "conformant\n"


def test_what_a_user_can_mend_is_one_error(tmp_path: Path) -> None:
    text = """
from pathlib import Path
from inferproof import Target, UserError, certify, judge, load
for call in (
    lambda: load("inflexion"),
    lambda: judge("nowhere.jsonl"),
    lambda: judge(".", "inflection"),
    lambda: certify("ftp://h"),
    lambda: certify(Target("no url")),
    lambda: certify(Target("http://127.0.0.1:9")),
    lambda: certify(Target("http://127.0.0.1:9"), "inflexion"),
    lambda: certify(Path("none.toml")),
    lambda: certify(Target("http://127.0.0.1:9"), report="mine.py"),
    lambda: certify(Target("http://127.0.0.1:9"), only=["nothing"]),
):
    try:
        call()
    except UserError as error:
        print(error.exit_code)
"""
    assert script(tmp_path, text) == "2\n" * 10


def test_the_names_are_typed(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    text = """
from inferproof import Target, certify, judge, load
result = certify(Target("http://h"), load(), only=["a"], report="out")
reveal_type(result)
reveal_type(judge("out").verdict)
certify(1)
"""
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "mine.py"],
        cwd=tmp_path,
        env=environment(MYPYPATH=":".join(SOURCES)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "inferproof.certify.result.Result" in done.stdout, done.stdout
    assert "inferproof.certify.result.Verdict" in done.stdout
    assert 'mine.py:6: error: Argument 1 to "certify" has incompatible type "int"' in done.stdout
