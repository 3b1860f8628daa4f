"""Which valid requests a sane server may refuse all the same, so that its refusal proves nothing.

The gate never sends such requests; other generators do, and so do people.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from inferproof.document import Contract
from inferproof.generated.baselines import MODEL, base, companions, roles
from inferproof.generated.claims import is_claimed
from inferproof.generated.left_out import left_out
from inferproof.judge.oracle import must_accept
from inferproof.judge.subject import Subject


def may_be_refused(answer: Subject, declined: Mapping[str, str]) -> bool:
    """The request is valid by both documents, and yet one member, or several together, may be more than can be obeyed.

    `declined` maps each capability that the target does not claim to its reason.
    """
    if answer.role not in roles() or not must_accept(answer):
        return False
    model = MODEL.get(answer.role, "model")
    asked = {name: value for name, value in answer.request.raw.items() if name != model}
    if any(
        left_out(answer.role, name, value) is not None or not is_claimed(answer.role, name, declined)
        for name, value in asked.items()
    ):
        return True
    return _asks_for_several_things(answer.contract, answer.role, asked)


def _asks_for_several_things(contract: Contract, role: str, asked: Mapping[str, Any]) -> bool:
    """More than one member asks for something: a choice of texts, say, and tokens that spell none of them."""
    usual = _defaults(contract, role)
    plain = base(role, "").keys() | {"stream"}
    asks = {
        name
        for name, value in asked.items()
        if name not in plain and value not in (None, [], {}) and not _is(value, usual.get(name))
    }
    for name in sorted(asks):
        if len(asks - {name} - companions(role, name).keys()) == 0:
            return False
    return len(asks) > 1


@lru_cache
def _defaults(contract: Contract, role: str) -> dict[str, Any]:
    pointer = contract.operation(role).request_schema
    return dict(contract.defaults(pointer)) if pointer else {}


def _is(value: Any, default: Any) -> bool:
    """Equal as JSON: `false` is not 0, though 1.0 is 1."""
    return isinstance(value, bool) is isinstance(default, bool) and bool(value == default)
