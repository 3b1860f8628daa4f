"""The requirements that own the generated cases: `<role>.<member>.accepts` and `<role>.<member>.refuses`.

They follow from the contract alone and select by content alone: a transcript can be judged where no generator is
installed, and a request counts whoever made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from inferproof.document import Contract, DocumentError, pointers
from inferproof.document.errors import nearest
from inferproof.document.facts import CAPABILITIES as OWN
from inferproof.generated.baselines import ABSENT, varied_member, with_member
from inferproof.generated.cases import MODEL, Kind, kind_of
from inferproof.generated.exemptions import exempt
from inferproof.generated.kept import kept
from inferproof.generated.members import Member, examples, members
from inferproof.judge.capabilities import known
from inferproof.judge.claims import BODY, claim
from inferproof.judge.oracle import must_accept, must_refuse
from inferproof.judge.requirement import MUST, SCHEMA, Requirement
from inferproof.judge.rules import accepted, refused
from inferproof.judge.select import Of
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject
from inferproof.requirements import held
from inferproof.wire.exchange import NotJson, Request

_TYPICAL: tuple[Any, ...] = (None, True, 1, 0.5, "0", [], {}, ["0"])
"""Values of every type: they tell whether a member can be wrong, and whether it can be right."""

SPOKEN_FOR: tuple[Kind, ...] = ("accepts", "refuses")
"""The kinds of cases that have a requirement of their own."""

_BREAKS = "a validator written by hand, which knows fewer types and bounds than the document, or converts what is wrong"
_REFERENCE = "the front validates every body against the contract's schema before anything else reads it"


def requirements_of(contract: Contract) -> tuple[Requirement, ...]:
    """Every requirement for this contract: those of the catalogue, then the owners of generated cases."""
    return (*held(contract)[0], *owners(contract))


@lru_cache(maxsize=8)
def owners(contract: Contract) -> tuple[Requirement, ...]:
    """In the document's order; the same for the same contract."""
    return tuple(_made(contract))


def _made(contract: Contract) -> Iterator[Requirement]:
    """Raises DocumentError for a fact that names a capability which there is none of."""
    kinds = {(role, name): found for role, name, found in kept("kinds", contract, lambda: _kinds(contract))}
    for member in members(contract):
        for kind in SPOKEN_FOR:
            if kind in kinds[member.role, member.name]:
                yield _requirement(contract, member, kind)


def _kinds(contract: Contract) -> list[tuple[str, str, list[Kind]]]:
    """What there may be cases for, of each member of each role."""
    shown = {role: examples(contract, role) for role in {member.role for member in members(contract)}}
    found = []
    for member in members(contract):
        of_values = (
            kind_of(contract, member.role, member.name, with_member(contract, member.role, member.name, value, MODEL))
            for value in _hints(contract, member, shown[member.role])
        )
        found.append((member.role, member.name, sorted({kind for kind in of_values if kind in SPOKEN_FOR})))
    return found


def _hints(contract: Contract, member: Member, shown: list[Any]) -> Iterator[Any]:
    """Values that may be for the member; `shown` are the documented bodies of its operation."""
    if member.required:
        yield ABSENT
    yield from _TYPICAL
    if member.name == BODY:
        return
    for _, node in pointers.walk(contract.at(member.pointer, "published")):
        if isinstance(node, dict):
            yield from (node[keyword] for keyword in ("default", "const") if keyword in node)
            yield from node.get("enum", ()) if isinstance(node.get("enum"), list) else ()
    for example in shown:
        if member.name in example:
            yield example[member.name]


def _requirement(contract: Contract, member: Member, kind: Kind) -> Requirement:
    what = "A body" if member.name == BODY else f"A request with a value of `{member.name}`"
    said = "allows is accepted" if kind == "accepts" else "forbids is rejected"
    capability, names = claim(contract, member.role, member.name), known(contract)
    streamed = contract.member_facts(member.role, member.name).streamed
    for rests_on in (capability, streamed):
        if isinstance(rests_on, str) and rests_on not in names:
            cure = f"{nearest(rests_on, names) or '.'} Name one of its own in {OWN}, by an action with the target `$`"
            raise DocumentError(f"{contract.name}: `{member.name}` rests on {rests_on!r}, no capability{cure}")
    return Requirement(
        id=member.id(kind),
        level=MUST,
        basis=SCHEMA,
        cites=(member.citation,),
        sentence=f"{what} that the document {said}.",
        judge=accepted if kind == "accepts" else refused,
        of=Of(
            (member.role,),
            DECIDED,
            where=_is_to_be_accepted if kind == "accepts" else must_refuse,
            sort=varied,
            kind=member.name,
        ),
        claims=capability,
        breaks=_BREAKS,
        reference=_REFERENCE,
        declared=(__name__, _requirement.__code__.co_firstlineno),
    )


def _is_to_be_accepted(answer: Subject) -> bool:
    if not must_accept(answer):
        return False
    name = varied(answer) or BODY
    return not exempt(answer.contract, answer.role, name, answer.request.raw.get(name, ABSENT))


def varied(answer: Subject) -> str | None:
    """The one member that the request varies; None where there is none."""
    body = answer.exchange.request.body
    return _varied_by(answer.contract, answer.role, body) if body else None


@lru_cache(maxsize=1 << 15)
def _varied_by(contract: Contract, role: str, body: bytes) -> str | None:
    try:
        return varied_member(contract, role, Request("POST", "/", body=body).json)
    except NotJson:
        return None
