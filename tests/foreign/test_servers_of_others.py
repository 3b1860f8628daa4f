"""Servers that nobody here wrote: a verdict, no crash, no error of ours, and no failure that nobody has read.

What fails is listed in `reasons.py`, and was checked by hand against the bytes; `docs/foreign.md` shows them.
"""

from __future__ import annotations

import os

import pytest

from inferproof.certify.causes import across_operations
from inferproof.certify.certify import Certification
from inferproof.certify.result import Verdict
from inferproof.judge.judge import Outcome
from inferproof.reports.summary import summary
from tests.foreign.servers import FOREIGN, Foreign, NotInstalled
from tools.pages.foreign import BYTES_ELSEWHERE, section, table, unread

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
    "llama.cpp": {
        "auth.missing.refused",
        "auth.key.accepted",
        "chat.reply.schema",
        "chat.request.max-tokens.cap",
        "sampling.stop",
        "stream.event.schema",
        "structured-output.json-schema",
    },
    "LitServe": {"chat.request.accepted", "errors.invalid.status", "stream.done", "stream.equal.content"},
    "guidellm": {"chat.request.accepted", "chat.request.max-tokens.cap", "chat.usage.total", "tools.required"},
    "xpyd-sim": {"auth.missing.refused", "sampling.n", "sampling.stop", "structured-output.json-schema", "tools.named"},
}
"""Some of what each does right."""

UNDECIDED = 12
"""Requirements that are not verified of a server that is certified by its claims: what follows from a failure."""

# llama.cpp's are ten, and one more where a second turns while a stream runs.
MOST_CAUSES = {"llama.cpp": 11, "LitServe": 13, "guidellm": 12, "xpyd-sim": 16}
SCREEN = 48


@pytest.fixture(scope="module", params=FOREIGN, ids=lambda server: server.name)
def server(request: pytest.FixtureRequest) -> Foreign:
    found: Foreign = request.param
    return found


@pytest.fixture(scope="module")
def found(server: Foreign, tmp_path_factory: pytest.TempPathFactory) -> Certification:
    try:
        return server.certified(tmp_path_factory.mktemp("foreign"), {})
    except NotInstalled as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def claimed(server: Foreign, found: Certification, tmp_path_factory: pytest.TempPathFactory) -> Certification:
    if not server.declined:
        pytest.skip("it is certified by the whole contract only")
    return server.by_its_claims(tmp_path_factory.mktemp("claimed"))


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


def test_by_its_claims_it_fails_for_what_was_read_too(
    server: Foreign, found: Certification, claimed: Certification
) -> None:
    assert unread(server, claimed) == set()
    assert len(claimed.result.having(Outcome.FAIL)) < len(found.result.having(Outcome.FAIL))
    assert len(claimed.result.having(Outcome.NOT_VERIFIED)) <= UNDECIDED


def test_by_its_claims_it_is_read_in_a_few_causes_on_a_screen_and_a_half(
    server: Foreign, claimed: Certification
) -> None:
    told = list(summary(claimed.result, "INFERPROOF_API_KEY", "inferproof certify", "report/transcript.jsonl"))
    assert len(across_operations(claimed.result.causes)) <= MOST_CAUSES[server.name]
    assert sum(1 + line.count("\n") for line in told) <= 1.5 * SCREEN, "\n".join(told)


def test_each_failure_is_shown_and_with_its_bytes_unless_another_page_has_them(
    server: Foreign, found: Certification
) -> None:
    page, failed = section(server, found), found.result.having(Outcome.FAIL)
    assert all(f"`{each.requirement.id}`" in page for each in failed)
    exchanges = {each.failures[0].exchange.name for each in failed}
    assert page.count("```http") >= (0 if server.name in BYTES_ELSEWHERE else len(exchanges))
    assert f"| {len(failed)} |" in table([(server, found)])
