"""Generated cases: one member of a known-good request, one value, and what the contract expects of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

from inferproof.document import Contract, pointers
from inferproof.document.explain import Violation
from inferproof.document.validate import Validator
from inferproof.generated.baselines import ABSENT, varied_member, with_member
from inferproof.generated.exemptions import exempt
from inferproof.generated.kept import kept
from inferproof.generated.members import members
from inferproof.judge.oracle import forbidden, must_accept, must_refuse
from inferproof.judge.subject import Subject
from inferproof.probes.probe import RequestBuilder
from inferproof.wire.exchange import Exchange

Kind = Literal["accepts", "refuses", "lax"]
"""What a case is for. `lax` is forbidden in a detail that lax readers forgive, for which other requirements speak."""

KINDS: tuple[Kind, ...] = ("accepts", "refuses", "lax")

MODEL = "model"
"""Stands for the target's model while cases are classified: any text is as good."""


@dataclass(frozen=True)
class Case:
    """`value` is ABSENT where the member is left out."""

    role: str
    name: str
    kind: Kind
    value: Any

    def body(self, contract: Contract, model: str, *, stream: bool = False) -> Any:
        return with_member(contract, self.role, self.name, self.value, model, stream=stream)


def cases(contract: Contract, seed: int) -> tuple[Case, ...]:
    """Every case of the coverage phase, by role, member and kind; the same ones for the same contract and seed.

    They are made once and then kept in the user's cache folder.
    """
    rows = kept(
        f"cases-{seed}-{version('schemathesis')}",
        contract,
        lambda: [[case.role, case.name, case.kind, _text(case.value)] for case in _made(contract, seed)],
    )
    return tuple(Case(role, name, kind, _value(text)) for role, name, kind, text in rows)


def kind_of(contract: Contract, role: str, name: str, body: Any) -> Kind | None:
    """What a body that varies this member is for; None where nothing is expected of the answer to it."""
    if varied_member(contract, role, body) != name:
        return None
    ask = RequestBuilder(contract, MODEL, MODEL).to(role, body)
    answer = Subject(Exchange("case", 0, role, ask.request), contract)
    if must_accept(answer):
        value = body.get(name, ABSENT) if isinstance(body, dict) else body
        return None if exempt(contract, role, name, value) else "accepts"
    if must_refuse(answer):
        return "refuses"
    return "lax" if forbidden(answer) else None


def _made(contract: Contract, seed: int) -> Iterator[Case]:
    from inferproof.generated.coverage import values

    found = values(contract, seed)
    for member in members(contract):
        by_kind: dict[Kind, list[Any]] = {kind: [] for kind in KINDS}
        for value in found[member.role].get(member.name, ()):
            kind = kind_of(
                contract, member.role, member.name, with_member(contract, member.role, member.name, value, MODEL)
            )
            if kind is not None:
                by_kind[kind].append(value)
        for kind, values_of_kind in by_kind.items():
            made = [Case(member.role, member.name, kind, value) for value in values_of_kind]
            yield from made if kind == "accepts" else _one_for_each_fault(contract, made)


def _one_for_each_fault(contract: Contract, made: list[Case]) -> Iterator[Case]:
    """The first of the cases that have the same faults at the same places.

    schemathesis combines: of a message without a role it makes as many as there are forms of content, valid or not.
    A reply to one of them tells of the role and of nothing else.
    """
    schema = contract.operation(made[0].role).request_schema if made else None
    seen: set[str] = set()
    for case in made:
        if schema is not None and isinstance(case.value, dict | list):
            faults = _faults(case.body(contract, MODEL), contract.validator(schema))
            if faults in seen:
                continue
            seen.add(faults)
        yield case


def _faults(body: Any, validator: Validator) -> str:
    """Each place that is at fault, why, and what stands there, but for one around another: that one has them all."""
    found = validator.violations(body)
    places = [fault.loc for fault in found]

    def there(fault: Violation) -> Any:
        around = any(len(loc) > len(fault.loc) and loc[: len(fault.loc)] == fault.loc for loc in places)
        return None if around else pointers.find(body, fault.at)

    return json.dumps([(fault.loc, fault.keyword, there(fault)) for fault in found])


def _text(value: Any) -> str:
    return "" if value is ABSENT else json.dumps(value)


def _value(text: str) -> Any:
    return ABSENT if text == "" else json.loads(text)
