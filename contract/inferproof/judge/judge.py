"""The judge: requirements over recorded exchanges. Pure: the same exchanges give the same outcomes, live or offline."""

from __future__ import annotations

import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from inferproof.document import Contract
from inferproof.judge.capabilities import AUTH, OF_ROLE, not_claimed, profile_of
from inferproof.judge.check import Check, CheckFailed, Finding
from inferproof.judge.requirement import Requirement
from inferproof.judge.select import Of, Sort
from inferproof.judge.statuses import MOMENT
from inferproof.judge.subject import Subject
from inferproof.judge.value import NotClaimed, Skip
from inferproof.wire.exchange import Exchange, by_probe

CREDENTIALS = "credentials."
"""How a citation begins that is about one kind of credentials."""

MOST_REASONS = 8
"""Reasons that a judgement tells apart: the names in them may be a server's."""


class Outcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"
    NOT_VERIFIED = "not verified"
    HARNESS_ERROR = "harness error"
    KNOWN = "known"  # it fails, or rests on what does, and the target file says why (`certify/known.py`)


@dataclass(frozen=True)
class Failure:
    """One exchange (or, for a relation, the last of several) for which the requirement does not hold."""

    exchange: Exchange
    finding: Finding


@dataclass(frozen=True)
class Judgement:
    """One requirement's outcome. `judged` names the exchanges that it looked at, `failures` those that broke it.

    `skipped` says of how many others it had nothing to say, by reason, the most frequent first.
    """

    requirement: Requirement
    outcome: Outcome
    reason: str = ""
    judged: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = field(default=(), repr=False)
    skipped: tuple[tuple[str, int], ...] = ()


def judge(
    requirements: Iterable[Requirement],
    exchanges: Sequence[Exchange],
    contract: Contract,
    declined: Mapping[str, str] | None = None,
) -> list[Judgement]:
    """One judgement for each requirement, in the order given; they are those that hold in this contract.

    Exchanges are taken by probe and step, in whatever order they are given.

    `declined` maps each capability that the target does not claim to its reason. A requirement that nothing asks for,
    or that needs a probe of ours that broke, is a harness error where one broke.
    """
    exchanges = by_probe(exchanges)
    broken = {exchange.probe: exchange for exchange in exchanges if is_ours(exchange)}
    answers = [Subject(exchange, contract, declined or {}) for exchange in exchanges if not is_ours(exchange)]
    sorted_answers = _Sorted(answers)
    check = Check(contract)
    cut_off = next((each.fault.text for each in exchanges if each.fault and each.fault.kind == "stopped"), "")

    def judgement(requirement: Requirement) -> Judgement:
        reason = _inapplicable(requirement, declined or {})
        if reason is not None:
            return Judgement(requirement, Outcome.NOT_APPLICABLE, reason)
        if requirement.of is not None:
            asked = sorted_answers.asked(requirement.of)
            if broken and not asked:
                return _unsent(requirement, next(iter(broken.values())))
            return _each(requirement, requirement.of, asked, check, cut_off)
        if lost := [each for probe, each in broken.items() if base_name(probe) in requirement.needs]:
            return _unsent(requirement, lost[0])
        return _together(requirement, answers, check, cut_off)

    judgements = []
    for requirement in requirements:
        try:
            judgements.append(judgement(requirement))
        except Exception:  # a slip of ours, whatever a server said, costs this requirement alone
            judgements.append(_harness_error(requirement, "the choice of its evidence"))
    return judgements


def is_ours(exchange: Exchange) -> bool:
    """It was never made: our probe broke before."""
    return exchange.fault is not None and exchange.fault.kind == "harness"


def _unsent(requirement: Requirement, lost: Exchange) -> Judgement:
    """No request asks for it, which may be because a probe of ours broke."""
    text = lost.fault.text if lost.fault else ""
    reason = f"the probe {lost.probe} broke before its request {lost.step}: {text}"
    return Judgement(requirement, Outcome.HARNESS_ERROR, reason, (lost.name,))


def _inapplicable(requirement: Requirement, declined: Mapping[str, str]) -> str | None:
    """Why the target need not fulfil it: it does not claim the capability, the header for keys, or any operation."""
    for capability in (requirement.claims, *requirement.besides):
        reason = not_claimed(capability, declined)
        if reason is not None:
            return f"{capability}: {reason}"
    for way in (
        f"{AUTH}.{cite.removeprefix(CREDENTIALS)}" for cite in requirement.cites if cite.startswith(CREDENTIALS)
    ):
        if way in declined:
            return f"{way}: {declined[way]}"
    needed = [OF_ROLE.get(role, "core") for role in requirement.of.roles] if requirement.of else []
    reasons = [f"{name}: {reason}" for name in needed if (reason := not_claimed(name, declined)) is not None]
    return reasons[0] if reasons and len(reasons) == len(needed) else None


class _Sorted:
    """The answers by the roles and the kind that selections want: a run has thousands, and hundreds of rules."""

    def __init__(self, answers: Sequence[Subject]) -> None:
        self._answers = answers
        self._by_roles: dict[tuple[str, ...], list[Subject]] = {}
        self._by_kind: dict[tuple[tuple[str, ...], Sort], dict[str | None, list[Subject]]] = {}

    def asked(self, of: Of) -> list[Subject]:
        """The answers to what `of` asks."""
        return [answer for answer in self._near(of) if of.matches_request(answer)]

    def _near(self, of: Of) -> list[Subject]:
        if of.roles not in self._by_roles:
            self._by_roles[of.roles] = [each for each in self._answers if not of.roles or each.role in of.roles]
        found = self._by_roles[of.roles]
        if of.sort is None:
            return found
        if (of.roles, of.sort) not in self._by_kind:
            kinds = self._by_kind[of.roles, of.sort] = defaultdict(list)
            for answer in found:
                kinds[of.sort(answer)].append(answer)
        return self._by_kind[of.roles, of.sort].get(of.kind, [])


def _each(requirement: Requirement, of: Of, asked: Sequence[Subject], check: Check, cut_off: str) -> Judgement:
    """Judge each selected exchange for itself. `cut_off` says why the run ended early, if it did."""
    judged: list[str] = []
    failures: list[Failure] = []
    failing: list[Subject] = []
    skipped: dict[str, str] = {}
    for answer in asked:
        if not of.matches_reply(answer):
            continue
        try:
            requirement.judge(answer, check)
        except CheckFailed as broken:
            if answer.doubtful:
                skipped[answer.exchange.name] = "two validators disagree about the request"
                continue
            failures.append(Failure(answer.exchange, broken.finding))
            failing.append(answer)
        except Skip as skip:
            skipped[answer.exchange.name] = skip.reason
            continue
        except Exception:
            return _harness_error(requirement, answer.exchange.name)
        judged.append(answer.exchange.name)
    counts = _counted(Counter(skipped.values()))
    if not judged:
        reason = _why_nothing(of, asked, skipped, cut_off) + _cure(requirement, skipped)
        return Judgement(requirement, Outcome.NOT_VERIFIED, reason, skipped=counts)
    if not failures and (hidden := _hidden(of, asked)):
        return Judgement(requirement, Outcome.NOT_VERIFIED, hidden, tuple(judged), skipped=counts)
    outcome = Outcome.FAIL if failures else Outcome.PASS
    if of.forms and failures and all(map(_in_a_corrected_form, failing)):
        requirement = requirement.by_correction
    return Judgement(requirement, outcome, "", tuple(judged), tuple(failures), counts)


def _in_a_corrected_form(answer: Subject) -> bool:
    """The answer came as a stream, which this contract has for its operation by correction only."""
    streams = answer.operation.event_schema is not None
    return answer.streamed and streams and answer.contract.layer(f"{answer.role}.reply.events") == "corrected"


def _hidden(of: Of, asked: Sequence[Subject]) -> str:
    """What a status of load or time left open, sent again as it was, of what is to be served or refused."""
    if of.where is None or (of.status is not None and 400 not in of.status):
        return ""
    for answer in asked:
        reply = answer.exchange.reply
        if reply is None or reply.status not in MOMENT or of.matches_reply(answer):
            continue
        if answer.refusable is None:
            return f"{answer.exchange.name} was answered {reply.status} each time, while others were served"
    return ""


def _together(requirement: Requirement, answers: Sequence[Subject], check: Check, cut_off: str) -> Judgement:
    """Judge the exchanges of a probe it needs as one piece of evidence, once for each role it was sent to.

    With `whatever` those of all its probes are one, as far as they brought a whole reply.
    """
    groups: dict[str, list[Subject]] = defaultdict(list)
    for answer in answers:
        if base_name(answer.exchange.probe) in requirement.needs:
            groups[requirement.needs[0] if requirement.whatever else answer.exchange.probe].append(answer)
    judged: list[str] = []
    failures: list[Failure] = []
    skipped: Counter[str] = Counter()
    reason, outcome = cut_off or "its probe was not sent", Outcome.NOT_VERIFIED
    for probe, group in groups.items():
        blocked = next((why for answer in group if (why := _unanswered(answer))), None)
        if requirement.whatever:
            group = [answer for answer in group if answer.exchange.reply is not None and answer.exchange.fault is None]
            blocked = None if group else blocked
        if blocked:
            reason = blocked
            continue
        try:
            requirement.judge(group, check)
        except CheckFailed as broken:
            failures.append(Failure(group[-1].exchange, broken.finding))
        except NotClaimed as skip:
            reason, outcome = skip.reason, Outcome.NOT_APPLICABLE
            skipped[skip.reason] += len(group)
            continue
        except Skip as skip:
            reason = f"{probe}: {skip.reason}"
            skipped[skip.reason] += len(group)
            continue
        except Exception:
            return _harness_error(requirement, probe)
        judged.extend(answer.exchange.name for answer in group)
    if not judged:
        return Judgement(requirement, outcome, reason, skipped=_counted(skipped))
    outcome = Outcome.FAIL if failures else Outcome.PASS
    return Judgement(requirement, outcome, "", tuple(judged), tuple(failures), _counted(skipped))


def _counted(skipped: Counter[str]) -> tuple[tuple[str, int], ...]:
    """The most frequent reasons, and how many exchanges the others come to."""
    shown = skipped.most_common(MOST_REASONS)
    rest = skipped.total() - sum(count for _, count in shown)
    return (*shown, *((("other reasons", rest),) if rest else ()))


def base_name(probe: str) -> str:
    """`seed.repeats` of `seed.repeats:chat.openai-path`: a probe that is sent to several roles has one name."""
    return probe.partition(":")[0]


def _unanswered(answer: Subject) -> str | None:
    """Why an exchange cannot be compared with others: it brought no whole reply with a 2xx status."""
    exchange = answer.exchange
    if exchange.fault is not None and exchange.fault.kind != "hung up":
        return f"{exchange.name}: {exchange.fault.text}"
    if exchange.reply is None or not 200 <= exchange.reply.status < 300:
        return f"{exchange.name} was answered {exchange.reply.status if exchange.reply else 'nothing'}"
    return None


def _why_nothing(of: Of, asked: Sequence[Subject], skipped: Mapping[str, str], cut_off: str) -> str:
    """Why no exchange could be judged: nothing asked for it, the replies were of another kind, or each was skipped.

    A fault comes first, then the most frequent reason. `skipped` has the reason of each exchange by its name.
    """
    if not asked:
        return cut_off or "no request of the run asks for this"
    whys = {answer.exchange.name: _why_not(of, answer, skipped) for answer in asked}
    faults = [whys[answer.exchange.name] for answer in asked if answer.exchange.fault is not None]
    why = faults[0] if faults else Counter(whys.values()).most_common(1)[0][0]
    first, *others = [name for name in whys if whys[name] == why]
    return f"{first}{f' (and {len(others)} more)' if others else ''}{why}"


def _why_not(of: Of, answer: Subject, skipped: Mapping[str, str]) -> str:
    """Why one exchange could not be judged, to be read after its name."""
    exchange = answer.exchange
    if exchange.reply is None or exchange.fault is not None:
        return f": {exchange.fault.text if exchange.fault else 'no reply'}"
    if of.matches_reply(answer):
        return f": {skipped[exchange.name]}"
    media = exchange.reply.media_type or "no content type"
    return f" was answered {exchange.reply.status} ({media}); it takes {of.expected()} to tell"


def _cure(requirement: Requirement, skipped: Mapping[str, str]) -> str:
    """What a user may do where the replies were as asked for, and there was nothing in them to judge."""
    if not skipped or profile_of(requirement.claims) == "core":
        return ""
    return f"; a server without it declines `{requirement.claims}`"


def _harness_error(requirement: Requirement, name: str) -> Judgement:
    text = traceback.format_exc(limit=-3)
    return Judgement(requirement, Outcome.HARNESS_ERROR, f"while judging {name}: {text}", (name,))
