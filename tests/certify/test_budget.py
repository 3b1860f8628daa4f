"""What a run costs at most, told before its first request; and what it may cost, which no run exceeds."""

from __future__ import annotations

import time

import pytest

from inferproof.certify.budget import OPEN_ENDED, OURS_S, TYPICAL, UNCAPPED, Estimate, Speed, estimate, tokens_of
from inferproof.certify.certify import Certification, Progress, certify
from inferproof.certify.plan import Plan
from inferproof.certify.result import Verdict
from inferproof.certify.spending import Spending
from inferproof.certify.target import Budget, Limits, Target, UsageError
from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof.front.serve import running
from inferproof.probes.probe import PlannedRequest, RequestBuilder, turn, user
from inferproof.wire.exchange import Reply
from inferproof_mock.model import MockModel
from inferproof_mock.server import DEFAULT_KEY


@pytest.fixture
def call(contract: Contract) -> RequestBuilder:
    return RequestBuilder(contract, "chat-model", "embedding-model")


def of(*asks: PlannedRequest, limits: Limits | None = None, latency: float | None = None) -> Estimate:
    return estimate(asks, (), limits or Limits(), None if latency is None else Speed(latency))


def test_tokens_are_the_caps_of_all_choices(call: RequestBuilder) -> None:
    assert of(call.chat(user("hi"), max_tokens=8), call.chat(user("hi"), max_tokens=6, n=3)).tokens == 8 + 18
    assert of(call.legacy(turn("Human", "hi"), max_tokens=5)).tokens == 5


def test_a_request_without_a_cap_is_reckoned_at_the_documented_default(call: RequestBuilder) -> None:
    assert of(call.chat(user("hi"), max_tokens=None)).tokens == UNCAPPED


def test_what_completes_nothing_costs_no_tokens(call: RequestBuilder) -> None:
    assert of(call.to("status"), call.embed("hi"), call.chat().with_body(b"{")).tokens == 0


def test_time_is_that_of_one_request_shared_among_the_slots(call: RequestBuilder) -> None:
    asks = [call.to("status")] * 40
    assert of(*asks, limits=Limits(concurrency=8), latency=0.5).seconds == 40 / 8 * 0.5
    assert estimate((), asks, Limits(concurrency=8), Speed(0.5)).seconds == 40 * 0.5
    assert of(*asks).seconds is None


def test_each_token_takes_its_time_and_choices_are_made_side_by_side(call: RequestBuilder) -> None:
    asks = [call.chat(user("hi"), max_tokens=11), call.chat(user("hi"), max_tokens=11, n=2)]
    assert estimate((), asks, Limits(), Speed(0.5, 0.1)).seconds == pytest.approx(2 * (0.5 + 10 * 0.1))


@pytest.mark.parametrize(("cap", "tokens"), [(1000, TYPICAL), (None, OPEN_ENDED)])
def test_a_reply_that_may_be_long_ends_by_itself(cap: int | None, tokens: int, call: RequestBuilder) -> None:
    long = estimate((), [call.chat(user("hi"), max_tokens=cap)], Limits(), Speed(0.5, 0.1))
    assert long.seconds == pytest.approx(0.5 + (tokens - 1) * 0.1)


def test_what_the_contract_refuses_generates_nothing(call: RequestBuilder, contract: Contract) -> None:
    asks = [call.chat(user("hi"), max_tokens=11, temperature="hot")]
    assert estimate((), asks, Limits(), Speed(0.5, 0.1), contract).seconds == pytest.approx(0.5)


def test_a_fast_server_does_not_make_our_own_work_faster(call: RequestBuilder) -> None:
    assert of(*[call.to("status")] * 40, latency=0.0).seconds == 40 * OURS_S


def test_a_limit_a_minute_is_the_longer_of_both(call: RequestBuilder) -> None:
    assert of(*[call.to("status")] * 40, limits=Limits(requests_per_minute=20), latency=0.001).seconds == 120


def test_it_reads_as_a_sentence() -> None:
    assert str(Estimate(413, 12523, 0.4)) == "413 requests, at most 12,523 completion tokens, about 1 s"


def test_a_run_tells_its_budget_before_it_starts_and_keeps_it(
    contract: Contract, mock_url: str, certification: Certification
) -> None:
    told: list[Estimate] = []

    def planned(plan: Plan, cost: Estimate) -> None:
        told.append(cost)

    progress = Progress(planned, lambda probe: None)
    found = certify(contract, Target(mock_url, key=DEFAULT_KEY), only=["chat.usage.*"], progress=progress)
    assert [each.requests for each in told] == [found.result.requests]
    assert told[0].seconds is not None


def test_the_written_requirements_take_at_most_700_requests(contract: Contract, mock_url: str) -> None:
    found = certify(contract, Target(mock_url, key=DEFAULT_KEY))
    assert found.result.requests <= 700


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(requests=99), "about 100 requests, where the budget allows 99"),
        (Budget(tokens=1_499), "about 1,500 tokens, where the budget allows 1,499"),
        (Budget(minutes=1.5), "about 2 minutes, where the budget allows 1.5"),
    ],
    ids=str,
)
def test_what_exceeds_the_budget_is_not_started(budget: Budget, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        Estimate(100, 1_000, 120.0, 500).refuse_beyond(budget)
    assert said in str(raised.value)
    assert "--quick" in str(raised.value)
    Estimate(100, 1_000, 120.0, 500).refuse_beyond(Budget(requests=100, tokens=1_500, minutes=2))
    Estimate(100, 1_000, None).refuse_beyond(Budget(minutes=0.1))


def test_a_run_over_its_budget_sends_nothing(contract: Contract, mock_url: str) -> None:
    target = Target(mock_url, key=DEFAULT_KEY, budget=Budget(requests=10))
    with pytest.raises(UsageError, match="the budget allows 10"):
        certify(contract, target)


def test_spending_counts_what_usage_says_else_what_a_request_allows(call: RequestBuilder) -> None:
    ask, spending = call.chat(user("hi"), max_tokens=8), Spending(Budget(tokens=2 * tokens_of_a_chat(call)))
    assert spending.why_not(ask) == ""
    assert spending.tokens == tokens_of_a_chat(call)
    spending.note(ask, Reply(200, body=b'{"usage": {"total_tokens": 3}}'))
    assert spending.tokens == 3
    assert spending.why_not(ask) == ""
    spending.note(ask, Reply(422, body=b"{}"))
    assert spending.tokens == 3
    assert spending.why_not(ask) == ""
    spending.note(ask, None)
    assert "tokens is spent, but for" in spending.why_not(ask)


@pytest.mark.parametrize(
    "body", ["data: {}", '{"usage": {"total_tokens": -1}}', '{"usage": {"total_tokens": true}}', "[]"]
)
def test_what_usage_does_not_say_is_what_was_allowed(body: str, call: RequestBuilder) -> None:
    ask, spending = call.chat(user("hi"), max_tokens=8), Spending()
    assert spending.why_not(ask) == ""
    spending.note(ask, Reply(200, body=body.encode()))
    assert spending.tokens == tokens_of_a_chat(call)


def tokens_of_a_chat(call: RequestBuilder) -> int:
    return tokens_of(call.chat(user("hi"), max_tokens=8))


@pytest.mark.parametrize("budget", [Budget(requests=3), Budget(tokens=40)], ids=str)
def test_a_run_that_takes_more_than_was_planned_ends_at_its_budget(
    budget: Budget, contract: Contract, mock_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Estimate, "refuse_beyond", lambda estimate, budget: None)
    found = certify(contract, Target(mock_url, key=DEFAULT_KEY, budget=budget), only=["sampling.*"])
    assert found.result.verdict is Verdict.INCOMPLETE
    assert "the budget of" in found.result.interrupted
    assert "--quick" in found.result.interrupted
    assert found.result.requests <= 3


def test_the_time_is_foretold_by_that_of_a_token(contract: Contract) -> None:
    """On a quiet machine within 30 %; a busy one adds its own."""
    said: list[float] = []

    def planned(plan: Plan, cost: Estimate) -> None:
        said.extend((cost.seconds or 0.0, time.monotonic()))

    progress = Progress(planned, judging=lambda exchanges: said.append(time.monotonic()))
    slow = Front(contract, MockModel(contract, ttft=0.03, inter_token=0.03), keys=(DEFAULT_KEY,))
    with running(slow) as url:
        certify(contract, Target(url, key=DEFAULT_KEY), only=["sampling.*"], progress=progress)
    foretold, began, ended = said
    assert 0.5 < foretold / (ended - began) < 1.5
