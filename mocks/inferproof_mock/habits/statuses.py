"""Statuses: which 4xx refuses what. Where the document gives one, its own stays; the rest is the server's."""

from __future__ import annotations

import json

from inferproof_mock.habits.exchange import Answer, Asked
from inferproof_mock.habits.habit import BODIES, replies


def _meaning(answer: Answer) -> str | None:
    """What a refusal says of what no schema forbids: the front calls it a `value_error`; else None."""
    value = answer.json
    if answer.status != 422 or not isinstance(value, dict) or not isinstance(value.get("detail"), list):
        return None
    entries = [each for each in value["detail"] if isinstance(each, dict)]
    return entries[0]["msg"] if entries and all(each.get("type") == "value_error" for each in entries) else None


def _unparsed(asked: Asked, answer: Answer) -> bool:
    """A refused body that is no JSON; of one that is nested too deep nobody can tell."""
    if answer.status not in (400, 422) or asked.body == b"":
        return False
    try:
        json.loads(asked.body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return True
    return False


def _no_constant(name: str) -> None:
    """`NaN` and `Infinity` are no JSON (RFC 8259 §6)."""
    raise ValueError(name)


def _named(asked: Asked, answer: Answer) -> bool:
    """A 404 that is about the model, not about the path."""
    return answer.status == 404 and asked.role != "" and bool(asked.json)


@replies(*BODIES)
def refusals_are_bad_requests(asked: Asked, answer: Answer) -> None:
    """What the schema allows and the server refuses is answered 400 instead of 422.

    Allowed: RFC 9110 §15.5.1; the documented 422 is for what breaks the schema (project).
    """
    if (message := _meaning(answer)) is not None:
        answer.becomes(400, asked.refused(message, status=400).body, "application/json")


@replies(*BODIES)
def refusals_are_conflicts(asked: Asked, answer: Answer) -> None:
    """What the schema allows and the server refuses is answered 409.

    Allowed: RFC 9110 §15.5.10, a conflict with the state of the resource: the model as it is configured (project).
    """
    if (message := _meaning(answer)) is not None:
        answer.becomes(409, asked.refused(message, status=409).body, "application/json")


@replies(*BODIES)
def refusals_are_of_the_content(asked: Asked, answer: Answer) -> None:
    """What the schema allows and the server refuses is answered 413.

    Allowed: RFC 9110 §15.5.14: larger than the server is willing to process, as a long prompt is (project).
    """
    if (message := _meaning(answer)) is not None:
        answer.becomes(413, asked.refused(message, status=413).body, "application/json")


@replies(*BODIES)
def unknown_models_are_bad_requests(asked: Asked, answer: Answer) -> None:
    """A model that the server has not is answered 400.

    Allowed: `errors.model.unknown` has 404, 400 and 422 (correction).
    """
    if _named(asked, answer):
        answer.becomes(400, asked.refused("Invalid model name", status=400).body, "application/json")


@replies(*BODIES)
def unknown_models_are_forbidden(asked: Asked, answer: Answer) -> None:
    """A model that the server has not is answered 403, as one that the key may not use.

    Allowed: RFC 9110 §15.5.4: the server does not tell which models there are.
    """
    if _named(asked, answer):
        answer.becomes(403, asked.refused("Your key has no access to it", status=403).body, "application/json")


@replies(*BODIES)
def unparsed_bodies_are_bad_requests(asked: Asked, answer: Answer) -> None:
    """A body that is no JSON is answered 400.

    Allowed: RFC 9110 §15.5.1, malformed syntax; `errors.malformed.refused` has 400 and 422 (project).
    """
    if _unparsed(asked, answer):
        answer.becomes(400, asked.refused("The body is not JSON.", status=400).body, "application/json")


@replies()
def other_types_are_unsupported(asked: Asked, answer: Answer) -> None:
    """A body of another media type is answered 415, with the type that is taken.

    Allowed: RFC 9110 §15.5.16.
    """
    typed = asked.header("content-type").partition(";")[0].strip().lower()
    if 400 <= answer.status < 500 and asked.role and asked.body and typed not in ("application/json", ""):
        answer.becomes(415, asked.refused("Unsupported Media Type", status=415).body, "application/json")
        answer.set("accept-post", "application/json")


@replies(*BODIES)
def bodies_need_a_length(asked: Asked, answer: Answer) -> None:
    """A request without a body is answered 411.

    Allowed: RFC 9110 §15.5.12; `errors.empty-body.refused` has it (schema).
    """
    if asked.body == b"" and answer.status in (400, 415, 422):
        answer.becomes(411, asked.refused("Length Required", status=411).body, "application/json")


@replies()
def unknown_methods_are_not_implemented(asked: Asked, answer: Answer) -> None:
    """A method that a path does not take is answered 501.

    Allowed: RFC 9110 §15.6.2: the server does not recognise the method, for any resource.
    """
    if answer.status == 405:
        answer.becomes(501, asked.refused("Not Implemented", status=501).body, "application/json")


@replies()
def unknown_methods_are_not_found(asked: Asked, answer: Answer) -> None:
    """A method that a path does not take is answered 404.

    Allowed: RFC 9110 §15.5.5, by a server that routes on both; `errors.method.unknown` has it.
    """
    if answer.status == 405:
        answer.becomes(404, asked.refused("Not Found", status=404).body, "application/json")


@replies()
def refusals_name_a_time(asked: Asked, answer: Answer) -> None:
    """Each 4xx has `Retry-After: 0`.

    Allowed: RFC 9110 §10.2.3: the header may stand on any reply.
    """
    if 400 <= answer.status < 500 and answer.status != 429:
        answer.set("retry-after", "0")
