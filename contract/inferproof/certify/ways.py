"""What a contract makes of a target's keys: in which header each travels, and what cannot be claimed without one."""

from __future__ import annotations

from dataclasses import replace

from inferproof.certify.target import GivenKey, Target, UsageError
from inferproof.document import Contract
from inferproof.document.citations import NotThere
from inferproof.document.credentials import Credential
from inferproof.judge.capabilities import AUTH, not_claimed, of_way
from inferproof.judge.keys import KINDS, RESTRICTED
from inferproof.probes.probe import RequestBuilder


def settled(contract: Contract, target: Target) -> Target:
    """The target with what the contract makes of it: the names of its headers, and what it cannot claim.

    A kind of key that the user does not give is not claimed, nor are the alternatives of a server that takes none of
    them. Raises UsageError for a header that the contract does not know, and for another key that is the run's own.
    """
    first, declined = _first(contract, target), dict(target.declined)
    others = [each for each in contract.ways if each is not first]
    if others and all(of_way(each) in declined for each in others):
        declined.setdefault(AUTH, declined[of_way(others[0])])
    for kind, given in target.other_keys.items():
        if given.secret == target.key:
            raise UsageError(
                f"{given.variable} ([keys.{kind}] of the target file) holds the run's own key: it must be another one"
            )
    for kind in KINDS:
        if kind not in target.other_keys and _names(contract, f"keys.{kind}"):
            declined.setdefault(f"keys.{kind}", f"no {kind} key is given, in [keys] of the target file")
    header = first.header if first is not None and first is not contract.ways[0] else target.header
    own = {_way(contract, name).kind: given for name, given in target.own_keys.items()}
    made = replace(target, header=header, own_keys=own, declined=declined)
    if first is not None and target.key is None and first.kind in own:
        made = replace(made, key=own[first.kind].secret, key_variable=own[first.kind].variable)
    return made


def _first(contract: Contract, target: Target) -> Credential | None:
    """The credential that the run uses, None where the contract has none. Raises UsageError where it is declined."""
    taken = (each for each in contract.ways if of_way(each) not in target.declined)
    first = _way(contract, target.header) if target.header is not None else next(taken, None)
    if contract.ways and (first is None or of_way(first) in target.declined):
        what = f"the header {target.header}" if target.header is not None else "every header for a key"
        raise UsageError(f"[capabilities] of the target file declines {what}: no way in is left")
    return first


def _way(contract: Contract, name: str) -> Credential:
    """Raises UsageError for a header that opens nothing."""
    for each in contract.ways:
        if each.is_called(name):
            return each
    names = ", ".join(each.header for each in contract.ways)
    known = f"those that the document names are: {names}" if names else "its document names none"
    raise UsageError(f"{name!r} is no header for a key of {contract.name}; {known}")


def _names(contract: Contract, citation: str) -> bool:
    try:
        return bool(contract.places(citation))
    except NotThere:
        return False


def call_for(call: RequestBuilder, target: Target) -> RequestBuilder:
    """The call with what a settled target says: of keys, in which header, in which not, for which model; of claims."""
    first, restricted = _first(call.contract, target), target.other_keys.get(RESTRICTED)
    others = (each for each in call.contract.ways if each is not first)
    without = tuple(each.kind for each in others if not_claimed(of_way(each), target.declined) is not None)
    allowed_model = (restricted.model or "") if restricted else ""
    return replace(
        call,
        header=target.header,
        without=without,
        allowed_model=allowed_model,
        declined=dict(target.declined),
        room=target.limits.room,
    )


def refuse_the_runs_model(call: RequestBuilder) -> None:
    """Raises UsageError where the restricted key may use the very model that it shall be refused for."""
    if call.allowed_model and call.allowed_model == call.chat_model:
        raise UsageError(
            f"keys.restricted.model is {call.chat_model!r}, the model of the run: name another one by --model, or as "
            "`chat` in [models] of the target file, which this key may not use"
        )


def opening_all(contract: Contract, target: Target, key: str) -> Target:
    """The target with a key that opens it in every header, as that of the mock does."""
    given = {each.kind: GivenKey(target.key_variable, key) for each in contract.ways}
    return replace(target, key=key, own_keys=given)
