"""Skips are evidence too: `result.json` counts them by reason, few and short, whatever a server calls its members."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferproof.certify.certify import Certification
from inferproof.document import Contract
from inferproof.judge.check import Check
from inferproof.judge.judge import MOST_REASONS, Outcome, judge
from inferproof.judge.requirement import EXAMPLE, MUST, Requirement
from inferproof.judge.select import replies
from inferproof.judge.subject import Subject
from inferproof.judge.value import LONGEST_REASON
from inferproof.reports.files import write_report
from inferproof.wire.exchange import Exchange, Reply, Request

ASKED = b'{"model": "m", "messages": [{"role": "user", "content": "Hi."}]}'

NAMES = {
    "many": [f"name {number}" for number in range(100)],
    "long": [f"{number} " + "x" * 100_000 for number in range(20)],
    "digits": ["1" * 100_000 + f"x{number}" for number in range(20)],
    "no Unicode": [f"\ud800 {number}" for number in range(20)],
    "pointers": [f"/~{number}/" for number in range(20)],
    "control characters": [f"\x1b[31m\n\0{number}" for number in range(20)],
}


def each_member_is_an_integer(reply: Subject, check: Check) -> None:
    """Every member is an integer; one that is none is the schema's business."""
    for member in reply.body.members().values():
        member.integer()


RULE = Requirement(
    "test.rule",
    MUST,
    EXAMPLE,
    ("chat.reply#/usage",),
    "Members are integers.",
    each_member_is_an_integer,
    replies("chat"),
)


def exchange(step: int, body: Any) -> Exchange:
    raw = json.dumps(body).encode()
    reply = Reply(200, headers=(("Content-Type", "application/json"),), body=raw, wire_length=len(raw))
    return Exchange("probe", step, "chat", Request("POST", "/v1/chat/completions", body=ASKED), reply)


def row(exchanges: list[Exchange], certification: Certification, contract: Contract, folder: Path) -> dict[str, Any]:
    """The requirement as the report's `result.json` shows it."""
    result = replace(certification.result, judgements=tuple(judge([RULE], exchanges, contract)))
    write_report(replace(certification, result=result), folder)
    [shown] = json.loads((folder / "result.json").read_text(encoding="utf-8"))["requirements"]
    return dict(shown)


def test_skips_are_counted_by_reason(certification: Certification, contract: Contract, tmp_path: Path) -> None:
    bodies: list[Any] = [{"a": 1}, {"a": "x"}, {"a": 2}, {"b": None}, {"a": []}]
    shown = row([exchange(step, body) for step, body in enumerate(bodies)], certification, contract, tmp_path)
    assert (shown["outcome"], shown["judged"]) == (Outcome.PASS, 2)
    assert shown["skipped"] == {"no integer at /a": 2, "no integer at /b": 1}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES.keys())
def test_reasons_are_few_and_short_whatever_a_server_calls_its_members(
    names: list[str], certification: Certification, contract: Contract, tmp_path: Path
) -> None:
    exchanges = [exchange(step, {name: "no integer"}) for step, name in enumerate(names)]
    shown = row(exchanges, certification, contract, tmp_path)
    assert shown["outcome"] == Outcome.NOT_VERIFIED
    assert len(shown["skipped"]) <= MOST_REASONS + 1
    assert max(map(len, shown["skipped"])) <= LONGEST_REASON
    assert sum(shown["skipped"].values()) == len(names)
