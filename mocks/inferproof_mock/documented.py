"""What the contract says of the members of a request: which there are, and what each is where it is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inferproof.document import Contract
from inferproof.front.backend import INVALID, Refusal
from inferproof_mock.members import Member

Json = dict[str, Any]

# A documented default of these is no wish: `best_of` follows `n`, and the front has read `stream`.
_NEVER_FILLED = frozenset({"best_of", "stream"})


@dataclass(frozen=True)
class Documented:
    """The members of one form of a request. `defaults` are by member, `nested` those of the members of an object."""

    members: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    nested: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def filled(self, body: Json) -> Json:
        """The body with the documented default of each member that is absent or null."""
        found = _over(self.defaults, body)
        for name, defaults in self.nested.items():
            if isinstance(found.get(name), dict):
                found[name] = _over(defaults, found[name])
        return found

    def refuse_unknown(self, body: Json, known: Mapping[str, Member]) -> None:
        """Raises a Refusal for a member of the contract that is not `known` and asks for something."""
        for name, value in body.items():
            if name in self.members and name not in known and self._asks(name, value):
                message = f"the mock does not do what `{name}` asks for: leave `{name}` out"
                raise Refusal(INVALID, message, loc=("body", name), code="unsupported_parameter")

    def _asks(self, name: str, value: Any) -> bool:
        if name in self.defaults:
            return value is not None and value != self.defaults[name]
        return value is not None and value is not False and value not in ("", [], {})


def of_chat(contract: Contract, role: str) -> Documented:
    """Of a chat that came in through this role: what its own operation says, over what the chat operation says.

    What comes in through others than these two is translated, so that it has the members of a chat.
    """
    found = Documented()
    for name in ("chat", *([role] if role == "chat.openai-path" else ())):
        schema = contract.operation(name).request_schema if name in contract.roles else None
        if schema is not None:
            own = _of(contract, schema)
            found = Documented(
                found.members | own.members, {**found.defaults, **own.defaults}, {**found.nested, **own.nested}
            )
    return found


def of_embeddings(contract: Contract, member: str) -> Documented:
    """Of the form of an embeddings request that has this member: `input` or `messages`."""
    schema = contract.operation("embeddings").request_schema if "embeddings" in contract.roles else None
    forms = contract.forms(schema) if schema is not None else []
    return next((_of(contract, form) for form in forms if member in contract.members(form)), Documented())


def _of(contract: Contract, schema: str) -> Documented:
    members = contract.members(schema)
    # Of a union nobody knows which form is meant, so that nothing can be filled in.
    alone = {name: forms[0] for name, pointer in members.items() if len(forms := contract.forms(pointer)) == 1}
    nested = {name: _defaults(contract, form) for name, form in alone.items()}
    return Documented(
        frozenset(members), _defaults(contract, schema), {name: found for name, found in nested.items() if found}
    )


def _defaults(contract: Contract, schema: str) -> dict[str, Any]:
    return {name: value for name, value in contract.defaults(schema) if value is not None and name not in _NEVER_FILLED}


def _over(defaults: Mapping[str, Any], given: Json) -> Json:
    return {**defaults, **{name: value for name, value in given.items() if value is not None or name not in defaults}}
