"""The shapes that the body of an error may have, and which of them a contract documents for which status.

A shape is one of a short list that servers of this field use, chosen by the schema of the reply: by nothing else of the
document, and once, when the routes are built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inferproof.document import pointers
from inferproof.document.citations import NotThere
from inferproof.document.contract import Contract, Operation
from inferproof.front.backend import Json


@dataclass(frozen=True)
class Fault:
    """What an error says, in whatever shape. `details` has at least one item: `loc`, `msg` and `type`."""

    message: str
    type: str
    details: list[Json]
    param: str | None = None
    code: str | None = None


Shape = Callable[[Fault], Json]


def details(fault: Fault) -> Json:
    """FastAPI's."""
    return {"detail": fault.details}


def openai(fault: Fault) -> Json:
    """OpenAI's."""
    return {"error": {"message": fault.message, "type": fault.type, "param": fault.param, "code": fault.code}}


def openai_without_null(fault: Fault) -> Json:
    """OpenAI's where nothing may be null."""
    return {"error": {name: value for name, value in openai(fault)["error"].items() if value is not None}}


def openai_short(fault: Fault) -> Json:
    """OpenAI's with what it cannot do without."""
    return {"error": {"message": fault.message, "type": fault.type}}


def shortest(fault: Fault) -> Json:
    return {"error": {"message": fault.message}}


def flat(fault: Fault) -> Json:
    return {"message": fault.message}


def detail_text(fault: Fault) -> Json:
    return {"detail": fault.message}


def error_text(fault: Fault) -> Json:
    return {"error": fault.message}


SHAPES: tuple[Shape, ...] = (
    details,
    openai,
    openai_without_null,
    openai_short,
    shortest,
    flat,
    detail_text,
    error_text,
)

_LOC = ["body", "messages", 0, "content"]
_DETAIL: Json = {"loc": _LOC, "msg": "is required, and missing", "type": "required"}
SAMPLES = (
    Fault("The engine failed.", "server_error", [_DETAIL]),
    Fault("This is too long.", "invalid_request_error", [_DETAIL, _DETAIL], "messages", "context_length_exceeded"),
)
"""A shape fits a schema where both are valid in it: one that says as little as there is, one that says all."""

ELSEWHERE = (404, 405)
"""The statuses of a request that meets no operation."""

# What the front and the backends say of themselves, beside what an operation documents.
_COMMON = (400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 502, 503, 504)


class Shapes:
    """The shapes of one operation's errors by status; of `None`, of errors outside any operation."""

    def __init__(self, contract: Contract, operation: Operation | None) -> None:
        statuses = {*_COMMON, *operation.statuses} if operation is not None else {*ELSEWHERE}
        self._otherwise = _of(contract, _documented(contract, operation, "default"))
        self._by_status: Mapping[int, Shape] = {
            status: _of(contract, _documented(contract, operation, str(status))) for status in statuses
        }

    def __getitem__(self, status: int) -> Shape:
        return self._by_status.get(status, self._otherwise)


def _documented(contract: Contract, operation: Operation | None, status: str) -> str | None:
    """The schema of the reply: what the operation says of the status, of its class, or of all others; else what the
    contract says of that status anywhere."""
    if operation is not None:
        for key in (status, f"{status[0]}XX", "default"):
            schema = _schema(contract, pointers.join(operation.pointer, "responses", key))
            if schema is not None:
                return schema
    try:
        return _schema(contract, contract.places(f"error.{status}")[0].pointer)
    except NotThere:
        return None


def _schema(contract: Contract, response: str) -> str | None:
    """The schema of a response's JSON, where a `$ref` at its end leads; None where it has none."""
    document = contract.corrected
    try:
        place = pointers.locate(document, pointers.join(response, "content", "application/json", "schema"))
        return pointers.follow(document, place)
    except KeyError:
        return None


def _of(contract: Contract, schema: str | None) -> Shape:
    """The first shape that is valid by the schema and has only members that it names; else the first that is valid, and
    where there is none, or no schema, OpenAI's."""
    if schema is None:
        return openai
    validator = contract.validator(schema)
    named = contract.members(schema).keys()
    fitting = [shape for shape in SHAPES if all(validator.decides(shape(sample)) for sample in SAMPLES)]
    for shape in fitting:
        if shape(SAMPLES[0]).keys() <= named:
            return shape
    return fitting[0] if fitting and openai not in fitting else openai
