"""The contract: the published document, its corrections, and the questions that the rest of the house asks of them."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from inferproof.document import objects, pointers
from inferproof.document.citations import Layer, NotThere, Place, Resolver
from inferproof.document.credentials import Credential, of_operation
from inferproof.document.facts import Facts, MemberFacts
from inferproof.document.fragments import hash_of
from inferproof.document.validate import Schemas, Validator

Json = dict[str, Any]
Expectation = Literal["accept", "refuse", "either"]

ROLE = "x-inferproof-role"
"""The member of an operation that says what it is for: one of `roles.ROLES`."""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Operation:
    """One operation of the corrected document, known by its role."""

    role: str
    method: str  # "POST"
    path: str  # "/chat", as the document has it
    pointer: str  # "/paths/~1chat/post"
    node: Json  # the operation object of the corrected document
    credentials: tuple[Credential, ...]  # each opens it by itself; none where everybody is let in
    request_schema: str | None  # pointer to its JSON request schema, None where it takes no body
    reply_schema: str | None  # pointer to the schema of its 200 application/json, None where it has none
    event_schema: str | None  # pointer to the schema of one event's JSON of its 200 text/event-stream, or None
    statuses: tuple[int, ...]  # every documented status, ascending

    @property
    def secured(self) -> bool:
        return bool(self.credentials)

    @property
    def invalid_status(self) -> int:
        """The status for a body that breaks the schema: the documented 422, else 400."""
        return 422 if 422 in self.statuses or 400 not in self.statuses else 400


class Contract:
    """A published document with its corrections. Build one with `load`.

    Treat the documents as read-only: they are shared by everything that asks for the contract.
    """

    def __init__(
        self,
        name: str,
        published: Json,
        corrected: Json,
        marks: Json | None = None,
        *,
        anchors: Mapping[str, str] | None = None,
        pins: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name  # that of its folder
        self.published = published  # the base with its pure repairs (what makes it unusable): what must be refused
        self.corrected = corrected  # the whole overlay applied: what must be accepted
        self._marks = marks or {}  # what the overlay says of members beside the document (`facts.py`)
        self._anchors = anchors or {}  # subjects of citations that the contract names itself
        self._pins = pins or {}  # hashes of the fragments that a person has read
        self._members: dict[str, tuple[frozenset[str], bool]] = {}
        self._member_facts: dict[tuple[str, str], MemberFacts] = {}
        self._validators: dict[tuple[Layer, str], Validator] = {}
        self._schemas = {"published": Schemas(published), "corrected": Schemas(corrected)}

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation that has a role, in the document's order."""
        return tuple(self._operations())

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """The pointer of each operation by its role."""
        return {operation.role: operation.pointer for operation in self.operations}

    @cached_property
    def digest(self) -> str:
        """`sha256:…` of what is promised: the two documents, without facts about members."""
        return _digest([self.published, self.corrected])

    @cached_property
    def facts_digest(self) -> str:
        """`sha256:…` of what the overlay says beside the document."""
        return _digest(self._marks)

    @cached_property
    def credentials(self) -> tuple[Credential, ...]:
        """What opens the first operation that takes any: what a request brings to a path of which nothing is known."""
        return next((operation.credentials for operation in self.operations if operation.secured), ())

    @cached_property
    def ways(self) -> tuple[Credential, ...]:
        """Every credential that opens some operation, one of each kind, in the order of the operations."""
        found: dict[str, Credential] = {}
        for each in (each for operation in self.operations for each in operation.credentials):
            found.setdefault(each.kind, each)
        return tuple(found.values())

    @cached_property
    def facts(self) -> Facts:
        """What the contract says of members and no schema can."""
        return Facts(self._marks, self.roles)

    def member_facts(self, role: str, name: str) -> MemberFacts:
        """What the contract says of one member of one operation's request, beside its schema; nothing of an unknown."""
        if (role, name) not in self._member_facts:
            try:
                pointer = self.places(f"{role}.request#/{pointers.escape(name)}")[0].pointer
            except NotThere:
                pointer = ""
            self._member_facts[role, name] = self.facts.member(role, name, pointer)
        return self._member_facts[role, name]

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self.published, self.corrected, self.roles, self._anchors)

    def places(self, citation: str) -> tuple[Place, ...]:
        """Where a citation leads in this contract (`citations.py`). Raises NotThere, and ValueError for no citation."""
        return self._resolver.places(citation)

    def status(self, citation: str) -> int | None:
        """The status of the reply that a citation leads to; None where there is none, or it leads to something else."""
        try:
            name = pointers.split(self.places(citation)[0].pointer)[-1:]
        except NotThere:
            return None
        return int(name[0]) if name and name[0].isdecimal() else None

    def schema(self, citation: str, layer: Layer = "published") -> str:
        """The pointer of the schema of a datum, as `chat.reply#/usage`, in that layer. Raises NotThere."""
        return self._resolver.schema(citation, layer)

    def takes(self, role: str, member: str, within: str = "") -> bool:
        """A layer names the member of the request, or says that others may be there (`additionalProperties`).

        `within` is the path of the object that has it, as `/messages/[]`; empty for the body.
        """
        names, others = self._members_of(role, within)
        return others or member in names

    def names(self, role: str, member: str) -> bool:
        """A layer names the member of the request's body, or none names any."""
        names, _ = self._members_of(role, "")
        return member in names or not names

    def open(self, role: str) -> bool:
        """The document says that the request's body may have other members than those that it names."""
        return self._members_of(role, "")[1]

    def _members_of(self, role: str, within: str) -> tuple[frozenset[str], bool]:
        citation = f"{role}.request#{within}/"
        if citation not in self._members:
            self._members[citation] = self._resolver.members(citation)
        return self._members[citation]

    def layer(self, citation: str) -> Layer:
        """The layer in which the contract first has what is cited: a rule that rests on it judges by that one."""
        return self.places(citation)[0].layer

    def pinned(self, place: Place) -> bool:
        """A person has read the fragment as it stands: the contract's lock has its hash."""
        return self._pins.get(f"{place.layer}#{place.pointer}") == hash_of(
            self.at(place.pointer, place.layer), place.pointer
        )

    def operation(self, role: str) -> Operation:
        """Raises KeyError for a role that this contract has not."""
        for operation in self.operations:
            if operation.role == role:
                return operation
        known = ", ".join(operation.role for operation in self.operations)
        raise KeyError(f'the contract "{self.name}" has no operation of role "{role}"; it has {known}')

    def match(self, method: str, path: str) -> Operation | None:
        """The operation that answers `method` on `path`, a path without its query."""
        for operation in self.operations:
            if operation.method == method.upper() and operation.path == path:
                return operation
        return None

    def at(self, pointer: str, layer: Layer = "corrected") -> Any:
        """The node at a JSON pointer (RFC 6901), which may lead through a `$ref`.

        Raises KeyError naming the part that is missing.
        """
        document = self._document(layer)
        return pointers.resolve(document, pointers.locate(document, pointer))

    def validator(self, pointer: str, layer: Layer = "corrected") -> Validator:
        """The compiled schema at `pointer`; formats are asserted. Compiled once. Raises KeyError as `at` does."""
        if (layer, pointer) not in self._validators:
            place = pointers.locate(self._document(layer), pointer)
            self._validators[layer, pointer] = self._schemas[layer].validator(place)
        return self._validators[layer, pointer]

    def expects(self, pointer: str, value: Any) -> Expectation:
        """What a server must do with a request body, the schema of which is at `pointer`.

        What is valid in both layers must be accepted, what is invalid in both must be refused; where the layers differ
        either answer is right. jsonschema-rs decides alone: ask `doubts` before somebody is blamed.
        """
        verdicts = {schemas.validator(pointer).decides(value) for schemas in self._schemas.values()}
        return "either" if len(verdicts) == 2 else "accept" if verdicts == {True} else "refuse"

    def only_by_format(self, pointer: str, value: Any) -> bool:
        """The published layer forbids the body, and would not if `format` were an annotation."""
        validator = self._schemas["published"].validator(pointer)
        return not validator.decides(value) and validator.decides_without_formats(value)

    def doubts(self, pointer: str, value: Any) -> bool:
        """jsonschema does not confirm in both layers what jsonschema-rs says of the body."""
        validators = [schemas.validator(pointer) for schemas in self._schemas.values()]
        return any(validator.decides(value) is not validator.is_valid(value) for validator in validators)

    def request_example(self, role: str, name: str | None = None) -> Any:
        """A documented request body of the operation, a deep copy: the named one, else the first.

        Raises KeyError where there is none.
        """
        operation = self.operation(role)
        return self._example(pointers.join(operation.pointer, "requestBody", "content", "application/json"), name)

    def request_examples(self, role: str) -> list[Any]:
        """Every documented request body of the operation, deep copies, in the document's order."""
        pointer = pointers.join(self.operation(role).pointer, "requestBody", "content", "application/json")
        try:
            media = self.at(pointer)
        except KeyError:
            return []
        names: list[str | None] = [None] if "example" in media else [*(media.get("examples") or ())]
        found = []
        for name in names:
            with contextlib.suppress(KeyError):  # an example that lies elsewhere is not ours to read
                found.append(self._example(pointer, name))
        return found

    def reply_example(self, role: str, status: int = 200, media: str = "application/json") -> Any:
        """A documented reply, a deep copy: JSON, or the text of a stream. Raises KeyError where there is none."""
        operation = self.operation(role)
        return self._example(pointers.join(operation.pointer, "responses", str(status), "content", media), None)

    def members(self, pointer: str) -> dict[str, str]:
        """Each member of the schema at `pointer`, in any of its forms, with the pointer of its corrected schema."""
        found: dict[str, str] = {}
        for form in [pointer, *self.forms(pointer)]:
            for name, place in objects.properties(self.corrected, pointers.locate(self.corrected, form)).items():
                found.setdefault(name, place)
        return found

    def forms(self, pointer: str) -> list[str]:
        """The pointers of the object schemas that a union at `pointer` chooses between; itself where it is no union."""
        return objects.forms(self.corrected, pointers.locate(self.corrected, pointer))

    def defaults(self, pointer: str) -> Iterator[tuple[str, Any]]:
        """(property, default) of the object schema at `pointer`, as the corrected document states them."""
        for name, place in objects.properties(self.corrected, pointers.locate(self.corrected, pointer)).items():
            for node in (self.at(place), self.at(pointers.follow(self.corrected, place))):
                if isinstance(node, dict) and "default" in node:
                    yield name, copy.deepcopy(node["default"])
                    break

    def _document(self, layer: Layer) -> Json:
        return self.corrected if layer == "corrected" else self.published

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.corrected.get("paths", {}).items():
            for method in _METHODS if isinstance(item, dict) else ():
                if isinstance(item.get(method), dict) and ROLE in item[method]:
                    yield self._operation(path, method, item[method])

    def _operation(self, path: str, method: str, node: Json) -> Operation:
        pointer = pointers.join("/paths", path, method)
        ok = pointers.join(pointer, "responses", "200", "content")
        event = self._present(
            pointers.join(ok, "text/event-stream", "itemSchema", "properties", "data", "contentSchema")
        )
        return Operation(
            role=node[ROLE],
            method=method.upper(),
            path=path,
            pointer=pointer,
            node=node,
            credentials=of_operation(self.corrected, node),
            request_schema=self._present(
                pointers.join(pointer, "requestBody", "content", "application/json", "schema"),
            ),
            reply_schema=self._present(pointers.join(ok, "application/json", "schema")),
            # The component itself, because the published layer has no schema of an event, but may have the component.
            event_schema=event and pointers.follow(self.corrected, event),
            statuses=tuple(sorted(int(status) for status in node.get("responses") or () if status.isdigit())),
        )

    def _present(self, pointer: str) -> str | None:
        try:
            self.at(pointer)
        except KeyError:
            return None
        return pointer

    def _example(self, pointer: str, name: str | None) -> Any:
        media = self.at(pointer)
        if name is None and "example" in media:
            return copy.deepcopy(media["example"])
        examples = media.get("examples", {})
        chosen = next(iter(examples), None) if name is None else name
        if chosen not in examples:
            known = ", ".join(examples) or "none"
            raise KeyError(f'no example{"" if name is None else f" {name}"} at "{pointer}"; there are: {known}')
        place = pointers.locate(self.corrected, pointers.join(pointer, "examples", str(chosen)))
        example = self.at(pointers.follow(self.corrected, place))
        return copy.deepcopy(example["serializedValue"] if "serializedValue" in example else example["value"])


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
