"""Files are written whole, never through a link that lies in their place; what cannot be written is said beforehand."""

from __future__ import annotations

import ast
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import platformdirs
import pytest

from inferproof import writing
from inferproof.certify.certify import Certification
from inferproof.document import Contract, cache
from inferproof.generated.regressions import Kept, keep
from inferproof.reports import files
from inferproof.wire import transcript
from inferproof_mock.server import DEFAULT_KEY
from inferproof_reference.tiny_model import write_tiny_model
from tests.command.running import inferproof, refused

KEY = {"INFERPROOF_API_KEY": DEFAULT_KEY}
PRECIOUS = "precious"
A_LOCK = "# mine, and nobody else's\n"
ROOT = Path(__file__).resolve().parents[3]

CASE = Kept("chat.usage.total.0123abcd", "chat", {"model": "model"}, "chat.usage.total")


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    """A file of the user's, outside of the folder that is written to; a link to it is planted there."""
    path = tmp_path / "victim"
    path.write_text(PRECIOUS)
    yield path
    assert path.read_text() == PRECIOUS


def planted(folder: Path, victim: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).symlink_to(victim)
    return folder


def test_a_report_replaces_links_and_writes_through_none(
    certification: Certification, tmp_path: Path, victim: Path
) -> None:
    pid = os.getpid()
    names = ("transcript.jsonl.part", f".result.json.{pid}", "result.json", "transcript.jsonl", f".result.json.{pid}.x")
    out = planted(tmp_path / "out", victim, *names)
    files.write_report(certification, out)
    assert not (out / "result.json").is_symlink()
    assert json.loads((out / "result.json").read_text())["verdict"]
    assert transcript.read(out / "transcript.jsonl").exchanges == certification.transcript.exchanges


def test_a_report_through_a_hard_link_leaves_the_other_name_alone(
    certification: Certification, tmp_path: Path, victim: Path
) -> None:
    (tmp_path / "out").mkdir()
    os.link(victim, tmp_path / "out" / "result.json")
    files.write_report(certification, tmp_path / "out")


def test_a_run_under_way_writes_through_no_link(certification: Certification, tmp_path: Path, victim: Path) -> None:
    out = planted(tmp_path / "out", victim, "transcript.jsonl", "result.json")
    evidence = files.Evidence(out, pytest.fail)
    evidence.begin(certification.transcript.header)
    evidence.add(certification.transcript.exchanges[0])
    evidence.close()
    assert not (out / "result.json").is_symlink()
    assert transcript.read(out / "transcript.jsonl").exchanges == certification.transcript.exchanges[:1]


def test_a_compressed_transcript_goes_through_no_link(
    certification: Certification, tmp_path: Path, victim: Path
) -> None:
    out = planted(tmp_path / "out", victim, "t.jsonl.gz", "t.jsonl.gz.part")
    found = certification.transcript
    transcript.write(out / "t.jsonl.gz", found.header, found.exchanges[:3])
    assert transcript.read(out / "t.jsonl.gz").exchanges == found.exchanges[:3]


def test_a_kept_case_goes_through_no_link(tmp_path: Path, victim: Path) -> None:
    cases = planted(tmp_path / "cases", victim, f"{CASE.name}.json", f".{CASE.name}.json.draft")
    assert not keep(CASE, cases).is_symlink()


def test_a_cached_contract_goes_through_no_link(tmp_path: Path, victim: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *names, **more: str(tmp_path))
    planted(tmp_path / "contracts", victim, "k.json")
    cache.write("k", {"a": 1})
    assert cache.read("k") == {"a": 1}


def test_a_tiny_model_goes_through_no_link(tmp_path: Path, victim: Path) -> None:
    folder = planted(tmp_path / "model", victim, "config.json", "model.safetensors", "chat_template.jinja")
    write_tiny_model(folder)
    assert not any(path.is_symlink() for path in folder.iterdir())


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_init_writes_through_no_link(force: tuple[str, ...], tmp_path: Path, victim: Path, mock_url: str) -> None:
    folder = planted(tmp_path / "here", victim, "inferproof.toml")
    done = inferproof("init", mock_url, *force, folder=folder, env=KEY)
    if force:
        assert done.returncode == 0, done.stderr
        assert not (folder / "inferproof.toml").is_symlink()
    else:
        refused(done, "is there already")


def test_init_sees_a_link_that_leads_nowhere(tmp_path: Path, mock_url: str) -> None:
    (tmp_path / "inferproof.toml").symlink_to(tmp_path / "nowhere")
    refused(inferproof("init", mock_url, folder=tmp_path, env=KEY), "is there already", "--force")
    assert not (tmp_path / "nowhere").exists()


def test_the_lock_goes_through_no_link(contract: Contract, tmp_path: Path, victim: Path) -> None:
    folder = planted(tmp_path / "api", victim, "requirements.lock")
    victim.write_text(A_LOCK)  # what is no lock is refused before anything is written
    for name in ("openapi.yaml", "corrections.yaml"):
        (folder / name).write_bytes((ROOT / "openapi" / contract.name / name).read_bytes())
    done = inferproof("catalogue", "accept", "--contract", str(folder), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (folder / "requirements.lock").is_symlink()
    assert victim.read_text() == A_LOCK
    victim.write_text(PRECIOUS)


def test_a_link_to_a_folder_is_the_wish_of_the_one_who_named_it(certification: Certification, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    files.write_report(certification, tmp_path / "out")
    assert (tmp_path / "real" / "result.json").is_file()


def test_nothing_but_the_files_is_left_in_the_folder(certification: Certification, tmp_path: Path) -> None:
    files.check_report(tmp_path / "out")
    files.write_report(certification, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"result.json", "transcript.jsonl"}


def test_a_file_is_as_readable_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        writing.write(tmp_path / "f", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o640


def test_what_fails_half_way_leaves_the_old_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_text(PRECIOUS)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(writing.CannotWrite, match=r"f: cannot be written \(No space left on device\); make room"):
        writing.write(tmp_path / "f", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert (tmp_path / "f").read_text() == PRECIOUS


def file_for_a_folder(folder: Path) -> str:
    (folder / "out").touch()
    return "out"


def folder_below_a_file(folder: Path) -> str:
    (folder / "file").touch()
    return "file/out"


def folder_for_a_file(folder: Path) -> str:
    (folder / "out" / "result.json").mkdir(parents=True)
    return "out"


def link_to_nowhere(folder: Path) -> str:
    (folder / "out").symlink_to(folder / "nowhere" / "at" / "all")
    return "out"


def no_file_system(folder: Path) -> str:
    return "/proc/out"


PLACES: list[Callable[[Path], str]] = [
    file_for_a_folder,
    folder_below_a_file,
    folder_for_a_file,
    link_to_nowhere,
    no_file_system,
]


@pytest.fixture
def silent() -> Iterator[tuple[str, socket.socket]]:
    """A URL, and the socket behind it that shows whether anybody came."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", listener


@pytest.mark.parametrize("place", PLACES)
def test_a_report_that_cannot_be_written_is_said_before_the_run(
    place: Callable[[Path], str], tmp_path: Path, silent: tuple[str, socket.socket]
) -> None:
    url, listener = silent
    done = inferproof("certify", url, "--report", place(tmp_path), folder=tmp_path, env=KEY)
    refused(done, "cannot be written", "choose")
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_cases_that_cannot_be_kept_are_said_before_the_run(tmp_path: Path, silent: tuple[str, socket.socket]) -> None:
    url, listener = silent
    (tmp_path / "file").touch()
    done = inferproof("certify", url, "--explore", "1", "--cases", "file/cases", folder=tmp_path, env=KEY)
    refused(done, "cases: cannot be written")
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_target_file_that_cannot_be_written_is_said_before_a_look(
    tmp_path: Path, silent: tuple[str, socket.socket]
) -> None:
    url, listener = silent
    (tmp_path / "inferproof.toml").mkdir()
    done = inferproof("init", url, "--force", folder=tmp_path, env=KEY)
    refused(done, "inferproof.toml: cannot be written", "choose another place")
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("arguments", [("tiny-model", "file"), ("tiny-model", "file/below")])
def test_a_folder_that_cannot_be_made_is_no_traceback(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = inferproof(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_looking_leaves_no_folder_behind(tmp_path: Path) -> None:
    files.check_report(tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()


def test_looking_leaves_an_earlier_report_alone(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(PRECIOUS)
    files.check_report(tmp_path)
    assert (tmp_path / "result.json").read_text() == PRECIOUS


def test_a_report_that_is_lost_at_the_end_is_no_success(
    mock_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from inferproof.cli import main

    def full(certification: Certification, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write_report", full)
    monkeypatch.chdir(tmp_path)
    arguments = ["certify", mock_url, "--quick", "--only", "status.*", "--report", "out"]
    done = CliRunner().invoke(main, arguments, env=KEY)
    assert done.exit_code == 2, done.output
    assert "conformant" in done.output
    assert "could not be written" in done.output


def test_a_pipe_in_place_of_an_earlier_report_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "transcript.jsonl")
    assert files.started(tmp_path) is None


WRITES = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "symlink_to", "touch"}


def _writing(tree: ast.AST) -> Iterator[str]:
    """Calls that make or change a file: by name, and `open` with a mode that does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            words = [*node.args, *(each.value for each in node.keywords)]
            modes = [each.value for each in words if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            opened = name == "open" and any(set(mode) <= set("rwxab+") and set(mode) & set("wxa+") for mode in modes)
            if name in WRITES or opened:
                yield f"{name} in line {node.lineno}"


def test_one_module_writes_files() -> None:
    """`tarfile.open(fileobj=…, mode="w")` writes into memory."""
    found = {
        f"{path.relative_to(ROOT)}: {call}"
        for package in ("contract/inferproof", "mocks/inferproof_mock", "reference_impl/inferproof_reference")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "writing.py" and "tarfile.open(" not in path.read_text(encoding="utf-8")
        for call in _writing(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not found
