"""Every reply that is not a success: 422 as `detail[]`, every other status as the one error body."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from inferproof.document.explain import Violation
from inferproof.front.backend import Json, Refusal

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
    """The request breaks its schema: a 422 with one detail for each violation."""

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


def error_reply(error: Exception) -> ErrorReply:
    """The reply for whatever ended a request before its reply began."""
    if isinstance(error, Invalid):
        return ErrorReply(422, [JSON_HEADER], orjson.dumps({"detail": error.details}))
    refusal = _refusal(error)
    headers = [JSON_HEADER, *refusal.headers.items()]
    if refusal.status == 422:
        items = [detail(refusal.loc or ("body",), refusal.message, refusal.type or "value_error")]
        return ErrorReply(422, headers, orjson.dumps({"detail": items}))
    return ErrorReply(refusal.status, headers, orjson.dumps(_error_body(refusal)))


def error_event(error: Exception) -> Json:
    """The last event of a stream that failed."""
    return _error_body(_refusal(error))


def bad_gateway(message: str) -> Refusal:
    """The engine's answer cannot be passed on."""
    return Refusal(502, message, code="bad_gateway")


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    _log.error("A request failed", exc_info=error)
    return Refusal(500, "The server failed to answer this request; its log says why.", code="internal_error")


def _error_body(refusal: Refusal) -> dict[str, Any]:
    return {
        "error": {
            "message": refusal.message,
            "type": refusal.type or TYPES.get(refusal.status, "invalid_request_error"),
            "param": ".".join(str(part) for part in refusal.loc[1:]) or None,
            "code": refusal.code,
        }
    }


def _sentence(place: str, violation: Violation) -> str:
    """`messages.0.content is null; expected a string.`"""
    return f"{'.'.join(str(part) for part in violation.loc) or f'The {place}'} {violation.message}."
