"""The budget: what a run costs at most, told before its first request."""

from __future__ import annotations

import pytest

from inferproof.certify.budget import OURS_S, UNCAPPED, Budget, budget
from inferproof.certify.certify import Certification, Progress, certify
from inferproof.certify.plan import Plan
from inferproof.certify.target import Limits, Target
from inferproof.document import Contract
from inferproof.probes.probe import PlannedRequest, RequestBuilder, turn, user
from inferproof_mock.server import DEFAULT_KEY


@pytest.fixture
def call(contract: Contract) -> RequestBuilder:
    return RequestBuilder(contract, "chat-model", "embedding-model")


def of(*asks: PlannedRequest, limits: Limits | None = None, latency: float | None = None) -> Budget:
    return budget(asks, (), limits or Limits(), latency)


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
    assert budget((), asks, Limits(concurrency=8), 0.5).seconds == 40 * 0.5
    assert of(*asks).seconds is None


def test_a_fast_server_does_not_make_our_own_work_faster(call: RequestBuilder) -> None:
    assert of(*[call.to("status")] * 40, latency=0.0).seconds == 40 * OURS_S


def test_a_limit_a_minute_is_the_longer_of_both(call: RequestBuilder) -> None:
    assert of(*[call.to("status")] * 40, limits=Limits(requests_per_minute=20), latency=0.001).seconds == 120


def test_it_reads_as_a_sentence() -> None:
    assert str(Budget(413, 12523, 0.4)) == "413 requests, at most 12,523 completion tokens, about 1 s"


def test_a_run_tells_its_budget_before_it_starts_and_keeps_it(
    contract: Contract, mock_url: str, certification: Certification
) -> None:
    told: list[Budget] = []

    def planned(plan: Plan, budget: Budget) -> None:
        told.append(budget)

    progress = Progress(planned, lambda probe: None)
    found = certify(contract, Target(mock_url, key=DEFAULT_KEY), only=["chat.usage.*"], progress=progress)
    assert [each.requests for each in told] == [found.result.requests]
    assert told[0].seconds is not None


def test_the_written_requirements_take_at_most_600_requests(contract: Contract, mock_url: str) -> None:
    found = certify(contract, Target(mock_url, key=DEFAULT_KEY))
    assert found.result.requests <= 600
