"""Why requirements fail: what one cause broke stands together, whichever requirement tells of it.

A server that refuses `n: 20` breaks the requirement of that member, the one of all members, and more. The cause of
each is the same: an operation, a status, and the server's own words. Where it refused rightly, or answered, its words
say nothing of what is wrong; there the cause is what was expected, and where.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from inferproof.certify.said import normal, said
from inferproof.document import pointers
from inferproof.judge.check import shown
from inferproof.judge.judge import Failure, Judgement, Outcome
from inferproof.judge.requirement import Level, Requirement
from inferproof.judge.statuses import FAILURE, ROUTE
from inferproof.wire.exchange import Exchange, NotJson, Origin
from inferproof.wire.secrets import MARKED

Json = Any

NO_OPERATION = "no operation"
"""Stands for the operation of a request that goes to none that the document knows."""

ACCEPTS = "what should be refused is served"
FAILS = "the server fails over what it should serve or refuse"
MISSING = "operations that are not there"
WITHOUT_EFFECT = "members that are ignored or not obeyed"
"""Mistakes that one server makes in many places, each with words or a finding of its own."""

SHOWN = 3
"""Members that are shown with their values, where none of them alone is at fault."""

_REFUSAL = re.compile(r"\b4(\d\d|xx)\b")
_OF_KEYS = re.compile(r"\b40[1345]\b")
_NONE_OF = re.compile(r"\b(but|neither)\b")
_OF_BODIES = re.compile(r"\b4(00|22|xx)\b")
_MEMBER = re.compile(r"\.request[\w.]*#(?:\|\w+)?/([^/=:|]+)")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, order=True)
class Key:
    """What tells one cause from another, and what an entry of `[known]` pins. `status` is 0 where nothing came back."""

    operation: str
    status: int
    cause: str


@dataclass(frozen=True)
class Plain:
    """The known-good bodies by role, and the names of the run's models: what no failure is blamed on."""

    bodies: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    models: frozenset[str] = frozenset()

    def different(self, exchange: Exchange) -> dict[str, Json]:
        """The members that the request adds to the plain body of its operation, or has in another value."""
        body = body_of(exchange)
        plain = self.bodies.get(exchange.role or "", {})
        if not isinstance(body, dict):
            return {}
        return {name: value for name, value in body.items() if not self._is_plain(name, value, plain)}

    def missing(self, exchange: Exchange) -> list[str]:
        """The members of the plain body that the request leaves out."""
        body = body_of(exchange)
        plain = self.bodies.get(exchange.role or "", {})
        return [name for name in plain if name not in body] if isinstance(body, dict) else []

    def _is_plain(self, name: str, value: Json, plain: Mapping[str, Json]) -> bool:
        if isinstance(value, str) and value in self.models:
            return True
        return name in plain and type(value) is type(plain[name]) and bool(value == plain[name])

    def rank(self, exchange: Exchange) -> tuple[bool, int, int]:
        """How far a request is from the plain body; what is nearest shows best what is wrong."""
        members = len(self.different(exchange)) + len(self.missing(exchange))
        is_object = isinstance(body_of(exchange), dict)
        return exchange.request.raw is not None, max(1, members + (not is_object)), len(exchange.request.body)


def body_of(exchange: Exchange) -> Json:
    """The JSON of the request's body; None where it is none."""
    try:
        return exchange.request.json
    except NotJson:
        return None


def key_of(failure: Failure) -> Key:
    """The cause of one failure."""
    exchange, finding = failure.exchange, failure.finding
    expected = finding.expected if finding.at == "status" else normal(finding.expected)
    if finding.at == "status" and _wants_refusal(finding.expected) and _status(exchange) < 400:
        expected = "a refusal" if not _OF_KEYS.search(finding.expected) else expected
    cause = _why(failure) or f"expected {expected}" + (f" at {normal(finding.at)}" if finding.at else "")
    return Key(exchange.role or NO_OPERATION, _status(exchange), cause)


def refusal(exchange: Exchange) -> Key | None:
    """The cause that this reply would be, did it refuse what it must serve; None where it refuses nothing."""
    if exchange.reply is None or exchange.reply.status < 400:
        return None
    told = _normal_words(exchange)
    return Key(exchange.role or NO_OPERATION, exchange.reply.status, told) if told else None


def _why(failure: Failure) -> str:
    """The server's words in their normal form, where they say why it failed or refused what it must serve."""
    status, finding = _status(failure.exchange), failure.finding
    if not finding.at.startswith("status") or status < 400:
        return ""
    return "" if _wants_refusal(finding.expected) and status < 500 else _normal_words(failure.exchange)


def _wants_refusal(expected: str) -> bool:
    return _REFUSAL.search(expected) is not None and _NONE_OF.search(expected) is None


def _normal_words(exchange: Exchange) -> str:
    return normal(str(said(exchange)), _names(exchange))


def _names(exchange: Exchange) -> Collection[str]:
    body = body_of(exchange)
    return body.keys() if isinstance(body, dict) else ()


def _status(exchange: Exchange) -> int:
    return exchange.reply.status if exchange.reply else 0


def _group(requirement: Requirement, failure: Failure, key: Key) -> tuple[str, int, str]:
    """What stands together: as a cause, but whichever member the server names in quotes or by its place."""
    if _why(failure):
        return key.operation, key.status, normal(said(failure.exchange).text)
    return key.operation, key.status, key.cause if failure.finding.at else f"{requirement.id}: {key.cause}"


@dataclass(frozen=True)
class Cause:
    """Failures of one cause. `judgements` are those of the requirements that tell of it, the most telling first.

    Where causes are told of together, `also` are the other operations that fail in the same way, `mistake` is what
    they have in common, if that is not the key, and `members` are what was asked for.
    """

    key: Key
    judgements: tuple[Judgement, ...]
    failures: tuple[Failure, ...]
    example: Failure
    plain: Plain = field(default_factory=Plain, repr=False)
    also: tuple[str, ...] = ()
    mistake: str = ""
    members: tuple[str, ...] = ()

    @cached_property
    def words(self) -> str:
        """What the server says in the example, in its own words; empty where it says nothing."""
        return str(said(self.example.exchange))

    @property
    def told(self) -> bool:
        """The server's words are the cause."""
        return _why(self.example) != ""

    @property
    def level(self) -> Level:
        return min((each.requirement.level for each in self.judgements), key=list(Level).index)

    @property
    def requirements(self) -> list[Requirement]:
        return [each.requirement for each in self.judgements]

    @property
    def exchanges(self) -> int:
        return len({failure.exchange.name for failure in self.failures})

    @property
    def statuses(self) -> list[int]:
        """What its requests were answered; nothing where no reply came."""
        return sorted({_status(failure.exchange) for failure in self.failures} - {0})

    @property
    def reduced(self) -> bool:
        return self.example.exchange.origin is Origin.SHRUNK

    @property
    def sent(self) -> str:
        """The member at fault with the value that was sent, as `n: 20`, or the key; empty where it is neither."""
        exchange = self.example.exchange
        if any(cite.partition(".")[0] == "credentials" for cite in self.requirements[0].cites):
            return _keys(exchange)
        body = body_of(exchange)
        if body is None or not exchange.request.body:
            return ""
        if not isinstance(body, dict):
            return f"the body {shown(body)}"
        cited = list(_cited(self.requirements[0]))  # the one that is shown: others may be about other members
        different = self.plain.different(exchange)
        left_out = [name for name in self.plain.missing(exchange) if name in cited or not different]
        if left_out:
            return f"no {', '.join(left_out)}"
        named = _WORD.findall(self.words) if self.told else []
        for names in (named, cited, different):
            members = [name for name in dict.fromkeys(names) if name in different]
            if members:
                return ", ".join(f"{name}: {shown(body[name])}" for name in members[:SHOWN])
        return ""

    def to_json(self) -> dict[str, Any]:
        finding = self.example.finding
        return {
            "level": self.level.value,
            "operation": self.key.operation,
            "status": self.key.status or None,
            "cause": self.key.cause,
            "words": self.words,
            "requirements": [each.id for each in self.requirements],
            "exchanges": self.exchanges,
            "example": {
                "exchange": self.example.exchange.name,
                "reduced": self.reduced,
                "sent": self.sent,
                "at": finding.at,
                "expected": finding.expected,
                "found": finding.found,
            },
        }


def causes(judgements: Iterable[Judgement], plain: Plain | None = None) -> list[Cause]:
    """Why these fail: what broke a MUST first, then by how many requirements tell of it, and by how many exchanges."""
    plain = plain or Plain()
    groups: dict[tuple[str, int, str], list[tuple[Judgement, Failure]]] = defaultdict(list)
    for judgement in judgements:
        if judgement.outcome is Outcome.FAIL:
            for failure in judgement.failures:
                groups[_group(judgement.requirement, failure, key_of(failure))].append((judgement, failure))
    made = [_cause(pairs, plain) for pairs in groups.values()]
    return sorted(made, key=_worst)


def across_operations(found: Iterable[Cause]) -> list[Cause]:
    """The causes for a person: what several operations answer in the same way is read once, and so is one mistake."""
    together: dict[tuple[str | int, ...], list[Cause]] = defaultdict(list)
    for each in found:
        together[_mistake(each) or _same(each)].append(each)
    made = [_joined(several) for several in together.values()]
    return sorted(made, key=_worst)


def _same(cause: Cause) -> tuple[str | int, ...]:
    placeless = "" if cause.told or cause.example.finding.at else cause.requirements[0].id
    return cause.level, cause.key.status, cause.key.cause, placeless


def _mistake(cause: Cause) -> tuple[str | int, ...]:
    """A mistake that has many findings, and the status where that is the mistake; nothing for other causes."""
    finding, status = cause.example.finding, cause.key.status
    if status in FAILURE and finding.at == "status":
        return FAILS, status
    if status in ROUTE and finding.at == "status" and not _wants_refusal(finding.expected):
        return (MISSING,)
    if status == 200 and finding.at == "status" and _OF_BODIES.search(finding.expected):
        return (ACCEPTS,)
    return (WITHOUT_EFFECT,) if _asked_for(cause) else ()


def _asked_for(cause: Cause) -> list[str]:
    """The members of the example's request that its requirement is about, where it was answered, and wrongly."""
    body = body_of(cause.example.exchange)
    if cause.key.status != 200 or cause.example.finding.at.startswith("status") or not isinstance(body, dict):
        return []
    return [name for name in dict.fromkeys(_cited(cause.requirements[0])) if name in body]


def _joined(several: Sequence[Cause]) -> Cause:
    by_id = {judgement.requirement.id: judgement for each in several for judgement in each.judgements}
    operations = dict.fromkeys(each.key.operation for each in several)
    mistake = _mistake(several[0]) if len({(each.key.status, each.key.cause) for each in several}) > 1 else ()
    return replace(
        several[0],
        judgements=tuple(by_id.values()),
        failures=tuple(failure for each in several for failure in each.failures),
        also=tuple(operations)[1:],
        mistake=str(mistake[0]) if mistake else "",
        members=tuple(dict.fromkeys(name for each in several for name in _asked_for(each))),
    )


def _worst(cause: Cause) -> tuple[int, int, int, Key]:
    return list(Level).index(cause.level), -len(cause.judgements), -cause.exchanges, cause.key


def _cause(pairs: list[tuple[Judgement, Failure]], plain: Plain) -> Cause:
    together: dict[str, tuple[Judgement, list[Failure]]] = {}
    for judgement, failure in pairs:
        together.setdefault(judgement.requirement.id, (judgement, []))[1].append(failure)

    def telling(each: tuple[Judgement, list[Failure]]) -> tuple[int, float, str]:
        judgement, mine = each
        return list(Level).index(judgement.requirement.level), -len(mine) / len(judgement.failures), _id(judgement)

    ordered = sorted(together.values(), key=telling)
    shows = best(ordered[0][1], plain)
    failures = tuple(failure for _, failure in pairs)
    return Cause(key_of(shows), tuple(judgement for judgement, _ in ordered), failures, shows, plain)


def best(failures: Iterable[Failure], plain: Plain) -> Failure:
    """The failure that shows best what is wrong: its request is the plain body but for its one fault, and short."""
    return min(failures, key=lambda failure: plain.rank(failure.exchange))


def _id(judgement: Judgement) -> str:
    return judgement.requirement.id


def _keys(exchange: Exchange) -> str:
    """The header lines that hold a key, which is redacted."""
    lines = [f"{name}: {value}" for name, value in exchange.request.headers if MARKED in value]
    return ", ".join(lines) or "no key"


def _cited(requirement: Requirement) -> list[str]:
    """The members of requests that a requirement rests on."""
    found = filter(None, map(_MEMBER.search, requirement.cites))
    return [pointers.unescape(each[1]) for each in found]
