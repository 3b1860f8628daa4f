"""The known-good request of each operation, into which one member at a time is put. What it is, the contract says."""

from __future__ import annotations

from typing import Any

from inferproof.document import Contract
from inferproof.generated.members import roles
from inferproof.judge.claims import BODY

Json = dict[str, Any]


class Absent:
    """The value of a member that is left out."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


def model_member(contract: Contract, role: str) -> str:
    """The member that names the model. Any text in it is as good as any other."""
    return contract.facts.operation(role).model


def base(contract: Contract, role: str, name: str) -> Json:
    """The body, without a model, into which the member `name` is put. Treat it as read-only."""
    own = contract.member_facts(role, name).base
    around = contract.facts.operation(role).base if own is None else own
    return (around or {}) | needs(contract, role, name)


def needs(contract: Contract, role: str, name: str) -> Json:
    """What the member takes beside it to mean something."""
    return contract.member_facts(role, name).needs


def with_member(contract: Contract, role: str, name: str, value: Any, model: str, *, stream: bool = False) -> Any:
    """The known-good body of `role` with one member set to `value`, or without it; `value` itself for BODY."""
    if name == BODY:
        return value
    body = {model_member(contract, role): model, **base(contract, role, name)}
    if stream:
        body["stream"] = True
    if isinstance(value, Absent):
        body.pop(name, None)
    else:
        body[name] = value
    return body


def varied_member(contract: Contract, role: str, body: Any) -> str | None:
    """The one member in which `body` differs from what `with_member` puts around it; None where there is none.

    It looks at content only, so that any recording can be judged, whoever made the request.
    """
    if role not in roles(contract):
        return None
    if not isinstance(body, dict):
        return BODY
    for around in _bases(contract, role, body):
        different = {name for name in body.keys() | around.keys() if not _same(body, around, name)}
        model = model_member(contract, role)
        if isinstance(body.get(model), str):
            different.discard(model)
        for name in sorted(different):
            if _is_alone(contract, role, name, body, different, around):
                return name
    return None


def _bases(contract: Contract, role: str, body: Json) -> list[Json]:
    """The operation's known-good body, and those that members of `body` belong to instead."""
    others = (contract.member_facts(role, name).base for name in body)
    found = [contract.facts.operation(role).base or {}]
    found += [each for each in others if each is not None and each not in found]
    return found


def _is_alone(contract: Contract, role: str, name: str, body: Json, different: set[str], around: Json) -> bool:
    own = contract.member_facts(role, name).base
    if (contract.facts.operation(role).base if own is None else own) != around:
        return False
    beside = needs(contract, role, name)
    rest = different - {name} - beside.keys()
    if contract.facts.operation(role).streams and body.get("stream") is True:
        rest.discard("stream")
    return not rest and all(_same(body, beside, member) for member in beside)


def _same(body: Json, around: Json, name: str) -> bool:
    found, expected = body.get(name, ABSENT), around.get(name, ABSENT)
    return type(found) is type(expected) and bool(found == expected)
