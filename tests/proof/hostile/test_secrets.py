"""No secret that a run is given stands in a file that it writes or in anything that it prints."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.proof import PROOF
from tests.proof.hostile.command import Ended, inferproof
from tests.proof.hostile.echoes import ECHOES, credentials, echoing
from tests.proof.hostile.leaks import leaked, spellings
from tests.proof.hostile.server import Behaviour, Peer, hostile
from tests.proof.hostile.trial import SECRET, planting

KEY = SECRET
TOKEN = "gwt_8fJ2kQ0sD4hX7bV1nM6zR3"
PASSWORD = "p4ss-Wörd/of+the@proxy-77"
BASIC = "Basic " + base64.b64encode(f"org:{PASSWORD}".encode()).decode()

HEADERS = f"[headers]\nX-Gateway-Token = {TOKEN!r}\nX-Gateway-Auth = {BASIC!r}\n"
LIMITS = "[limits]\npatience = 0.5\n"
SECRETS = (KEY, TOKEN, PASSWORD)
ENV = {"INFERPROOF_API_KEY": KEY}


def assert_nothing_leaked(folder: Path, ended: Ended, *secrets: str) -> None:
    written = {str(path): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}
    written.pop(str(folder / "inferproof.toml"), None)
    for name, text in {"what it printed": ended.output, **written}.items():
        for secret in secrets:
            assert leaked(text, secret) == set(), name


@pytest.mark.parametrize("spelling", spellings(KEY).values(), ids=spellings(KEY).keys())
def test_the_search_for_leaks_finds_every_spelling(spelling: str) -> None:
    assert leaked(f"before {spelling} after", KEY)


def answering_the_preflight(echo: Behaviour, seen: list[bytes]) -> Behaviour:
    """Three dull answers, so that the run begins; then echoes."""

    async def behave(peer: Peer) -> None:
        seen.append(peer.request)
        if peer.number < 3:
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        else:
            await echo(peer)

    return behave


def test_a_run_with_a_report(tmp_path: Path) -> None:
    (tmp_path / "inferproof.toml").write_text(HEADERS + LIMITS, encoding="utf-8")
    seen: list[bytes] = []
    with hostile(answering_the_preflight(echoing(*SECRETS), seen), "") as url:
        ended = inferproof("certify", url, "--quick", "--report", "out", folder=tmp_path, env=ENV)
    assert ended.code in (1, 3), ended.output
    assert f"Bearer {KEY}" in credentials(seen[1])
    assert TOKEN in credentials(seen[0])
    assert len(seen) > 5 * len(ECHOES)
    assert "{{secret:key}}" in (tmp_path / "out" / "transcript.jsonl").read_text()
    again = inferproof("judge", "out/transcript.jsonl", folder=tmp_path)
    assert_nothing_leaked(tmp_path, ended, *SECRETS)
    assert_nothing_leaked(tmp_path, again, *SECRETS)


@pytest.mark.skipif(not PROOF, reason="a run for each way: `tox -e proof` makes them; the one above has all")
@pytest.mark.parametrize("way", ECHOES)
def test_a_run_in_which_the_key_is_said_back(way: str, tmp_path: Path) -> None:
    found = planting(way, tmp_path)
    assert found.ended.code in (1, 3), found.ended.output
    assert found.files >= 3
    assert found.leaks == ()


def test_headers_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "inferproof.toml").write_text(LIMITS, encoding="utf-8")
    with hostile(answering_the_preflight(echoing(TOKEN), []), "") as url:
        arguments = ["certify", url, "--quick", "--header", f"X-Gateway-Token: {TOKEN}", f"--header=X-Api-Key: {KEY}"]
        ended = inferproof(*arguments, "--only", "chat.*", "--only", "status.*", folder=tmp_path)
    assert "again" in ended.output
    assert_nothing_leaked(tmp_path, ended, TOKEN, KEY)


@pytest.mark.parametrize("way", ECHOES)
def test_a_preflight_that_fails(way: str, tmp_path: Path) -> None:
    async def echo(peer: Peer) -> None:
        await peer.send(ECHOES[way](KEY))
        peer.writer.close()

    from click.testing import CliRunner

    from inferproof.cli import main

    with hostile(echo, "") as url:
        done = CliRunner().invoke(main, ["certify", url, "--quick", "--only", "status.*"], env=ENV)
    assert done.exit_code in (0, 1, 2, 3)
    assert_nothing_leaked(tmp_path, Ended(done.exit_code, done.output, 0), KEY)


def test_init(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with hostile(answering_the_preflight(echoing(KEY), []), "") as url:
        ended = inferproof("init", url, folder=tmp_path / "elsewhere", env=ENV)
    assert ended.code == 0, ended.output
    assert_nothing_leaked(tmp_path, ended, KEY)


def test_the_pytest_plugin(tmp_path: Path) -> None:
    (tmp_path / "inferproof.toml").write_text(HEADERS + LIMITS, encoding="utf-8")
    (tmp_path / "pytest.ini").touch()
    with hostile(answering_the_preflight(echoing(*SECRETS), []), "") as url:
        arguments = ["--inferproof-url", url, "-k", "chat or reply or status"]
        ended = inferproof(
            *arguments,
            "-vv",
            "-ra",
            "--showlocals",
            "--junit-xml",
            "junit.xml",
            folder=tmp_path,
            env=ENV,
            module="pytest",
        )
    assert ended.code == 1, ended.output
    assert_nothing_leaked(tmp_path, ended, *SECRETS)


def test_a_proxy_with_credentials(tmp_path: Path) -> None:
    (tmp_path / "inferproof.toml").write_text(LIMITS, encoding="utf-8")
    seen: list[bytes] = []
    pair = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    with hostile(answering_the_preflight(echoing(PASSWORD, pair), seen), "") as url:
        proxy = url.replace("http://", "http://me:p4ss-W%C3%B6rd%2Fof%2Bthe%40proxy-77@")
        env = ENV | {"HTTP_PROXY": proxy, "http_proxy": proxy, "NO_PROXY": "", "no_proxy": ""}
        arguments = ["certify", "http://inference.example", "--quick", "--report", "out", "--only", "chat.*"]
        ended = inferproof(*arguments, folder=tmp_path, env=env)
    assert f"Basic {pair}" in credentials(seen[0])
    assert ended.code in (1, 3), ended.output
    assert_nothing_leaked(tmp_path, ended, PASSWORD, pair)


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        (f"http://me:{TOKEN}@127.0.0.1:1", "out of the URL"),
        (f"http://{TOKEN}@127.0.0.1:1", "out of the URL"),
        (f"http://me:{TOKEN}@127.0.0.1:x", "not a URL"),
        (f"ftp://me:{TOKEN}@127.0.0.1", "not a URL"),
        (f"http://127.0.0.1:1/?api_key={TOKEN}", "leave out the query"),
        (f"http://127.0.0.1:1/#{TOKEN}", "leave out the query"),
        (f"me:{TOKEN}@127.0.0.1", "not a URL"),
    ],
)
def test_a_secret_in_the_url_is_refused_and_not_repeated(url: str, cure: str, tmp_path: Path) -> None:
    ended = inferproof("certify", url, folder=tmp_path)
    assert ended.code == 2
    assert cure in ended.output
    assert_nothing_leaked(tmp_path, ended, TOKEN)


@pytest.mark.parametrize(
    ("env", "cure"),
    [
        ({"INFERPROOF_API_KEY": f"{KEY}\n"}, "line break"),
        ({"INFERPROOF_API_KEY": "secret"}, "use another"),
        (
            {"HTTP_PROXY": f"http://me:{TOKEN}/x@127.0.0.1:1", "http_proxy": f"http://me:{TOKEN}/x@h:1"},
            "percent-encoded",
        ),
    ],
    ids=["a key with a line break", "a key like a marker", "a proxy that is no URL"],
)
def test_a_secret_that_cannot_be_used_is_refused_and_not_repeated(
    env: dict[str, str], cure: str, tmp_path: Path
) -> None:
    ended = inferproof(
        "certify", "http://inference.invalid", folder=tmp_path, env={"NO_PROXY": "", "no_proxy": ""} | env
    )
    assert ended.code == 2, ended.output
    assert cure in ended.output
    assert "Traceback" not in ended.output
    assert_nothing_leaked(tmp_path, ended, KEY, TOKEN)
