"""What generated requests may be refused for, though the schemas allow it, or are not sent for: facts of the contract.

Members are made of their schemas; what a text means, what several members ask for together, no schema says.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from inferproof.document import Contract
from inferproof.generated.baselines import Absent, base, model_member, needs
from inferproof.generated.members import roles
from inferproof.judge.claims import BODY, beyond_gate, may_be_generated
from inferproof.judge.oracle import must_accept, valid
from inferproof.judge.subject import Subject


def exempt(contract: Contract, role: str, name: str, value: Any) -> bool:
    """No generated request shows that this valid value of the member must be accepted."""
    if name == BODY:
        return True
    if isinstance(value, Absent):
        return False
    return beyond_gate(contract, role, name, value) is not None or not may_be_generated(contract, role, name, value)


def may_be_refused(answer: Subject) -> bool:
    """The request is valid by both documents, and yet one member, or several together, may be more than can be obeyed.

    The gate never sends such requests; other generators do, and so do people.
    """
    contract, role = answer.contract, answer.role
    if answer.halves_a_pair:
        return True
    if role not in roles(contract) or not (valid(answer) and answer.documented):
        return False
    asked = {name: value for name, value in answer.request.raw.items() if name != model_member(contract, role)}
    if not must_accept(answer) or any(exempt(contract, role, name, value) for name, value in asked.items()):
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


@lru_cache(maxsize=64)
def _defaults(contract: Contract, role: str) -> dict[str, Any]:
    pointer = contract.operation(role).request_schema
    return dict(contract.defaults(pointer)) if pointer else {}


def _is(value: Any, default: Any) -> bool:
    """Equal as JSON: `false` is not 0, though 1.0 is 1."""
    return isinstance(value, bool) is isinstance(default, bool) and bool(value == default)
