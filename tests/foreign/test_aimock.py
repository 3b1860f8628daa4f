"""A server that nobody here wrote, installed from npm, with its own fixtures: a verdict, no crash, true failures.

Each `fail` below was checked by hand against the bytes; `docs/foreign.md` shows them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from inferproof.certify.certify import Certification, certify
from inferproof.certify.result import Verdict
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.requirements.judge import Outcome
from tests.foreign.report import section
from tests.foreign.servers import aimock
from tests.pages import replaced

pytestmark = pytest.mark.skipif(
    "INFERPROOF_FOREIGN" not in os.environ, reason="installs servers of others; `tox -e foreign` runs it"
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with aimock(tmp_path_factory.mktemp("aimock")) as address:
        yield address


@pytest.fixture(scope="module")
def certification(url: str, contract: Contract) -> Certification:
    return certify(contract, Target(url))


def test_it_ends_with_a_verdict_and_without_an_error_of_ours(certification: Certification) -> None:
    assert certification.result.verdict is Verdict.NOT_CONFORMANT
    assert certification.result.having(Outcome.HARNESS_ERROR) == []


def test_what_it_does_right_is_not_held_against_it(certification: Certification) -> None:
    held = {judgement.requirement.id for judgement in certification.result.having(Outcome.PASS)}
    assert held >= {"chat.request.accepted", "stream.event.schema", "chat.usage.total", "chat.reply.id.unique"}


def test_what_it_does_wrong_is_named(certification: Certification) -> None:
    failed = {judgement.requirement.id for judgement in certification.result.having(Outcome.FAIL)}
    assert failed >= {"auth.missing.refused", "errors.invalid.status", "chat.request.max-tokens.cap"}


def test_each_failure_is_shown_with_its_bytes(certification: Certification) -> None:
    page = replaced("<!-- aimock: begin --><!-- aimock: end -->", "aimock", section(certification))
    for judgement in certification.result.having(Outcome.FAIL):
        assert f"### `{judgement.requirement.id}`" in page
    assert page.count("```http") == len(certification.result.having(Outcome.FAIL))
