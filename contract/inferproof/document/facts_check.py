"""Refuses a fact that says nothing: one that is none by its form, or that the contract's own schemas contradict.

A wrong fact would make no error later, but a certificate with less in it. The form is looked at where marks are taken
out of the overlay, the rest once, before a compiled contract is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from inferproof.document import objects, pointers
from inferproof.document.errors import DocumentError, nearest

if TYPE_CHECKING:
    from inferproof.document.contract import Contract, Operation

Json = dict[str, Any]

MARKS = ("x-inferproof", "x-inferproof-role", "x-inferproof-capabilities")
"""What the overlay may add to a document."""

_A_SLIP = 0.85
"""How like another word a name is that is most likely a misspelling of it; `difflib` counts from 0 to 1."""

_A_MODEL = "inferproof"
_TEXTS = ("capability", "because", "model")


def check_name(name: str, place: str) -> None:
    """A member of the document that is nearly one of our marks is meant as it. Raises DocumentError."""
    word = name.lower()
    if name not in MARKS and word.startswith("x-infer") and (meant := nearest(word, MARKS, 0.8)):
        raise DocumentError(f"{place}: there is no mark {name!r}{meant}")


def check_form(mark: Mapping[str, Any], place: str) -> None:
    """The values of a mark's facts are of the right form, whatever the document is. Raises DocumentError."""
    for name in ("base", "needs", "wrong", "members"):
        if mark.get(name) is not None and not isinstance(mark[name], dict):
            raise DocumentError(f"{place}: {name} must be an object")
    for name in ("apart", "only"):
        if name in mark and not (isinstance(mark[name], list) and all(isinstance(each, str) for each in mark[name])):
            raise DocumentError(f"{place}: {name} must be a list of members' names, not {mark[name]!r}")
    for name in _TEXTS:
        if name in mark and not isinstance(mark[name], str):
            raise DocumentError(f"{place}: {name} must be a string, not {mark[name]!r}")
    if not isinstance(mark.get("streams", False), bool):
        raise DocumentError(f"{place}: streams must be true or false, not {mark['streams']!r}")
    if "streamed" in mark and mark["streamed"] is not False and not isinstance(mark["streamed"], str):
        raise DocumentError(
            f"{place}: streamed must be the name of a capability, or false, not {mark['streamed']!r}; leave it out "
            "where the member is asked for in a stream as it is without one"
        )
    for name in ("gate", "generate", "cheap"):
        if name in mark:
            _check_schema(mark[name], f"{place}: {name}")
    if "cheap" in mark:
        _check_cheap(mark["cheap"], f"{place}: cheap")


def _check_schema(schema: Any, place: str) -> None:
    import jsonschema_rs

    if not isinstance(schema, bool | dict):
        raise DocumentError(f"{place} must be a JSON Schema: an object, true or false, not {schema!r}")
    try:
        jsonschema_rs.Draft202012Validator(schema, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        why = getattr(error, "message", None) or str(error)
        raise DocumentError(f"{place} must be a JSON Schema of draft 2020-12: {why}") from None


def _check_cheap(schema: Any, place: str) -> None:
    found = schema if isinstance(schema, dict) else {}
    if "const" in found:
        return
    least, most = found.get("minimum"), found.get("maximum")
    if not (isinstance(least, int) and isinstance(most, int)) or isinstance(least, bool) or isinstance(most, bool):
        raise DocumentError(f"{place} must have a const, or a minimum and a maximum that are integers")
    if least > most:
        raise DocumentError(f"{place} has a minimum above its maximum, so that no value is cheap; exchange them")


def check(contract: Contract, source: str) -> None:
    """The facts of every operation agree with its request schema. `source` is the overlay's file, for errors.

    Raises DocumentError.
    """
    for operation in contract.operations:
        if operation.request_schema is not None:
            _Request(contract, operation, operation.request_schema, source).check()


class _Request:
    """One operation's request, with what its facts say of it."""

    def __init__(self, contract: Contract, operation: Operation, schema: str, source: str) -> None:
        self._contract, self._role, self._schema = contract, operation.role, schema
        self._facts = contract.facts.operation(operation.role)
        self._place = f"{source}: {MARKS[0]} at #{pointers.join(operation.pointer, 'requestBody')}"
        self._source = source
        self._members = contract.members(schema)
        self._names = {*self._members, *self._published()}

    def check(self) -> None:
        self._check_names("members", self._facts.members, self._place)
        self._check_names("wrong", self._facts.wrong, self._place, strict=True)
        if self._facts.model != "model":
            self._check_names("model", {self._facts.model: None}, self._place, strict=True)
        if self._facts.base is not None:
            self._check_base(self._facts.base, self._place)
        for name, pointer in self._members.items():
            self._check_member(name, pointer)
        for name, value in self._facts.wrong.items():
            if all(self._allows(name, value)):
                raise DocumentError(
                    f"{self._place}: wrong: the document allows {value!r} for {name!r}; name a value that it forbids, "
                    "or take it out"
                )

    def _check_member(self, name: str, pointer: str) -> None:
        facts = self._contract.facts.member(self._role, name, pointer)
        own = name in self._facts.members
        place = f"{self._place}, member {name!r}" if own else f"{self._source}: {MARKS[0]} at #{pointer}"
        self._check_names("needs", facts.needs, place)
        if facts.base is not None:
            self._check_base(facts.base, place)

    def _check_names(self, fact: str, found: Mapping[str, Any], place: str, *, strict: bool = False) -> None:
        """A member that only prose knows of may have facts; a name that is nearly a known one is meant as that."""
        for name in found:
            if name in self._names:
                continue
            meant = nearest(name, self._names, 0.6 if strict else _A_SLIP)
            if strict or meant:
                raise DocumentError(
                    f"{place}: {fact}: the request of {self._role} has no member {name!r}{meant or '.'} "
                    f"It has: {', '.join(sorted(self._names)) or 'none'}; add to them in the overlay what is missing"
                )

    def _check_base(self, base: Json, place: str) -> None:
        body = {self._facts.model: _A_MODEL, **base}
        if not isinstance(body[self._facts.model], str):
            raise DocumentError(f"{place}: base: {self._facts.model!r} names the model; leave it out of the base")
        validator = self._contract.validator(self._schema)
        if validator.is_valid(body):
            return
        why = "; ".join(
            f"at {pointers.of_path(each.loc) or '/'}: {each.message}" for each in validator.violations(body)
        )
        raise DocumentError(
            f"{place}: base: with {self._facts.model!r}, which names the model, it is no body that the corrected "
            f"document allows: {why}; make it a request that every server answers, and name in `model` the member "
            "that takes the model's name"
        )

    def _allows(self, name: str, value: Any) -> Iterator[bool]:
        """What each layer says of the value: in the known-good body, or where there is none by itself."""
        for layer in ("corrected", "published"):
            if self._facts.base is None:
                pointer, instance = self._members.get(name, ""), value
            else:
                body = {self._facts.model: _A_MODEL, **self._facts.base, name: value}
                pointer, instance = self._schema, body
            try:
                yield self._contract.validator(pointer, layer).decides(instance)
            except KeyError:  # the layer has no such operation or member
                continue

    def _published(self) -> Iterator[str]:
        document = self._contract.published
        try:
            start = pointers.locate(document, self._schema)
            for form in [start, *objects.forms(document, start)]:
                yield from objects.properties(document, form)
        except KeyError:  # only a correction has the operation
            return
