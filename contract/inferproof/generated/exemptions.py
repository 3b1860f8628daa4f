"""What the schemas allow and a sane server may refuse all the same, each with its reason: its refusal proves nothing.

What a schema can say, the contract's corrections say. The rest depends on a model, a template, an engine, or on the
meaning of a text: it is a `gate` among the contract's facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

from inferproof.document import Contract
from inferproof.generated.baselines import Absent, base, model_member, needs
from inferproof.generated.claims import is_claimed
from inferproof.generated.members import BODY, member_facts, roles
from inferproof.judge.oracle import must_accept
from inferproof.judge.subject import Subject

SMALLEST = 1e-30
"""Below it a 32-bit float, in which engines count, is on its way to zero."""


def exempt(contract: Contract, role: str, name: str, value: Any) -> str | None:
    """Why a valid value of the member need not be accepted at this operation; None where it must be."""
    if name == BODY:
        return "a body as a whole varies no member"
    if isinstance(value, Absent):
        return None
    facts = member_facts(contract, role, name)
    if facts.gate is False:
        return facts.because
    if any(0 < abs(number) < SMALLEST for number in _numbers(value)):
        return "a number that a 32-bit float cannot hold"
    return None if facts.gate is True or _gate(contract, role, name).is_valid(value) else facts.because


def may_be_refused(answer: Subject, declined: Mapping[str, str]) -> bool:
    """The request is valid by both documents, and yet one member, or several together, may be more than can be obeyed.

    The gate never sends such requests; other generators do, and so do people. `declined` maps each capability that the
    target does not claim to its reason.
    """
    contract, role = answer.contract, answer.role
    if answer.halves_a_pair:
        return True
    if role not in roles(contract) or not must_accept(answer):
        return False
    asked = {name: value for name, value in answer.request.raw.items() if name != model_member(contract, role)}
    if any(
        exempt(contract, role, name, value) is not None or not is_claimed(contract, role, name, declined)
        for name, value in asked.items()
    ):
        return True
    return _asks_for_several_things(contract, role, asked)


def _asks_for_several_things(contract: Contract, role: str, asked: Mapping[str, Any]) -> bool:
    """More than one member asks for something: a choice of texts, say, and tokens that spell none of them."""
    usual = _defaults(contract, role)
    plain = base(contract, role, "").keys() | {"stream"}
    asks = {
        name
        for name, value in asked.items()
        if name not in plain and value not in (None, [], {}) and not _is(value, usual.get(name))
    }
    for name in sorted(asks):
        if len(asks - {name} - needs(contract, role, name).keys()) == 0:
            return False
    return len(asks) > 1


@lru_cache(maxsize=1024)
def _gate(contract: Contract, role: str, name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(member_facts(contract, role, name).gate, offline=True)


@lru_cache(maxsize=64)
def _defaults(contract: Contract, role: str) -> dict[str, Any]:
    pointer = contract.operation(role).request_schema
    return dict(contract.defaults(pointer)) if pointer else {}


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _numbers(child)
    elif isinstance(value, int | float):
        yield value


def _is(value: Any, default: Any) -> bool:
    """Equal as JSON: `false` is not 0, though 1.0 is 1."""
    return isinstance(value, bool) is isinstance(default, bool) and bool(value == default)
