"""The mock behind limits as servers set them gets the verdict that it gets without; by a clock that runs faster."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import pytest

from inferproof.certify.certify import Certification, Progress, certify
from inferproof.certify.result import Verdict
from inferproof.certify.target import Limits, Target, UsageError
from inferproof.document import Contract
from inferproof.front.serve import running
from inferproof.judge.judge import Outcome
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.certify.limiters import FAST, Bucket, Limit, Limited, Refusal, Seen, Window, after

SOME = ("sampling.*",)
MANY = ("chat.reply.*",)


@dataclass
class Ran:
    """A run, the server's side of it, and what a person was told of the pace."""

    found: Certification
    server: Limited
    told: list[str] = field(default_factory=list)

    def conforms(self) -> None:
        assert self.found.result.interrupted == ""
        assert self.found.result.verdict is Verdict.CONFORMANT
        assert self.found.result.having(Outcome.FAIL) == []
        assert self.server.refused < 0.15 * self.found.result.requests + 10


Run = Callable[..., Ran]


@pytest.fixture
def behind(contract: Contract) -> Run:
    def run(limit: Limit, only: tuple[str, ...] = SOME, **limits: Any) -> Ran:
        server, told = Limited(mock(contract), limit), []
        with running(server) as url:
            target = Target(url, key=DEFAULT_KEY, limits=Limits(**limits))
            found = certify(contract, target, only=only, clock=FAST, progress=Progress(noted=told.append))
        return Ran(found, server, told)

    return run


@pytest.mark.parametrize(
    "limit", [Bucket, Window, lambda: Window(says=lambda left: Refusal())], ids=["bucket", "window", "window, not told"]
)
def test_60_a_minute_take_their_time_and_end_with_the_right_verdict(limit: Callable[[], Limit], behind: Run) -> None:
    ran = behind(limit(), MANY)
    ran.conforms()
    assert len(ran.told) == 1
    assert "requests a minute" in ran.told[0]
    assert "left" in ran.told[0]


def test_no_more_than_was_under_way_comes_before_the_moment_that_was_told(behind: Run) -> None:
    ran = behind(Window(20), concurrency=4)
    ran.conforms()
    assert ran.server.early <= 3 + 2 + 1 + 1


@pytest.mark.parametrize("headers", [(), (("Retry-After", "1"),)], ids=["not told", "told"])
def test_one_at_a_time_is_no_rate(headers: tuple[tuple[str, str], ...], behind: Run) -> None:
    refusal = Refusal(headers=headers, message="Too many concurrent requests.")
    ran = behind(lambda seen, at: refusal if seen.under_way else None, MANY)
    ran.conforms()
    assert ran.told == []


@pytest.mark.parametrize(
    "says",
    [
        lambda left: after(left, 503),
        lambda left: after(left, 529),
        lambda left: after("0.25"),
        lambda left: after("-3"),
        lambda left: after("in a while"),
        lambda left: after(formatdate(0, usegmt=True)),
    ],
    ids=["503", "529", "fraction", "negative", "garbage", "date in the past"],
)
def test_each_way_to_say_not_now_is_waited_for(says: Callable[[float], Refusal], behind: Run) -> None:
    ran = behind(Window(15, says, 30))
    assert ran.found.result.verdict is Verdict.CONFORMANT
    assert ran.server.refused > 0


def test_a_daily_quota_ends_the_run_at_once_and_says_when_it_may_go_on(behind: Run) -> None:
    ran = behind(Window(30, lambda left: after("86400"), 86400))
    assert ran.found.result.verdict is Verdict.INCOMPLETE
    assert "asks to wait 24 hours, until 2" in ran.found.result.interrupted
    assert "total_seconds in [limits]" in ran.found.result.interrupted
    assert ran.found.result.having(Outcome.FAIL) == []
    assert ran.server.refused <= 8


def test_a_quota_that_says_nothing_ends_the_run_after_a_minute_or_so(behind: Run) -> None:
    ran = behind(Window(30, lambda left: Refusal(message="Come\x1b[2J back."), 86400))
    assert ran.found.result.verdict is Verdict.INCOMPLETE
    assert "answers 429 (Come?[2J back.) to everything, after waits of" in ran.found.result.interrupted
    assert ran.found.result.having(Outcome.FAIL) == []


@pytest.mark.parametrize("status", [429, 503])
def test_what_is_refused_alone_is_not_verified_and_the_rest_is_judged(status: int, behind: Run) -> None:
    """Whoever answers so to the requests with one member would else hide what it does with it."""
    refusal = Refusal(status, (("Retry-After", "1"),))
    ran = behind(lambda seen, at: refusal if b'"bad_words":' in seen.body else None)
    assert ran.found.result.interrupted == ""
    unseen = {each.requirement.id for each in ran.found.result.having(Outcome.NOT_VERIFIED)}
    assert "sampling.bad-words" in unseen
    assert len(unseen) < 5
    assert ran.found.result.having(Outcome.FAIL) == []


def bad_keys(seen: Seen) -> bool:
    return "core" not in seen.path and DEFAULT_KEY not in seen.headers.get("authorization", "")


def test_a_door_that_closes_after_bad_keys_does_not_stop_the_run(contract: Contract, behind: Run) -> None:
    bad = 0

    def five_bad_keys(seen: Seen, at: float) -> Refusal | None:
        nonlocal bad
        if not seen.headers.get("authorization") or not bad_keys(seen):
            return None
        bad += 1
        return after("900") if bad > 5 else None

    ran = behind(five_bad_keys, ("auth.*",))
    assert ran.server.refused > 5
    assert ran.found.result.interrupted == ""
    assert ran.server.refused <= 60


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Refusal(402, message="Top up."), "402 (Top up.)"),
        (Refusal(429, message="Spent.", code="insufficient_quota"), "429 (Spent.)"),
        (Refusal(403, message="Spent.", code="credit_exhausted"), "403 (Spent.)"),
    ],
)
def test_credit_that_is_used_up_ends_the_run_with_its_name(refusal: Refusal, said: str, behind: Run) -> None:
    ran = behind(Window(30, lambda left: refusal, 86400))
    assert ran.found.result.verdict is Verdict.INCOMPLETE
    assert "the credit of the key in INFERPROOF_API_KEY is used up" in ran.found.result.interrupted
    assert said in ran.found.result.interrupted
    assert "Top the account up" in ran.found.result.interrupted
    assert ran.found.result.having(Outcome.FAIL) == []


def test_credit_that_was_used_up_before_is_told_before_the_run(behind: Run) -> None:
    refusal = Refusal(402, message="Top up.")
    with pytest.raises(UsageError, match="the credit of the key in INFERPROOF_API_KEY is used up"):
        behind(lambda seen, at: refusal if seen.body else None)


def test_one_model_that_costs_more_does_not_end_the_run(behind: Run) -> None:
    refusal = Refusal(402, message="Not in your tier.")
    ran = behind(lambda seen, at: refusal if b'"input":' in seen.body else None, ("embeddings.*", "chat.reply.id"))
    assert ran.found.result.interrupted == ""


def test_a_target_that_refuses_everything_is_none(behind: Run) -> None:
    with pytest.raises(UsageError, match=r"429 .* to everything, after waits of"):
        behind(lambda seen, at: Refusal())


def test_a_preflight_waits_too(behind: Run) -> None:
    first = [after("61"), after("2")]
    behind(lambda seen, at: first.pop() if first else None).conforms()


def test_a_transcript_has_each_request_once_however_often_it_was_sent(behind: Run) -> None:
    ran = behind(Window(15, after, 30))
    names = [each.name for each in ran.found.transcript.exchanges]
    assert len(names) == len(set(names))
    assert ran.found.result.requests > len(names)
    assert all(each.reply is None or each.reply.status != 429 for each in ran.found.transcript.exchanges)
    assert json.dumps(ran.found.transcript.footer)
