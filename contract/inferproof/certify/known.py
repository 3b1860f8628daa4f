"""Known gaps: failures that the target file names with a reason, and which therefore do not fail the run.

An entry stands for one cause: requirement, operation, status and words. What fails otherwise under the same id is new.
An entry that nothing needs any more makes the run red, so that the file says no more than the server does; what a run
did not judge says nothing of an entry.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from inferproof.certify.causes import Key, key_of, refusal
from inferproof.certify.said import normal
from inferproof.document import Contract
from inferproof.judge.judge import Failure, Judgement, Outcome, base_name
from inferproof.judge.requirement import Requirement
from inferproof.judge.statuses import MOMENT
from inferproof.judge.subject import Subject
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, by_probe


@dataclass(frozen=True)
class Known:
    """One entry. A pin that is None is not looked at; `until` is the last day on which it counts.

    `generated` says that only generated requests show it. `line` is its place in the target file, 0 where unknown.
    """

    requirement: str
    reason: str
    until: date | None = None
    operation: str | None = None
    status: int | None = None
    cause: str | None = None
    generated: bool = False
    line: int = 0

    def counts(self, today: date) -> bool:
        """It is not past its date."""
        return self.until is None or self.until >= today

    def matches(self, key: Key) -> bool:
        return (
            self.operation in (None, key.operation)
            and self.status in (None, key.status)
            and (self.cause is None or key.cause in _spellings(self.cause))
        )

    @property
    def pins(self) -> str:
        """What it pins beside the requirement, in words; empty for one that takes whatever breaks that."""
        parts = [self.operation or "", "" if self.status is None else str(self.status), self.cause or ""]
        return " ".join(part for part in parts if part)

    @property
    def told(self) -> str:
        """The reason, until when it holds, and whether it takes any cause."""
        until = f", until {self.until.isoformat()}" if self.until else ""
        return f"{self.reason}{until}{'' if self.pins else ' (whatever the cause)'}"

    def to_json(self) -> dict[str, Any]:
        """As it stands in a transcript's header and in `result.json`; what is not pinned is left out."""
        values = {
            "requirement": self.requirement,
            "reason": self.reason,
            "until": self.until.isoformat() if self.until else None,
            "operation": self.operation,
            "status": self.status,
            "cause": self.cause,
            "generated": self.generated or None,
            "line": self.line or None,
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Known:
        """Raises LookupError, TypeError or ValueError for what no run wrote."""
        until = values.get("until")
        text = {name: None if values.get(name) is None else str(values[name]) for name in ("operation", "cause")}
        return cls(
            str(values["requirement"]),
            str(values["reason"]),
            date.fromisoformat(until) if until else None,
            text["operation"],
            None if values.get("status") is None else int(values["status"]),
            text["cause"],
            bool(values.get("generated", False)),
            int(values.get("line", 0)),
        )


class State(StrEnum):
    """What a run says of an entry."""

    FAILS = "still fails"
    PASSES = "passes again"
    PAST = "is past its date"
    UNMATCHED = "matches nothing that failed"
    NOT_JUDGED = "was not judged"

    @property
    def stale(self) -> bool:
        return self in (State.PASSES, State.PAST, State.UNMATCHED)


@dataclass(frozen=True)
class Entry:
    """An entry and what became of it."""

    known: Known
    state: State

    def to_json(self) -> dict[str, Any]:
        return {**self.known.to_json(), "state": self.state.value}


@dataclass(frozen=True)
class Scope:
    """What a run covered: `gate` says that all generated requests were sent. `today` is the day that dates go by.

    A requirement of generated requests alone gets all of its own, with `--only` too.
    """

    today: date
    gate: bool = True
    interrupted: bool = False
    declined: Mapping[str, str] = field(default_factory=dict)


def day_of(header: Mapping[str, Any]) -> date:
    """The day by which the dates of a run's known gaps go: that of the run, or that on which a file was tried on it.

    Raises ValueError for a header that no run wrote.
    """
    said = header.get("declared") or header.get("started")
    return date.fromisoformat(str(said)[:10]) if said else datetime.now(UTC).date()


def settled(
    judgements: Sequence[Judgement],
    entries: Sequence[Known],
    exchanges: Sequence[Exchange],
    contract: Contract,
    scope: Scope,
) -> tuple[tuple[Judgement, ...], tuple[Entry, ...]]:
    """The judgements with what is known called so, and what became of each entry."""
    if not entries:
        return tuple(judgements), ()
    counting = [each for each in entries if each.counts(scope.today)]
    seen: dict[Key, Known] = {}
    used: set[Known] = set()
    told = []
    for judgement in judgements:
        mine = [each for each in counting if each.requirement == judgement.requirement.id]
        found, matched = _called_known(judgement, mine)
        seen |= {key: known for key, known in matched.items() if key not in seen}
        used |= set(matched.values())
        told.append(found)
    evidence = _Evidence(exchanges, contract, scope.declined)
    told = [_called_resting(each, seen, evidence) for each in told]
    by_id = {each.requirement.id: each for each in judgements}
    states = tuple(
        Entry(each, State.FAILS if each in used else _state(each, by_id.get(each.requirement), evidence, scope))
        for each in entries
    )
    return tuple(told), states


def _called_known(judgement: Judgement, entries: Sequence[Known]) -> tuple[Judgement, dict[Key, Known]]:
    """The judgement without the failures that an entry names, and which causes those are."""
    if judgement.outcome is not Outcome.FAIL or not entries:
        return judgement, {}
    matched: dict[Key, Known] = {}
    new: list[Failure] = []
    for failure in judgement.failures:
        key = key_of(failure)
        known = next((each for each in _narrowest(entries) if each.matches(key)), None)
        if known is None:
            new.append(failure)
        else:
            matched[key] = known
    if new:
        return replace(judgement, failures=tuple(new)), matched
    reasons = dict.fromkeys(known.told for known in matched.values())
    return replace(judgement, outcome=Outcome.KNOWN, reason="; ".join(reasons)), matched


def _narrowest(entries: Sequence[Known]) -> list[Known]:
    """Those that pin more first: a broad entry beside them is needed for the rest only."""
    return sorted(entries, key=lambda each: (each.cause is None, each.status is None, each.operation is None))


class _Evidence:
    """The exchanges of a run, as requirements select them."""

    def __init__(self, exchanges: Sequence[Exchange], contract: Contract, declined: Mapping[str, str]) -> None:
        self._answers = [
            Subject(each, contract, declined)
            for each in by_probe(exchanges)
            if each.fault is None or each.fault.kind != "harness"
        ]

    def groups(self, requirement: Requirement) -> Iterator[list[Exchange]]:
        """What it could have been judged by: single exchanges, or those of one probe."""
        if requirement.of is not None:
            for answer in self._answers:
                if requirement.of.matches_request(answer):
                    yield [answer.exchange]
            return
        probes: dict[str, list[Exchange]] = {}
        for answer in self._answers:
            if base_name(answer.exchange.probe) in requirement.needs:
                probes.setdefault(answer.exchange.probe, []).append(answer.exchange)
        yield from probes.values()


def _called_resting(judgement: Judgement, seen: Mapping[Key, Known], evidence: _Evidence) -> Judgement:
    """What could not be verified because each request that it needs was refused for a known cause, is known, too."""
    if judgement.outcome is not Outcome.NOT_VERIFIED or not seen:
        return judgement
    causes = [_known_refusal(group, seen) for group in evidence.groups(judgement.requirement)]
    known = [each for each in causes if each is not None]
    if not known or len(known) < len(causes):
        return judgement
    reason = f"rests on {known[0].requirement}, which is known: {known[0].reason}"
    return replace(judgement, outcome=Outcome.KNOWN, reason=reason)


def _known_refusal(group: Sequence[Exchange], seen: Mapping[Key, Known]) -> Known | None:
    keys = (refusal(exchange) for exchange in group)
    return next((seen[key] for key in keys if key is not None and key in seen), None)


def _state(known: Known, judgement: Judgement | None, evidence: _Evidence, scope: Scope) -> State:
    """What a run says of an entry that none of its failures needs."""
    if judgement is None or scope.interrupted or judgement.outcome not in (Outcome.PASS, Outcome.FAIL):
        return State.NOT_JUDGED
    if not known.counts(scope.today):
        return State.PAST
    unsent = known.generated and known.requirement in CATALOGUE and not scope.gate
    if unsent or _unheard(known, judgement.requirement, evidence):
        return State.NOT_JUDGED
    return State.PASSES if judgement.outcome is Outcome.PASS else State.UNMATCHED


def _unheard(known: Known, requirement: Requirement, evidence: _Evidence) -> bool:
    """A request that may have shown it was not answered, or only for the moment."""
    return any(
        (exchange.reply is None or exchange.reply.status in MOMENT) and known.operation in (None, exchange.role)
        for group in evidence.groups(requirement)
        for exchange in group
    )


def _spellings(cause: str) -> set[str]:
    """A cause as a person may have copied it: in its normal form, or as the server said it."""
    return {cause, normal(cause), normal(cause, re.findall(r"[\w.-]+", cause))}


PINS: Mapping[str, tuple[Any, str]] = {
    "reason": (str, "a text"),
    "until": (date, "a date, as 2027-01-31"),
    "operation": (str, "a text"),
    "status": (int, "an integer"),
    "cause": (str, "a text"),
    "generated": (bool, "true or false"),
}


def read(table: Mapping[str, Any], text: str, refuse: Callable[[str], Exception]) -> tuple[Known, ...]:
    """The entries of the table `[known]` of a target file whose text is given. Raises what `refuse` makes of a text."""
    entries = []
    for id, value in table.items():
        given = value if isinstance(value, list) else [value]
        if not given:
            raise refuse(f'known."{id}" has no entry: remove it')
        for each in given:
            made = _entry(id, each, refuse)
            entries.append(replace(made, line=line_of(text, made)))
    return tuple(entries)


def _entry(id: str, value: Any, refuse: Callable[[str], Exception]) -> Known:
    if isinstance(value, str):
        value = {"reason": value}
    if not isinstance(value, dict):
        raise refuse(f'known."{id}" must be a text that says why, or a table with a `reason`')
    for name, pin in value.items():
        if name not in PINS:
            near = difflib.get_close_matches(name, PINS, n=1)
            cure = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(PINS)}"
            raise refuse(f'unknown option known."{id}".{name}; {cure}')
        kind, said = PINS[name]
        if type(pin) is not kind:  # a bool is no integer here, and a time no date
            raise refuse(f'known."{id}".{name} must be {said}')
    if not str(value.get("reason", "")).strip():
        raise refuse(f'known."{id}" says no `reason`')
    return Known(id, **value)


def check_ids(entries: Sequence[Known], ids: Sequence[str], refuse: Callable[[str], Exception]) -> None:
    """Raises what `refuse` makes of a text for an entry of a requirement that there is not."""
    for each in entries:
        if each.requirement not in ids:
            near = difflib.get_close_matches(each.requirement, ids, n=1)
            cure = f"did you mean {near[0]!r}?" if near else "`inferproof catalogue list` has them"
            raise refuse(f"{_place(each)}no requirement {each.requirement!r} holds in this contract; {cure}")


def _place(known: Known) -> str:
    return f"line {known.line}: " if known.line else ""


def line_of(text: str, known: Known) -> int:
    """The line of a target file on which an entry stands, from 1; 0 where it is written in a way not looked for."""
    lines = text.splitlines()
    names = re.compile(rf"""(?<![\w.-])["']?{re.escape(known.requirement)}["']?(?![\w.-])""")
    start = next((number for number, line in enumerate(lines, 1) if names.search(line.partition("#")[0])), 0)
    if not start or known.cause is None:
        return start
    spelled = {json.dumps(known.cause, ensure_ascii=False), f"'{known.cause}'"}
    own = (number for number, line in enumerate(lines, 1) if number >= start and any(each in line for each in spelled))
    return next(own, start)
