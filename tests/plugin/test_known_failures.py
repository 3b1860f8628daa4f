"""What the target file knows of fails no session; what it knows too much of does, and the line is named."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from inferproof.document import Contract
from inferproof.front.serve import running
from tests.command.refusing import Refusing
from tests.plugin.test_pytest_plugin import pytest_in

ENTRY = '[known]\n"chat.user.accepts" = {reason = "ticket 7", cause = "user is not supported"}\n'


@pytest.fixture
def refusing(contract: Contract) -> Iterator[tuple[Refusing, str]]:
    server = Refusing(contract, "user", "user is not supported")
    with running(server) as url:
        yield server, url


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_known_failure_is_an_xfail_with_its_reason(
    workers: tuple[str, ...], refusing: tuple[Refusing, str], tmp_path: Path
) -> None:
    _, url = refusing
    chosen = ("--inferproof-url", url, "-k", "chat.user.accepts", *workers)
    bare = pytest_in(tmp_path, *chosen)
    assert bare.returncode == 1
    assert "words     user is not supported" in bare.stdout
    (tmp_path / "inferproof.toml").write_text(ENTRY, encoding="utf-8")
    done = pytest_in(tmp_path, *chosen, "-rx", "--junit-xml", "junit.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "known: ticket 7" in done.stdout
    [case] = ElementTree.parse(tmp_path / "junit.xml").iter("testcase")
    [skipped] = case.iter("skipped")
    assert (skipped.get("type"), skipped.get("message")) == ("pytest.xfail", "known: ticket 7")


def test_a_known_failure_that_passes_again_fails_and_names_its_line(
    refusing: tuple[Refusing, str], tmp_path: Path
) -> None:
    server, url = refusing
    server.words = ""
    (tmp_path / "inferproof.toml").write_text(ENTRY, encoding="utf-8")
    done = pytest_in(tmp_path, "--inferproof-url", url, "-k", "chat.user.accepts")
    assert done.returncode == 1
    assert "chat.user.accepts passes again: remove it from line 2 of the target file" in done.stdout
