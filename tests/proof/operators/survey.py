"""Tries every change on the requirements that look at its exchange, and keeps those that none objects to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from inferproof.document import Contract
from inferproof.document.contract import Layer
from inferproof.judge.check import Check, CheckFailed
from inferproof.judge.judge import base_name
from inferproof.judge.requirement import Requirement
from inferproof.judge.select import CHAT
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip, Value
from inferproof.requirements import held
from inferproof.wire.exchange import Exchange
from tests.proof.operators.operators import Change, changes
from tests.proof.operators.places import pattern, places


@dataclass
class Class:
    """One operator at one kind of place: how many changes were tried, and which of them nobody minded."""

    tried: int = 0
    survivors: list[str] = field(default_factory=list)
    """The names of the exchanges whose change survived."""


Survey = dict[tuple[str, str], Class]
"""By place (`chat reply /usage/total_tokens`) and operator."""

REQUEST_SIDE = (
    "request",
    "known",
    "at_fault",
    "expectation",
    "allowed_if_lax",
    "doubtful",
    "violations",
    "wrong_places",
    "corrected_places",
)
"""What an Answer keeps of its request; a change to the reply leaves it."""


class Deciding(Check):
    """Says no without the reason: of forty thousand replies nobody reads it, and it costs more than all the rest."""

    def valid(self, value: Any, pointer: str, layer: Layer = "published", *, at: str = "") -> None:
        raw = value.raw if isinstance(value, Value) else value
        if not self.contract.validator(pointer, layer).decides(raw):
            self.fail(f"valid by #{pointer}", "", at=at)


class Surveyed:
    """One exchange of the transcript and the requirements that look at it."""

    def __init__(self, answer: Subject, group: Sequence[Subject], each: list[Requirement], together: list[Requirement]):
        self.answer = answer
        self.kind = kind_of(answer)
        self._group, self._each, self._together = group, each, together

    @property
    def shape(self) -> tuple[object, ...]:
        """Exchanges of one shape would tell the same."""
        answer = self.answer
        return (
            answer.role,
            answer.status,
            answer.media_type,
            frozenset(answer.request.members()),
            tuple(each.id for each in self._each),
            tuple(each.id for each in self._together),
            frozenset(_patterns(answer)),
        )

    def objection(self, changed: Exchange, check: Check) -> str | None:
        """The id of a requirement that the change breaks. Whoever objected last is asked first."""
        answer = Subject(changed, self.answer.contract)
        share_request_side(self.answer, answer)
        for queue, judged in ((self._each, self._breaks), (self._together, self._breaks_together)):
            for place, requirement in enumerate(queue):
                if judged(requirement, answer, check):
                    queue.insert(0, queue.pop(place))
                    share_request_side(answer, self.answer)
                    return requirement.id
        return None

    def _breaks(self, requirement: Requirement, answer: Subject, check: Check) -> bool:
        assert requirement.of is not None
        if not requirement.of.matches_reply(answer):
            return False
        try:
            requirement.judge(answer, check)
        except CheckFailed:
            return not self.answer.doubtful
        except Skip:
            pass
        return False

    def _breaks_together(self, requirement: Requirement, answer: Subject, check: Check) -> bool:
        if answer.exchange.fault is not None or not 200 <= answer.status < 300:
            return False
        try:
            requirement.judge([answer if each is self.answer else each for each in self._group], check)
        except CheckFailed:
            return True
        except Skip:
            pass
        return False


def survey(exchanges: Sequence[Exchange], contract: Contract) -> Survey:
    """Every change to every shape of exchange, tried."""
    check = Deciding(contract)
    found: Survey = defaultdict(Class)
    seen = set()
    previous: dict[str, Subject] = {}
    for subject in subjects(exchanges, contract):
        shape = subject.shape
        if shape not in seen:
            seen.add(shape)
            for change in changes(subject.answer, previous.get(subject.kind)):
                _try(subject, change, check, found)
        previous[subject.kind] = subject.answer
    return found


def share_request_side(giver: Subject, taker: Subject) -> None:
    known = giver.__dict__
    taker.__dict__.update({name: known[name] for name in REQUEST_SIDE if name in known})


def _try(subject: Surveyed, change: Change, check: Check, found: Survey) -> None:
    entry = found[f"{subject.kind} {change.place}", change.operator]
    entry.tried += 1
    if subject.objection(change.exchange, check) is None:
        entry.survivors.append(subject.answer.exchange.name)


def subjects(exchanges: Sequence[Exchange], contract: Contract) -> Iterator[Surveyed]:
    """Each exchange with a whole reply, and the requirements whose selection takes its request, whatever the reply."""
    answers = [Subject(exchange, contract) for exchange in exchanges]
    groups: dict[str, list[Subject]] = defaultdict(list)
    for answer in answers:
        groups[answer.exchange.probe].append(answer)
    catalogue = held(contract)[0]
    for answer in answers:
        if answer.exchange.reply is None or answer.exchange.fault is not None:
            continue  # one probe leaves in mid-stream
        each = [found for found in catalogue if found.of is not None and _looks(found, answer)]
        together = [found for found in catalogue if base_name(answer.exchange.probe) in found.needs]
        yield Surveyed(answer, groups[answer.exchange.probe], each, together)


def _looks(requirement: Requirement, answer: Subject) -> bool:
    assert requirement.of is not None
    return (not requirement.of.roles or answer.role in requirement.of.roles) and requirement.of.matches_request(answer)


KINDS = {
    "chat.legacy": "native reply",
    "chat.legacy.stream": "native stream",
    "attributes": "scores",
    "embeddings": "embeddings",
    "configs": "configs",
    "status": "status",
}


def kind_of(answer: Subject) -> str:
    """What the reply is, in the words of `legal.toml`."""
    if answer.status == 422:
        return "422"
    if answer.status >= 400:
        return "error"
    if answer.role in CHAT:
        return "chat stream" if answer.media_type == "text/event-stream" else "chat reply"
    return KINDS.get(answer.role, "other")


def _patterns(answer: Subject) -> Iterable[str]:
    try:
        values = answer.events if answer.media_type == "text/event-stream" else [answer.body]
    except Skip:
        return ()
    return (pattern(path) for value in values for path in places(value.raw))
