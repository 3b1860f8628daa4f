"""Every reply that is not a success, with the status and in the shape that the contract documents for it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from inferproof.document.contract import Contract, Operation
from inferproof.document.explain import Violation
from inferproof.front.backend import INVALID, Json, Refusal
from inferproof.front.error_shapes import Fault, Shapes

JSON_HEADER = ("content-type", "application/json")

# The type of error that a status is, where a refusal names none; the rest of 4xx is the request's own fault.
TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "server_error",
    502: "server_error",
    503: "server_error",
    504: "timeout_error",
}

_log = logging.getLogger("inferproof.front")


class Invalid(Exception):
    """The request breaks its schema: one detail for each violation."""

    def __init__(self, details: list[Json]) -> None:
        super().__init__(details[0]["msg"])
        self.details = details

    @classmethod
    def because(cls, violations: Iterable[Violation], place: str) -> Invalid:
        """Violations of the part of the request that `place` names: "body" or "query"."""
        return cls([detail((place, *one.loc), _sentence(place, one), one.keyword) for one in violations])


@dataclass(frozen=True)
class ErrorReply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def detail(loc: tuple[str | int, ...], message: str, kind: str) -> Json:
    """One item of `detail[]`. `kind` is the JSON Schema keyword that failed, or a word like it."""
    return {"loc": list(loc), "msg": message, "type": kind}


class Errors:
    """How the replies of one operation say what went wrong; of `None`, those to a request that meets no operation."""

    def __init__(self, contract: Contract, operation: Operation | None) -> None:
        self._shapes = Shapes(contract, operation)
        self._invalid = operation.invalid_status if operation is not None else INVALID

    def reply(self, error: Exception) -> ErrorReply:
        """The reply for whatever ended a request before its reply began."""
        if isinstance(error, Invalid):
            status, headers, fault = self._invalid, [JSON_HEADER], _of_details(error.details)
        else:
            refusal = _refusal(error)
            status = self._invalid if refusal.status == INVALID else refusal.status
            headers, fault = [JSON_HEADER, *refusal.headers.items()], _of_refusal(refusal)
        return ErrorReply(status, headers, orjson.dumps(self._shapes[status](fault)))

    def event(self, error: Exception) -> Json:
        """The last event of a stream that failed: whatever the cause, in the shape of a failure."""
        return self._shapes[500](_of_refusal(_refusal(error)))


def bad_gateway(message: str) -> Refusal:
    """The engine's answer cannot be passed on."""
    return Refusal(502, message, code="bad_gateway")


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    _log.error("A request failed", exc_info=error)
    return Refusal(500, "The server failed to answer this request; its log says why.", code="internal_error")


def _of_refusal(refusal: Refusal) -> Fault:
    loc = refusal.loc or ("body",)
    return Fault(
        message=refusal.message,
        type=refusal.type or TYPES.get(refusal.status, "invalid_request_error"),
        details=[detail(loc, refusal.message, refusal.type or "value_error")],
        param=_param(loc),
        code=refusal.code,
    )


def _of_details(details: list[Json]) -> Fault:
    """What `detail[]` has as a list is one text in the other shapes, and the member that it names first."""
    message = " ".join(item["msg"] for item in details)
    return Fault(message, "invalid_request_error", details, _param(details[0]["loc"]), "invalid_value")


def _param(loc: Sequence[str | int]) -> str | None:
    """`messages.0.content`; None for the body as a whole, or a place in its text."""
    return ".".join(map(str, loc[1:])) if isinstance(next(iter(loc[1:]), None), str) else None


def _sentence(place: str, violation: Violation) -> str:
    """`messages.0.content is null; expected a string.`"""
    return f"{'.'.join(str(part) for part in violation.loc) or f'The {place}'} {violation.message}."
