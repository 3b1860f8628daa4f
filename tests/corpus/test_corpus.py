"""The tool that judges stored transcripts again: what it stores, and what it calls a change."""

from __future__ import annotations

from tests.corpus.corpus import VERDICT, accepted, changes, outcomes, stored, table


def test_each_transcript_has_its_verdicts() -> None:
    assert accepted().keys() == stored().keys()
    assert all(VERDICT in found for found in accepted().values())


def test_one_of_them_is_judged_as_it_was() -> None:
    name = min(stored(), key=lambda name: stored()[name].stat().st_size)
    assert list(changes(name, accepted()[name], outcomes(stored()[name]))) == []


def test_a_change_is_told_in_both_directions() -> None:
    before, now = {VERDICT: "conformant", "a": "fail"}, {VERDICT: "not conformant", "b": "fail"}
    found = list(changes("mock", before, now))
    assert [(each.requirement, each.before, each.now) for each in found] == [
        ("a", "fail", "pass"),
        ("b", "pass", "fail"),
        (VERDICT, "conformant", "not conformant"),
    ]
    assert "| mock | `b` | pass | fail |" in table(found)
