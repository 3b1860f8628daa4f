"""The three-valued oracle: which request bodies must be accepted, which refused, and which are nobody's business.

A body must be accepted where the published and the corrected document both allow it, and refused where both forbid it.
Where our corrections changed the answer, either one is right: a server that follows the vendor is not at fault. What
the target does not claim, or only some hosts can do, may be refused (`claims.py`); the answer that it gets is judged.
"""

from __future__ import annotations

from functools import wraps

from inferproof.judge.keys import is_right
from inferproof.judge.select import Predicate
from inferproof.judge.subject import Subject
from inferproof.wire.exchange import NotJson

NO_SUCH_MODEL = "inferproof-no-such-model"
"""How the name of a model begins that no server has. A request for it is valid, and yet to be refused."""


def once(predicate: Predicate) -> Predicate:
    """The predicate of a request, evaluated once for each answer: hundreds of rules ask for the same."""

    @wraps(predicate)
    def kept(answer: Subject) -> bool:
        if predicate.__name__ not in answer.known:
            answer.known[predicate.__name__] = predicate(answer)
        return answer.known[predicate.__name__]

    return kept


@once
def keyed(answer: Subject) -> bool:
    """The request carries the target's key once and nothing beside it, or needs none: nobody is kept out for his key.

    With two credentials it may be refused: RFC 6750 §3.1 has a 400 for that.
    """
    lines = answer.key_lines
    return not answer.credentials or (len(lines) == 1 and is_right(*lines[0]))


@once
def declared_json(answer: Subject) -> bool:
    """The request says that its body is JSON, in UTF-8."""
    media, _, parameters = (answer.exchange.request.header("content-type") or "").lower().partition(";")
    return media.strip() == "application/json" and ("charset" not in parameters or "utf-8" in parameters)


def framed_usually(answer: Subject) -> bool:
    """The body comes with its length, and at once. Without a length it may be refused (411, RFC 9110 §15.5.12)."""
    request = answer.exchange.request
    return request.header("transfer-encoding") is None and request.header("expect") is None


@once
def is_json(answer: Subject) -> bool:
    """The request's body is JSON."""
    try:
        answer.exchange.request.json  # noqa: B018 - read for the exception
    except NotJson:
        return False
    return True


def deep(answer: Subject) -> bool:
    """The body is nested more deeply than the judge's own reader can tell whether it is JSON."""
    return b"[" * 1_000 in answer.exchange.request.body


@once
def must_accept(answer: Subject) -> bool:
    """It is valid, the document speaks of each of its members, and no sane server may refuse what they ask for."""
    return valid(answer) and answer.documented and answer.refusable is None


@once
def valid(answer: Subject) -> bool:
    """Key, media type and body are as both documents want them, in UTF-8; the server may have the model."""
    if not _asks_properly(answer) or for_no_model(answer) or answer.halves_a_pair:
        return False
    return answer.expectation == "accept"


@once
def must_refuse(answer: Subject) -> bool:
    """Key and media type are right, and both documents forbid the body, to a lax reader too.

    What only a strict reader of formats or of types refuses has requirements of its own, at SHOULD.
    """
    return forbidden(answer) and answer.allowed_if_lax == ""


EXTRA = "inferproof_extra"
"""A member that no document names: probes send it, and the document allows it where objects are open."""


def brings_an_extra_member(answer: Subject) -> bool:
    """It must be accepted, and has a member that the document does not name."""
    return answer.request.has(f"/{EXTRA}") and must_accept(answer)


def invalid(answer: Subject) -> bool:
    """It must be refused, and the document gives its operation a status for that."""
    return must_refuse(answer) and answer.operation.invalid_status in answer.operation.statuses


@once
def forbidden(answer: Subject) -> bool:
    """Key and media type are right, and both documents forbid the body, be it in a detail."""
    return _asks_properly(answer) and answer.expectation == "refuse"


def refused_for(answer: Subject) -> set[str | int]:
    """The top-level members for which the body must be refused; empty where it need not be."""
    if not must_refuse(answer):
        return set()
    return answer.at_fault


def wrong_only_at(*path: str) -> Predicate:
    """Requests that must be refused for the member at `path` alone; of a list on the way, for that of any item."""

    def where(answer: Subject) -> bool:
        if refused_for(answer) != {path[0]}:
            return False
        return {tuple(part for part in place if isinstance(part, str)) for place in answer.wrong_places} == {path}

    return where


@once
def for_no_model(answer: Subject) -> bool:
    """The request names a model that no server has."""
    name = answer.request.get(f"/{answer.contract.facts.operation(answer.role).model}")
    return isinstance(name, str) and name.startswith(NO_SUCH_MODEL)


@once
def _asks_properly(answer: Subject) -> bool:
    """Only the body can be at fault: the operation is known, and key, media type and framing are right.

    Of a body that is nested more deeply than we read nothing is said (RFC 8259 §9 lets a reader set a limit).
    """
    right = answer.role != "" and keyed(answer) and declared_json(answer) and framed_usually(answer)
    return right and is_json(answer) and not answer.too_deep
