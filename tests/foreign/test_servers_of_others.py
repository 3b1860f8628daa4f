"""Servers that nobody here wrote: a verdict, no crash, no error of ours, and no failure that nobody has read.

What fails is listed in `reasons.py`, and was checked by hand against the bytes; `docs/foreign.md` shows them.
"""

from __future__ import annotations

import os

import pytest

from inferproof.certify.certify import Certification
from inferproof.certify.result import Verdict
from inferproof.judge.judge import Outcome
from tests.foreign.report import BYTES_ELSEWHERE, section, table, unread
from tests.foreign.servers import FOREIGN, Foreign, NotInstalled

pytestmark = pytest.mark.skipif(
    "INFERPROOF_FOREIGN" not in os.environ, reason="installs servers of others; `tox -e foreign` runs it"
)

RIGHT = {
    "aimock": {"chat.request.accepted", "stream.event.schema", "chat.usage.total", "chat.reply.id.unique"},
    "transformers serve": {
        "chat.reply.schema",
        "stream.event.schema",
        "chat.usage.total",
        "chat.request.max-tokens.cap",
    },
    "vLLM": {"chat.reply.schema", "auth.missing.refused", "structured-output.json-schema", "tools.required"},
}
"""Some of what each does right."""


@pytest.fixture(scope="module", params=FOREIGN, ids=lambda server: server.name)
def server(request: pytest.FixtureRequest) -> Foreign:
    found: Foreign = request.param
    return found


@pytest.fixture(scope="module")
def found(server: Foreign, tmp_path_factory: pytest.TempPathFactory) -> Certification:
    try:
        return server.certified(tmp_path_factory.mktemp("foreign"))
    except NotInstalled as reason:
        pytest.skip(str(reason))


def test_it_ends_with_a_verdict_and_without_an_error_of_ours(found: Certification) -> None:
    assert found.result.verdict is Verdict.NOT_CONFORMANT
    assert found.result.having(Outcome.HARNESS_ERROR) == []
    assert found.result.interrupted == ""


def test_nothing_fails_that_nobody_has_read(server: Foreign, found: Certification) -> None:
    assert unread(server, found) == set()


def test_all_that_was_read_still_fails(server: Foreign, found: Certification) -> None:
    failed = {each.requirement.id for each in found.result.having(Outcome.FAIL)}
    assert {name for reason in server.reasons for name in reason.fails} <= failed


def test_what_it_does_right_is_not_held_against_it(server: Foreign, found: Certification) -> None:
    assert {each.requirement.id for each in found.result.having(Outcome.PASS)} >= RIGHT[server.name]


def test_each_failure_is_shown_and_with_its_bytes_unless_another_page_has_them(
    server: Foreign, found: Certification
) -> None:
    page, failed = section(server, found), found.result.having(Outcome.FAIL)
    assert all(f"`{each.requirement.id}`" in page for each in failed)
    exchanges = {each.failures[0].exchange.name for each in failed}
    assert page.count("```http") >= (0 if server.name in BYTES_ELSEWHERE else len(exchanges))
    assert f"| {len(failed)} |" in table([(server, found)])
