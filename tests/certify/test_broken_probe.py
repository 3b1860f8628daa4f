"""A probe of ours that breaks: the run goes on, and what needed the probe is our error, neither a pass nor a fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inferproof.certify.certify import Certification, certify, judged
from inferproof.certify.result import Verdict
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.judge.judge import Outcome
from inferproof.judge.value import Skip
from inferproof.probes import PROBES
from inferproof.probes.probe import RequestBuilder, Steps, user
from inferproof.reports.files import write_report
from inferproof.reports.summary import summary
from inferproof.wire.transcript import read
from inferproof_mock.server import DEFAULT_KEY

SEED = "sampling.seed"
ECHO = "sampling.echo"
Run = Callable[..., Certification]


def at_once(call: RequestBuilder) -> Steps:
    """It has no request at all."""
    yield call.no_such_attribute  # type: ignore[attr-defined]


def half_way(call: RequestBuilder) -> Steps:
    """Its second request cannot be made."""
    answer = yield call.chat(user("Hello!"))
    yield call.chat(user(None + answer.text))


def without_a_text(call: RequestBuilder) -> Steps:
    """Its second request has nothing to be made from."""
    yield call.chat(user("Hello!"))
    raise Skip("there is no text")


@pytest.fixture
def run(contract: Contract, mock_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    def with_probe(name: str, steps: Callable[[RequestBuilder], Steps], *only: str) -> Certification:
        monkeypatch.setitem(PROBES, name, replace(PROBES[name], steps=steps))
        return certify(contract, Target(mock_url, key=DEFAULT_KEY), only=only)

    return with_probe


def outcomes(found: Certification, outcome: Outcome) -> set[str]:
    return {each.requirement.id for each in found.result.having(outcome)}


@pytest.mark.parametrize("steps", [at_once, half_way])
def test_what_needs_a_probe_that_breaks_is_our_error_and_all_else_is_judged(
    steps: Callable[[RequestBuilder], Steps], run: Run, certification: Certification
) -> None:
    found = run(SEED, steps, "sampling.*")
    assert outcomes(found, Outcome.HARNESS_ERROR) == {SEED}
    others = {id for id in outcomes(certification, Outcome.PASS) if id.startswith("sampling.")} - {SEED}
    assert outcomes(found, Outcome.PASS) == others


def test_what_nothing_else_asks_for_is_our_error(run: Run) -> None:
    found = run(ECHO, at_once, "sampling.echo*")
    assert outcomes(found, Outcome.HARNESS_ERROR) == {ECHO, "sampling.echo.other-role"}


def test_a_probe_that_breaks_makes_a_run_incomplete_even_where_others_ask_the_same(run: Run) -> None:
    found = run("chat.minimal", at_once)
    assert outcomes(found, Outcome.HARNESS_ERROR) == set()
    assert found.result.verdict is Verdict.INCOMPLETE


def test_a_probe_that_breaks_is_named_with_the_place(run: Run) -> None:
    found = run(SEED, half_way, SEED)
    [judgement] = found.result.having(Outcome.HARNESS_ERROR)
    assert "the probe sampling.seed broke before its request 1: TypeError in test_broken_probe.py" in judgement.reason
    *_, verdict = summary(found.result, "KEY", "inferproof certify")
    assert "a probe broke, our fault, please report: sampling.seed" in verdict


def test_a_run_with_a_probe_that_broke_is_judged_again_as_it_was(run: Run, contract: Contract, tmp_path: Path) -> None:
    found = run(SEED, half_way, SEED)
    write_report(found, tmp_path)
    again = judged(contract, read(tmp_path / "transcript.jsonl"))
    assert again.to_json() == found.result.to_json()


def test_a_probe_that_has_nothing_to_ask_further_is_nobodys_error(run: Run) -> None:
    found = run(SEED, without_a_text, SEED)
    [judgement] = [each for each in found.result.judgements if each.requirement.id == SEED]
    assert judgement.outcome is Outcome.NOT_VERIFIED
    assert "requests to tell" in judgement.reason
