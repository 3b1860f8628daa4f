"""The contract: the published document, its corrections, and the questions that the rest of the house asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Layer = Literal["published", "corrected"]


@dataclass(frozen=True)
class Violation:
    """One way in which a value breaks a schema, in the branch that its author meant.

    `at` is a JSON pointer into the value ("" is the value itself), `loc` the same as a path, `keyword` the JSON Schema
    keyword that failed, `message` a sentence that names what was found and what was expected.
    """

    at: str
    loc: tuple[str | int, ...]
    keyword: str
    message: str


class Validator:
    """A compiled schema of the contract. Decides with jsonschema-rs, explains with jsonschema."""

    def is_valid(self, value: Any) -> bool: ...

    def violations(self, value: Any) -> list[Violation]:
        """Empty exactly when `is_valid`; a union is explained by the branch its `role` or `type` picks."""
        ...


@dataclass(frozen=True)
class Operation:
    """One operation of the corrected document, known by its role."""

    role: str
    method: str  # "POST"
    path: str  # "/v1/chat/completions"
    pointer: str  # "/paths/~1v1~1chat~1completions/post"
    node: Json  # the operation object of the corrected document
    secured: bool
    request_schema: str | None  # pointer to its JSON request schema, None where it takes no body
    reply_schema: str | None  # pointer to the schema of its 200 application/json, None where it has none
    event_schema: str | None  # pointer to the schema of one event's JSON of its 200 text/event-stream, or None
    statuses: tuple[int, ...]  # every documented status, ascending


class Contract:
    """A published document with its corrections. Build one with `load`."""

    name: str  # "inflection"
    digest: str  # "sha256:…" over base and overlay
    published: Json  # the base with nothing but its pure repairs (what makes it unusable): what must be refused
    corrected: Json  # the whole overlay applied: what must be accepted

    @property
    def operations(self) -> tuple[Operation, ...]: ...

    def operation(self, role: str) -> Operation:
        """Raises KeyError for a role that this contract has not."""
        ...

    def match(self, method: str, path: str) -> Operation | None: ...

    def at(self, pointer: str, layer: Layer = "corrected") -> Any:
        """The node at a JSON pointer (RFC 6901); raises KeyError naming the part that is missing."""
        ...

    def validator(self, pointer: str, layer: Layer = "corrected") -> Validator:
        """The compiled schema at `pointer`; formats are asserted. Compiled once."""
        ...

    def request_example(self, role: str, name: str | None = None) -> Any:
        """A documented request body of the operation, a deep copy: the named one, else the first."""
        ...

    def reply_example(self, role: str, status: int = 200, media: str = "application/json") -> Any: ...

    def defaults(self, pointer: str) -> Iterator[tuple[str, Any]]:
        """(property, default) of the object schema at `pointer`, as the document states them."""
        ...


def load(name: str = "inflection") -> Contract:
    """The contract of that name, or of a folder that holds `openapi.yaml` and `corrections.yaml`.

    Raises DocumentError, whose text names the file, the place and the cure.
    """
    raise NotImplementedError(name)
