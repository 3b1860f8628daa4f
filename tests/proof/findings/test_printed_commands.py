"""A command that we print does what it shows when it is pasted, in any POSIX shell, and nothing else."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from inferproof import shell
from inferproof.certify.certify import Certification
from inferproof.certify.target import UsageError, target_from
from inferproof.cli import main
from inferproof.cli.certifying import _this_command
from inferproof.judge.keys import KEY, WRONG_KEY
from inferproof.reports.curl import curl
from inferproof.wire import transcript
from inferproof.wire.exchange import Exchange, Request
from tests.nasty import BODIES, NO_NAMES, TEXTS

SHELLS = ("sh", "bash")
SECRET = 'sk-$(touch PWNED) `id` "quoted" * \\'
URL = "http://inference.example/base"
ROOT = Path(__file__).resolve().parents[3]

FLAGS = re.MULTILINE | re.DOTALL

RECORDS = """\
#!/bin/sh
for each do printf '%s\\0' "$each"; done > "$RECORD/argv"
cat > "$RECORD/input"
"""


@dataclass(frozen=True)
class Ran:
    """The words after the command's name, and what came on its standard input."""

    argv: list[bytes]
    input: bytes


Run = Callable[[str], Ran]


@pytest.fixture(params=SHELLS)
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Paste a line into a shell, where `curl`, `inferproof` and `show` only note what they are given."""
    here, bin, record = (tmp_path / name for name in ("here", "bin", "record"))
    for folder in (here, bin, record):
        folder.mkdir()
    for name in ("curl", "inferproof", "show"):
        (bin / name).write_text(RECORDS)
        (bin / name).chmod(0o755)
    env = {"PATH": f"{bin}:{os.environ['PATH']}", "HOME": str(here), "RECORD": str(record), "MY_KEY": SECRET}

    def paste(line: str) -> Ran:
        for path in record.iterdir():
            path.unlink()
        env["INFERPROOF_API_KEY"] = SECRET
        done = subprocess.run(
            [request.param, "-c", line], cwd=here, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=30
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), (line, done)
        assert list(here.iterdir()) == [], line
        return Ran((record / "argv").read_bytes().split(b"\0")[:-1], (record / "input").read_bytes())

    return paste


def raw(text: str) -> bytes:
    """As the word of a command line holds it: no NUL can be in one."""
    return text.encode("utf-8", "surrogateescape").replace(b"\0", b"")


def in_a_header(line: str) -> bytes:
    """As the client sends it."""
    try:
        return line.encode("latin-1").replace(b"\0", b"")
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogatepass").replace(b"\0", b"")


def exchange(method: str = "POST", target: str = "/v1/x", headers: object = (), body: bytes = b"") -> Exchange:
    return Exchange("p", 0, "chat", Request(method, target, tuple(headers), body))  # type: ignore[arg-type]


def test_a_word_is_read_as_it_is(run: Run) -> None:
    assert run(shell.command("show", *TEXTS)).argv == [raw(text) for text in TEXTS]


def test_operands_are_no_options(run: Run) -> None:
    for text in TEXTS:
        marked = [b"--"] if text.startswith("-") else []
        assert run(shell.command("show", operands=[text])).argv == [*marked, raw(text)]


def test_printf_writes_the_bytes(run: Run) -> None:
    for body in BODIES:
        assert run(f"{shell.printf(body)} | show").input == body


def test_what_is_printed_is_ascii_on_one_line() -> None:
    for text in TEXTS:
        line = shell.command("show", text).rstrip("\n'")
        assert line.isascii()
        assert line.isprintable()


def test_a_header_is_sent_as_recorded(run: Run) -> None:
    for text in TEXTS:
        if text.strip():
            argv = run(curl(exchange(headers=[("X-A", text)]), URL)).argv
            assert argv[-2:] == [b"-H", in_a_header(f"X-A: {text}")]


def test_an_empty_header_is_sent_as_one(run: Run) -> None:
    assert run(curl(exchange(headers=[("X-A", " ")]), URL)).argv[-2:] == [b"-H", b"X-A;"]


def test_only_the_key_is_put_in(run: Run) -> None:
    for text in TEXTS:
        value = f"{text}{KEY}{text}{KEY}"
        argv = run(curl(exchange(headers=[("Authorization", value)]), URL, "MY_KEY")).argv
        marks = [in_a_header(part) for part in f"Authorization: {value}".split(KEY)]
        assert argv[-2:] == [b"-H", SECRET.encode().join(marks)]


def test_the_key_that_nobody_issued_is_one(run: Run) -> None:
    argv = run(curl(exchange(headers=[("Authorization", f"Bearer {WRONG_KEY}")]), URL)).argv
    assert argv[-1] == b"Authorization: Bearer sk-a-key-that-nobody-issued"


def test_a_name_that_no_header_can_have_is_left_out(run: Run) -> None:
    for name in TEXTS:
        ran = run(curl(exchange(headers=[(name, "v"), ("X-A", "b")]), URL))
        assert ran.argv[-1] == b"X-A: b"
        assert not any(word.startswith(b"@") for word in ran.argv)


@pytest.mark.parametrize("name", ['X-"A"', "X A", "X\nA", "@file", "X:A", ""])
def test_a_header_name_with_quotes_or_spaces_is_left_out(name: str) -> None:
    assert "-H" not in curl(exchange(headers=[(name, "v")]), URL)


def test_quotes_that_a_header_name_may_have_are_kept(run: Run) -> None:
    name = "X-'`$HOME`&|*"
    assert run(curl(exchange(headers=[(name, "v")]), URL)).argv[-1] == f"{name}: v".encode()


def test_a_method_is_one_word(run: Run) -> None:
    for text in TEXTS:
        argv = run(curl(exchange(method=text), URL)).argv
        assert argv[2:4] == [b"-X", raw(text)]


def test_a_target_is_sent_as_recorded(run: Run) -> None:
    for text in TEXTS:
        argv = run(curl(exchange(target=f"/v1/{text}"), URL)).argv
        plain = [raw(f"{URL}/v1/{text}")]
        spelt = [b"-g", b"--request-target", raw(f"/base/v1/{text}"), b"--url", URL.encode()]
        assert argv[4:] in (plain, spelt)
        assert argv[4:] == spelt or not set(b"[]{}#\\ ") & set(plain[0])


def test_a_url_is_one_word(run: Run) -> None:
    for text in TEXTS:
        argv = run(curl(exchange(method="GET"), text)).argv
        assert argv[-1] == raw(text.rstrip("/") + "/v1/x")
        assert argv[-2] == b"--url" or not text.startswith("-")


def test_a_body_is_sent_as_recorded_and_reads_no_file(run: Run) -> None:
    for body in BODIES:
        ran = run(curl(exchange(body=body), URL))
        if ran.argv[-2] == b"--data-raw":
            assert ran.argv[-1] == body
        else:
            assert (ran.argv[-2:], ran.input) == ([b"--data-binary", b"@-"], body)


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_variable_whose_name_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        curl(exchange(headers=[("Authorization", KEY)]), URL, name)


@pytest.mark.parametrize("name", [name for name in NO_NAMES if name])
def test_a_target_with_such_a_variable_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "sk-0123456789")
    for named in ({"key_variable": name}, {}):
        with pytest.raises(UsageError, match="is no name of a variable"):
            target_from(named, url="http://h", key_variable=None if named else name)


def crafted(certification: Certification, folder: Path, url: str, text: str) -> Path:
    """A transcript in which a chat counts wrongly, and everything that is printed of it is `text`."""
    found = next(each for each in certification.transcript.exchanges if each.probe == "chat.minimal")
    assert found.reply is not None
    body = found.reply.body.replace(b'"total_tokens":', b'"total_tokens":9')
    headers = (*found.request.headers, ("X-A", f"{text}{KEY}"), (text, "v"))
    request = replace(found.request, headers=headers, target=f"{found.request.target}?{text}")
    broken = replace(found, probe=text, request=request, reply=replace(found.reply, body=body))
    header = certification.transcript.header | {"only": ["chat.usage.total"]}
    header["target"] = header["target"] | {"url": url}
    folder.mkdir(exist_ok=True)
    transcript.write(folder / "transcript.jsonl", header, [broken])
    return folder / "transcript.jsonl"


def lines_of(output: str) -> dict[str, str]:
    """The commands by their labels; a word that ends in line breaks goes over several lines."""
    found = re.findall(r"^  (request|replay|again) +(.*?)(?=\n  (?:replay|again) |(?<=usage\.total)\n)", output, FLAGS)
    return dict(found)


@pytest.mark.parametrize("text", [text for text in TEXTS if "\udcff" not in text and len(text) < 300])
def test_what_judge_prints_of_a_crafted_transcript_is_quoted(
    text: str, certification: Certification, tmp_path: Path, run: Run
) -> None:
    url = "http://inference.example/$(touch${IFS}PWNED)/'\"`id`"
    path = crafted(certification, tmp_path / "-o $(touch PWNED) 'x'", url, text)
    done = CliRunner().invoke(main, ["judge", str(path)])
    assert done.exit_code == 1, done.output
    printed = lines_of(done.output)
    assert url.encode() in b" ".join(run(printed["request"]).argv)
    assert run(printed["again"]).argv == [b"certify", url.encode(), b"--only", b"chat.usage.total"]
    marked = [b"--"] if text.startswith("-") else []
    named = [os.fsencode(path), raw(f"{text}/0")]
    assert run(printed["replay"]).argv == [b"replay", b"--url", url.encode(), *marked, *named]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "-o/tmp/x", "http://good@evil.example", "http://h\n/", "http://"]
)
def test_a_transcript_of_no_server_is_refused(url: str, certification: Certification, tmp_path: Path) -> None:
    path = crafted(certification, tmp_path / "report", url, "a")
    done = CliRunner().invoke(main, ["judge", str(path)])
    assert done.exit_code == 2, done.output
    assert "record it again" in done.output


def test_a_command_too_long_to_be_shown_is_not_shown_in_part(certification: Certification, tmp_path: Path) -> None:
    path = crafted(certification, tmp_path / "report", "http://h", "a" * 2000)
    done = CliRunner().invoke(main, ["judge", str(path)])
    assert "too long to be shown" in lines_of(done.output)["request"]


def test_the_command_as_typed_is_quoted_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["inferproof", "certify", "--only", "a", *TEXTS[:25], *TEXTS[29:]])
    assert run(_this_command()).argv == [b"certify", *(raw(text) for text in (*TEXTS[:25], *TEXTS[29:]))]


@pytest.mark.parametrize("header", [["--header", "X-$(touch PWNED): secret"], ["--header=X-$(touch PWNED): secret"]])
def test_the_command_as_typed_tells_no_header_and_runs_nothing(
    header: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["inferproof", "certify", *header])
    assert run(_this_command()).argv == [b"certify", b"--header", b"X-$(touch PWNED): ..."]


def test_one_module_quotes_for_the_shell() -> None:
    """Nobody else imports shlex, or its functions."""
    found = {
        str(path.relative_to(ROOT))
        for package in ("contract/inferproof", "mocks/inferproof_mock", "reference_impl/inferproof_reference")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "shlex" in (getattr(node, "module", "") or "", *(each.name for each in node.names))
    }
    assert found == {"contract/inferproof/shell.py"}
