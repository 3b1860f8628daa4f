"""Known gaps, by the command: they are told, fail no run, and go from the file as soon as they are none."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.serve import running
from inferproof_mock.server import DEFAULT_KEY
from tests.command.refusing import Refusing
from tests.command.running import inferproof, refused

COMMENTED = """\
# Our staging server. Do not lose this comment.
url = "{url}"

[capabilities]
embeddings = "there are none"  # nor will there be

[limits]  # it is small
concurrency = 4
"""
ONE = ("--only", "chat.user.accepts")
WORDS = "user is not supported: 'tenant 42' has 7 of them"
CAUSE = "user is not supported: … has # of them"


class Staged:
    """A server and the folder in which the command runs for it."""

    def __init__(self, server: Refusing, url: str, folder: Path) -> None:
        self.server, self.url, self.folder = server, url, folder
        self.file = folder / "inferproof.toml"
        self.file.write_text(COMMENTED.format(url=url), encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return inferproof(*words, folder=self.folder, env={"INFERPROOF_API_KEY": DEFAULT_KEY})

    def certify(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("certify", *(words or ONE), "--report", "out")

    def know(self, entry: str) -> None:
        self.file.write_text(f"{COMMENTED.format(url=self.url)}\n[known]\n{entry}\n", encoding="utf-8")

    @property
    def result(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "out" / "result.json").read_text(encoding="utf-8")))


@contextmanager
def staged(contract: Contract, folder: Path, member: str = "user", words: str = WORDS) -> Iterator[Staged]:
    server = Refusing(contract, member, words)
    with running(server) as url:
        yield Staged(server, url, folder)


@pytest.fixture
def stage(contract: Contract, tmp_path: Path) -> Iterator[Staged]:
    with staged(contract, tmp_path) as made:
        yield made


def pinned(**changes: str) -> str:
    pins = {"reason": '"we know"', "operation": '"chat"', "status": "400", "cause": json.dumps(CAUSE)} | changes
    return f'"chat.user.accepts" = {{{", ".join(f"{name} = {value}" for name, value in pins.items())}}}'


def test_what_fails_is_written_once_and_then_known(stage: Staged) -> None:
    before = stage.file.read_text(encoding="utf-8")
    first = stage.certify(*ONE, "--write-known")
    assert first.returncode == 1, first.stderr
    assert "Wrote 1 known failure into inferproof.toml" in first.stderr
    after = stage.file.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert after.count("\n[known]\n") == 1
    assert json.dumps(CAUSE, ensure_ascii=False) in after
    second = stage.certify()
    assert second.returncode == 0, second.stdout
    assert "conformant but for 1 known" in second.stdout
    assert "no certificate" in second.stdout
    assert "MUST chat.user.accepts: not explained yet" in second.stdout
    said = stage.result
    assert (said["verdict"], said["certificate"]) == ("conformant but for 1 known", False)
    [row] = said["requirements"]
    assert (row["outcome"], said["counts"]["known"]) == ("known", 1)
    assert [(each["requirement"], each["cause"], each["state"]) for each in said["known"]] == [
        ("chat.user.accepts", CAUSE, "still fails")
    ]
    assert said["causes"] == []
    third = stage.certify(*ONE, "--write-known")
    assert "Nothing to write" in third.stderr
    assert stage.file.read_text(encoding="utf-8") == after
    again = stage.run("judge", "out")
    assert (again.returncode, "conformant but for 1 known" in again.stdout) == (0, True)


def test_the_words_of_the_server_pin_the_cause_as_it_says_them_too(stage: Staged) -> None:
    stage.know(pinned(cause=json.dumps(WORDS)))
    stage.server.words = WORDS.replace("42", "4711")
    assert stage.certify().returncode == 0


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (pinned(), "user must be a mail address"),
        (pinned(status="422"), WORDS),
        (pinned(operation='"chat.legacy"'), WORDS),
    ],
)
def test_another_cause_of_the_same_requirement_is_a_new_failure(entry: str, words: str, stage: Staged) -> None:
    stage.know(entry)
    stage.server.words = words
    done = stage.certify()
    assert done.returncode == 1
    assert words[:20] in done.stdout
    assert 'line 11: "chat.user.accepts"' in done.stdout
    assert "matches nothing that failed" in done.stdout
    assert [each["state"] for each in stage.result["known"]] == ["matches nothing that failed"]


@pytest.mark.parametrize("entry", ['"chat.user.accepts" = "we know"', pinned()])
def test_what_passes_again_makes_the_run_red_and_names_the_line(entry: str, stage: Staged) -> None:
    stage.know(entry)
    stage.server.words = ""
    done = stage.certify()
    assert done.returncode == 1
    assert re.search(r'line 11: "chat.user.accepts".* passes again', done.stdout)
    assert "not conformant" in done.stdout
    assert stage.run("judge", "out").returncode == 1


def test_what_is_past_its_date_makes_the_run_red(stage: Staged) -> None:
    stage.know(pinned(until="2020-01-31"))
    done = stage.certify()
    assert done.returncode == 1
    assert "is past its date (2020-01-31)" in done.stdout
    stage.know(pinned(until="2999-01-31"))
    done = stage.certify()
    assert done.returncode == 0
    assert "we know, until 2999-01-31" in done.stdout


def test_an_entry_without_pins_takes_any_cause_and_says_so(stage: Staged) -> None:
    stage.know('"chat.user.accepts" = "we know"')
    for words in (WORDS, "something else"):
        stage.server.words = words
        done = stage.certify()
        assert done.returncode == 0
        assert "we know (whatever the cause)" in done.stdout


def test_what_a_run_does_not_judge_is_neither(stage: Staged) -> None:
    stage.know(pinned(until="2020-01-31"))
    for narrowed in (("--only", "status.*"), ("--only", "chat.usage.total", "--quick")):
        done = stage.certify(*narrowed)
        assert done.returncode == 0, done.stdout
        assert "1 entry of the target file's [known]: not judged by this run" in done.stdout


def test_what_only_generated_requests_show_is_not_missed_without_them(stage: Staged) -> None:
    entry = '"chat.request.accepted" = {reason = "we know", generated = true}'
    stage.know(entry)
    stage.server.words = ""
    done = stage.certify("--only", "chat.request.accepted", "--quick")
    assert done.returncode == 0, done.stdout
    stage.know(entry.replace(", generated = true", ""))
    assert stage.certify("--only", "chat.request.accepted", "--quick").returncode == 1


def test_what_rests_on_a_known_failure_is_known(contract: Contract, tmp_path: Path) -> None:
    with staged(contract, tmp_path, "logprobs", "logprobs are not supported") as stage:
        stage.file.write_text(
            f'url = "{stage.url}"\n[capabilities]\n"core.openai-path" = "no"\nlegacy = "no"\n', encoding="utf-8"
        )
        both = ("--only", "chat.logprobs.accepts", "--only", "logprobs.content")
        assert stage.certify(*both).returncode == 1
        stage.certify(*both, "--write-known")
        done = stage.certify(*both)
        assert done.returncode == 0, done.stdout
        assert "MUST logprobs.content: rests on chat.logprobs.accepts, which is known" in done.stdout
        assert "conformant but for 2 known" in done.stdout


def test_declarations_are_tried_on_a_transcript(stage: Staged) -> None:
    assert stage.certify().returncode == 1
    stage.know(pinned())
    tried = stage.run("judge", "out", "--target", "inferproof.toml")
    assert (tried.returncode, "conformant but for 1 known" in tried.stdout) == (0, True)
    stage.file.write_text('[capabilities]\ncore = "nothing works"\n', encoding="utf-8")
    declined = stage.run("judge", "out", "--target", "inferproof.toml")
    assert "core not claimed" in declined.stdout
    assert stage.run("judge", "out").returncode == 1


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('"chat.user.acepts" = "why"', "did you mean 'chat.user.accepts'"),
        ('"chat.user.accepts" = ""', "says no `reason`"),
        ('"chat.user.accepts" = true', "must be a text that says why"),
        ('"chat.user.accepts" = []', "has no entry"),
        ('"chat.user.accepts" = {reason = "why", untill = 2027-01-31}', "did you mean 'until'"),
        ('"chat.user.accepts" = {reason = "why", until = "2027-01-31"}', "until must be a date"),
        ('"chat.user.accepts" = {reason = "why", status = true}', "status must be an integer"),
    ],
)
def test_what_is_wrong_in_an_entry_is_said_before_anything_is_sent(entry: str, said: str, stage: Staged) -> None:
    stage.know(entry)
    refused(stage.certify(), said)


def test_a_link_is_not_written_through(stage: Staged, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    stage.file.rename(elsewhere)
    stage.file.symlink_to(elsewhere)
    before = elsewhere.read_text(encoding="utf-8")
    refused(stage.certify(*ONE, "--write-known"), "is a link")
    assert elsewhere.read_text(encoding="utf-8") == before


def test_a_file_that_only_its_owner_reads_stays_so(stage: Staged) -> None:
    stage.file.chmod(0o600)
    stage.certify(*ONE, "--write-known")
    assert "[known]" in stage.file.read_text(encoding="utf-8")
    assert stage.file.stat().st_mode & 0o777 == 0o600


def test_a_file_of_another_server_and_the_embedded_mock_are_not_written_for(stage: Staged) -> None:
    refused(stage.run("certify", "http://127.0.0.1:9", "--write-known"), "writes what it knows of that server only")
    stage.file.unlink()
    refused(stage.run("certify", "--write-known"), "name its URL")
    assert os.listdir(stage.folder) == []


def test_where_there_is_no_file_one_is_written_for_the_server(stage: Staged) -> None:
    stage.file.unlink()
    stage.certify(stage.url, *ONE, "--write-known")
    assert stage.certify().returncode == 0
