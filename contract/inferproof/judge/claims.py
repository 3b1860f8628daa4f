"""What a server may refuse though it is valid: what the target does not claim, and what only some hosts can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from inferproof.document import Contract
from inferproof.judge.capabilities import OF_ROLE, STREAMED, not_claimed, profile_of

if TYPE_CHECKING:
    import jsonschema_rs

BODY = "body"
"""Stands for the member where the body as a whole is varied: it is no object."""

OF_STREAMS = ("stream", "stream_options")
"""The members that ask for a stream, and say what is in it."""

FREE_CHOICE = "tools.auto"
"""The capability that a choice rests on which is left to the model; engines take a parser of calls for it."""

SMALLEST = 1e-30
"""Below it a 32-bit float, in which engines count, is on its way to zero."""


def claim(contract: Contract, role: str, name: str) -> str:
    """The capability that the member rests on, or that of the operation."""
    return contract.member_facts(role, name).capability or OF_ROLE.get(role, "core")


def is_claimed(contract: Contract, role: str, name: str, declined: Mapping[str, str]) -> bool:
    """The target offers the operation and what the member rests on."""
    needed = (OF_ROLE.get(role, "core"), claim(contract, role, name))
    return all(not_claimed(capability, declined) is None for capability in needed)


def is_streamed(contract: Contract, role: str, name: str, declined: Mapping[str, str]) -> bool:
    """The target may be asked for the member in a stream, and the answer is then the same in another form."""
    known = contract.member_facts(role, name).streamed
    if not contract.facts.operation(role).streams or name == BODY or known is False:
        return False
    by_profile = STREAMED.get(profile_of(claim(contract, role, name)), "streaming")
    return not_claimed(known if isinstance(known, str) else by_profile, declined) is None


def form_is_claimed(contract: Contract, role: str, body: Mapping[str, Any], declined: Mapping[str, str]) -> bool:
    """The target offers the operation and, where the body asks for a stream, all its members in streams."""
    if not_claimed(OF_ROLE.get(role, "core"), declined) is not None:
        return False
    if body.get("stream") is not True or not contract.facts.operation(role).streams:
        return True
    return all(is_streamed(contract, role, name, declined) for name in body if name not in OF_STREAMS)


def is_supported(contract: Contract, role: str, name: str) -> bool:
    """The operation supports the member, which its schema may have in common with another operation."""
    only = contract.facts.operation(role).only
    return contract.names(role, name) and (not only or name in only)


def refusable(contract: Contract, role: str, body: Mapping[str, Any], declined: Mapping[str, str]) -> str | None:
    """Why a server may refuse a body that is valid; None where it may not. Which model it names is not asked here.

    One member rests on what the target does not claim, is beyond what every host allows, or lacks what it needs.
    """
    facts = contract.facts.operation(role)
    for name, value in body.items():
        if name == facts.model:
            continue
        if not is_claimed(contract, role, name, declined):
            return f"{name}: the target does not claim {claim(contract, role, name)}"
        why = beyond_gate(contract, role, name, value)
        if why is None and value is not None:
            of_member = contract.member_facts(role, name)
            beside = [other for other in of_member.apart if body.get(other) is not None]
            why = f"{beside[0]} asks for the same" if beside else _lacking(of_member.needs, body)
        if why is not None:
            return f"{name}: {why}"
    if _leaves_free(body) and not_claimed(FREE_CHOICE, declined) is not None:
        return f"tools: the target does not claim {FREE_CHOICE}"
    return None


def _leaves_free(body: Mapping[str, Any]) -> bool:
    """The model may call one of its tools, or none: `auto` is the default where there are tools (OpenAI)."""
    return bool(body.get("tools")) and body.get("tool_choice") in (None, "auto")


def beyond_gate(contract: Contract, role: str, name: str, value: Any) -> str | None:
    """Why some sane hosts refuse this valid value of the member; None where none does."""
    if any(0 < abs(number) < SMALLEST for number in _numbers(value)):
        return "a number that a 32-bit float cannot hold"
    only = contract.facts.operation(role).only
    if only and name not in only:
        return "the document does not list it among what the operation supports"
    facts = contract.member_facts(role, name)
    if facts.gate is True or _schema(contract, role, name, "gate").is_valid(value):
        return None
    return facts.because


def may_be_generated(contract: Contract, role: str, name: str, value: Any) -> bool:
    """The value is not left to the probes that are written by hand."""
    generate = contract.member_facts(role, name).generate
    return generate is True or _schema(contract, role, name, "generate").is_valid(value)


def _lacking(needs: Mapping[str, Any], body: Mapping[str, Any]) -> str | None:
    for name, value in needs.items():
        found = body.get(name)
        if found != value and not (found and value):
            return f"it means nothing without {name}"
    return None


@lru_cache(maxsize=4096)
def _schema(contract: Contract, role: str, name: str, fact: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(getattr(contract.member_facts(role, name), fact), offline=True)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _numbers(child)
    elif isinstance(value, int | float):
        yield value
