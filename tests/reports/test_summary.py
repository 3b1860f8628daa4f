"""The closing summary says no more than the run has shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inferproof.certify.certify import Certification, judged
from inferproof.certify.result import Result, Verdict
from inferproof.document import Contract
from inferproof.judge.check import Finding
from inferproof.judge.judge import Failure, Outcome
from inferproof.reports.files import write_report
from inferproof.reports.summary import CAUSES, SHOWN, WHOLE, summary
from inferproof.wire.exchange import Exchange, Origin, Reply, Request
from inferproof.wire.transcript import NAMED, read


def lines(result: Result, **more: str) -> list[str]:
    return list(summary(result, "INFERPROOF_API_KEY", "inferproof certify", **more))


@pytest.fixture
def whole(certification: Certification) -> Result:
    """Conformant, as if the gate had been sent too."""
    return replace(certification.result, generated=True)


def verdict(result: Result) -> str:
    return lines(result)[-1].partition("]")[2].replace("[/]", "")


def test_a_whole_run_is_conformant_and_a_certificate(whole: Result) -> None:
    assert verdict(whole) == "conformant"
    assert whole.to_json()["certificate"] is True


def test_a_run_without_the_generated_requests_is_no_certificate(certification: Certification) -> None:
    found = certification.result
    assert verdict(found) == "conformant, without the generated requests: no certificate"
    assert (found.to_json()["verdict"], found.to_json()["certificate"]) == ("conformant", False)


def test_a_run_of_one_requirement_is_no_certificate(whole: Result) -> None:
    one = replace(whole, only=("chat.usage.total",), judgements=whole.judgements[:1])
    assert verdict(one) == f"conformant in 1 of {whole.in_all} requirements: no certificate"
    said = one.to_json()
    assert (said["verdict"], said["certificate"], said["only"]) == ("conformant", False, ["chat.usage.total"])
    assert said["contract"]["requirements"] == whole.in_all > len(whole.judgements)


def test_what_is_not_conformant_says_what_it_covers_without_counting_failures(whole: Result) -> None:
    cut = replace(whole, only=("a.*",), judgements=whole.judgements[:1], interrupted="ended by SIGTERM")
    assert verdict(cut) == f"incomplete (ended by SIGTERM; 1 of {whole.in_all} requirements judged)"
    assert cut.verdict is Verdict.INCOMPLETE
    assert not cut.certificate


def test_a_transcript_says_the_same_of_what_was_left_out(
    certification: Certification, contract: Contract, tmp_path: Path
) -> None:
    header = certification.transcript.header | {"only": ["chat.usage.total"]}
    transcript = replace(certification.transcript, header=header)
    found = Certification(judged(contract, transcript), transcript)
    write_report(found, tmp_path)
    again = judged(contract, read(tmp_path / "transcript.jsonl"))
    assert verdict(again) == verdict(found.result)
    assert verdict(again).startswith("conformant in 1 of ")


def test_no_more_than_a_handful_of_requirements_is_named(whole: Result) -> None:
    broken = [replace(each, outcome=Outcome.NOT_VERIFIED) for each in whole.judgements]
    text = "\n".join(lines(replace(whole, judgements=tuple(broken))))
    assert f"and {len(broken) - SHOWN} more" in text
    assert "--report FOLDER has result.json name them" in text
    assert sum(f" {each.requirement.id}:" in text for each in broken) <= SHOWN
    reported = "\n".join(lines(replace(whole, judgements=tuple(broken)), transcript="out/transcript.jsonl"))
    assert ": result.json names them" in reported.replace("[/]", "")


def test_no_more_than_ten_causes_are_told_and_three_with_their_requests(whole: Result) -> None:
    exchange = Exchange("chat.minimal", 0, "chat", Request("GET", "/status"), Reply(200))
    failures = (Failure(exchange, Finding("", "one", "another")),)
    broken = [replace(each, outcome=Outcome.FAIL, failures=failures) for each in whole.judgements]
    told = lines(replace(whole, judgements=tuple(broken)))
    assert sum(": expected one, found another" in line for line in told) == CAUSES
    assert sum(line.startswith("  request ") for line in told) == WHOLE
    assert f"[bold]and {len(broken) - CAUSES} more causes:[/] --report FOLDER has result.json tell them all\n" in told
    reported = lines(replace(whole, judgements=tuple(broken)), transcript="out/transcript.jsonl")
    assert any("more causes:[/] result.json has them all" in line for line in reported)


def test_a_profile_that_is_not_claimed_is_called_so_and_counts_nothing(whole: Result) -> None:
    judgements = tuple(
        replace(each, outcome=Outcome.NOT_APPLICABLE, reason="attributes: there are none")
        if each.requirement.profile == "attributes"
        else each
        for each in whole.judgements
    )
    target = whole.target | {"declined": {"attributes": "there are none"}}
    text = "\n".join(lines(replace(whole, judgements=judgements, target=target)))
    assert "attributes not claimed" in text
    assert "attributes 0/" not in text
    count = sum(each.requirement.profile == "attributes" for each in judgements)
    assert f"  {count} requirements: attributes: there are none" in text


def test_what_is_a_handful_is_named(whole: Result) -> None:
    open_ = tuple(replace(each, outcome=Outcome.NOT_VERIFIED) for each in whole.judgements[: SHOWN + 2])
    first, second = (each.requirement.id for each in open_[-2:])
    assert f"  and 2 more: {first}, {second}" in lines(replace(whole, judgements=open_))


def test_an_interrupted_run_counts_what_holds_so_far_and_calls_no_profile_complete(whole: Result) -> None:
    cut = replace(whole, interrupted="interrupted by the keyboard")
    profile = whole.judgements[0].requirement.profile
    assert any(f"{profile} " in line for line in lines(whole)[:-1])
    counts, said = lines(cut)[-2:]
    assert counts.startswith("so far, of what was sent: ")
    assert "incomplete" in said
    assert not any(f"{profile} " in line for line in lines(cut))


def test_the_time_of_a_run_is_that_of_sending_and_that_in_all(whole: Result) -> None:
    timed = replace(whole, requests=1, seconds=0.4, waited=2.1)
    assert lines(timed)[-2].endswith("; 1 request sent in 0.4 s; 2.1 s in all")
    assert lines(replace(timed, waited=0.0))[-2].endswith("; 1 request sent in 0.4 s")


def test_why_a_run_ended_is_said_once(whole: Result) -> None:
    cause = "16 requests in a row brought no whole reply"
    open_ = replace(whole.judgements[0], outcome=Outcome.NOT_VERIFIED, reason=f"chat.twice/1: {cause}")
    text = "\n".join(lines(replace(whole, judgements=(open_, *whole.judgements[1:]), interrupted=cause)))
    assert text.count(cause) == 1
    assert "chat.twice/1: the run had ended" in text


@pytest.mark.parametrize(
    ("probes", "named"),
    [
        (["chat.twice", "gate.chat.n.lax"], ""),
        (["kept.one", "gate.chat.n.lax"], ""),
        (["reduced.chat.usage.total", "gate.chat.n.lax"], " --only gate.chat.n.lax"),
        (["reduced.chat.usage.total"], ""),
    ],
)
def test_the_line_that_runs_it_again_sends_the_generated_request_that_broke_it(
    probes: list[str], named: str, whole: Result
) -> None:
    total = next(each for each in whole.judgements if each.requirement.id == "chat.usage.total")
    exchanges = [
        Exchange(
            name, 0, "chat", Request("GET", "/status"), Reply(200), origin=NAMED.get(name.split(".")[0], Origin.WRITTEN)
        )
        for name in probes
    ]
    failures = tuple(Failure(each, Finding("", "one", "another")) for each in exchanges)
    broken = replace(whole, judgements=(replace(total, outcome=Outcome.FAIL, failures=failures),))
    again = next(line for line in lines(broken) if line.startswith("  again"))
    assert again.strip().endswith(f"inferproof certify --only chat.usage.total{named}")
