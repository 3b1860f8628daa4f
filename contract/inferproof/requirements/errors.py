"""Errors: what is wrong with a request is said in a documented way, and never by a crash."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from inferproof.document import pointers
from inferproof.document.citations import NotThere
from inferproof.judge.check import Check
from inferproof.judge.oracle import declared_json, deep, for_no_model, invalid, is_json, keyed, must_refuse
from inferproof.judge.requirement import CORRECTION, PROJECT, SCHEMA, rfc
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, JSON, LEGACY, Of, asked, decided, replies
from inferproof.judge.statuses import BODY, DOOR, MOMENT
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip, Value

GATEWAYS = (*DOOR, *MOMENT, 413, 414, 431)
"""Statuses with which a gateway turns a request away before the server sees it, or because there is no server."""


def _malformed(answer: Subject) -> bool:
    if not (keyed(answer) and declared_json(answer)) or answer.role == "" or deep(answer):
        return False
    return answer.exchange.request.body != b"" and not is_json(answer)


def _known_path(answer: Subject) -> bool:
    request = answer.exchange.request
    return any(operation.path == request.path for operation in answer.contract.operations)


def _unknown_path(answer: Subject) -> bool:
    return answer.exchange.role is None and not _known_path(answer)


def _unknown_method(answer: Subject) -> bool:
    """HEAD and OPTIONS apart, which a server may answer of its own accord."""
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    return answer.exchange.role is None and _known_path(answer) and answer.exchange.request.method in methods


def _bodiless(answer: Subject) -> bool:
    request = answer.exchange.request
    return keyed(answer) and answer.role != "" and answer.operation.request_schema is not None and request.body == b""


def _of_another_type(answer: Subject) -> bool:
    media = (answer.exchange.request.header("content-type") or "").lower()
    return media.startswith(("text/", "multipart/", "application/x-www-form-urlencoded", "application/xml"))


OF_INVALID_REQUESTS = (
    "attributes.invalid embeddings.invalid chat.openai-path.invalid chat.legacy.invalid chat.legacy.stream.invalid "
    "attributes.invalid.prose embeddings.invalid.prose chat.openai-path.invalid.prose chat.legacy.invalid.prose "
    "chat.legacy.stream.invalid.prose error.422"
)
"""What the documents say of a request that breaks the schema."""

OF_ERRORS = "error.400#/* error.400#/error/* error.400 error.401 error.404 error.415"
"""What the documents say of other errors."""

PARTS = (*CHAT, *LEGACY, "attributes", "embeddings", "configs", "models", "models.embedding")
errors = replies(*PARTS, status=(400, 401, 402, 403, 404, 413, 415, 429, 500, 502, 503, 504), media=None)

rules = Rules("errors", of=decided(), cites="chat.invalid").with_notes(
    breaks="an exception that nobody caught, HTML from a proxy, a 200 with an error inside, 400 where 422 is "
    "documented.",
    reference="every refusal is one type, and the front alone renders it, by the status and the body of the contract.",
)


rules.must("invalid.refused", SCHEMA, "#/", where=must_refuse).refuse(
    "A body that the document's schema forbids is rejected with a 4xx."
)


@rules.must("invalid.status", SCHEMA, "", ".prose", of=Of(status=BODY, where=invalid), covers=OF_INVALID_REQUESTS)
def a_validation_error_has_its_status(reply: Subject, check: Check) -> None:
    """A body that the document's schema forbids gets the status that the document gives for it, such as 422."""
    check.equal(reply.status, reply.operation.invalid_status, at="status")


@rules.must("invalid.body", SCHEMA, "#/", "#/*", covers="#/detail/[]/*", of=replies(status=(400, 422), media=None))
def a_validation_error_has_the_documented_shape(reply: Subject, check: Check) -> None:
    """A validation error (422, or 400 if the document uses that instead) is JSON of the documented shape."""
    documented = reply.role and reply.operation.invalid_status in reply.operation.statuses
    operation = reply.operation if documented else reply.contract.operation("chat")
    if reply.status != operation.invalid_status:
        raise Skip("another error")
    layer = reply.contract.layer("chat.invalid#/")
    schema = reply.contract.schema(f"{operation.role}.invalid#/", layer)
    check.equal(reply.media_type, "application/json", at="content-type")
    check.valid(reply.body, schema, layer)


@rules.should("invalid.detail", CORRECTION, "#/detail", "#/detail/[]/", of=replies(status=422))
def a_validation_error_says_what_is_wrong(reply: Subject, check: Check) -> None:
    """A 422 has at least one entry in `detail`, and each entry has `loc`, `msg` and `type`."""
    detail = reply.body.object().get("/detail")
    check.that(isinstance(detail, list) and detail != [], "a list with an entry", detail, at="/detail")
    for entry in reply.body.items("/detail"):
        check.that(entry.has("/loc"), "`loc`", entry)
        for member in ("msg", "type"):
            check.that(bool(entry.get(f"/{member}")), f"`{member}`", entry)


@rules.should("invalid.loc", PROJECT, "#/detail/[]/loc", of=replies(status=422, where=must_refuse))
def a_validation_error_points_at_the_member(reply: Subject, check: Check) -> None:
    """At least one `loc` in `detail` leads to the invalid value. It may stop early, but names no other member."""
    locs = [_parts(entry.value("/loc")) for entry in reply.body.items("/detail")]
    if any(_leads(loc, place, reply.request.raw) for loc in locs for place in reply.wrong_places):  # most do
        return
    places = reply.wrong_places | reply.corrected_places
    if not all(places):  # where the body as a whole is wrong, any loc will do
        return
    led = any(_leads(loc, place, reply.request.raw) for loc in locs for place in places)
    shown = sorted(".".join(map(str, place)) for place in places)
    found = [entry.value("/loc").raw for entry in reply.body.items("/detail")]
    check.that(led, f"a loc that leads to {' or '.join(shown)}", found, at="/detail")


def _parts(loc: Value) -> list[str | int]:
    """The names and indexes of a `loc`. Raises Missing.

    Some write the whole path as one text: `messages[0].content`.
    """
    found: list[str | int] = []
    for part in loc:
        words = [word for word in re.split(r"[][./]", part.raw) if word] if isinstance(part.raw, str) else []
        found += words or [part.integer()] if not isinstance(part.raw, str) else words
    return found


def _leads(loc: Sequence[str | int], place: Sequence[str | int], value: Any) -> bool:
    """The names and indexes of `loc` go the way to `place`, and may end before it, or go on behind it.

    Others, as the branches of a union that a validator has tried, are passed over, unless the value has them there.
    The body as a whole, which names none, is on every way.
    """
    if list(loc) in ([], ["body"]):
        return True
    done = 0
    for part in loc:
        if done == len(place):
            break
        if str(part) == str(place[done]):
            value = _inside(value, place[done])
            done += 1
        elif (isinstance(value, dict) and part in value) or (isinstance(value, list) and str(part).isdecimal()):
            return False
    return done > 0


def _inside(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


@rules.should("malformed.refused", PROJECT, "#/", where=_malformed)
def broken_json_is_the_clients_fault(reply: Subject, check: Check) -> None:
    """A body that is not JSON is rejected with 400 or 422."""
    check.one_of(reply.status, (400, 422), at="status")


def _declared_otherwise(answer: Subject) -> bool:
    return keyed(answer) and answer.exchange.request.body != b"" and _of_another_type(answer)


@rules.should("media-type.refused", PROJECT, "#/", of=asked(where=_declared_otherwise))
def a_body_of_another_type_is_refused(reply: Subject, check: Check) -> None:
    """A body that is declared as something other than JSON is rejected with 400, 415 or 422."""
    check.one_of(reply.status, (400, 415, 422), at="status")


@rules.should("empty-body.refused", SCHEMA, "chat.request.required", where=_bodiless)
def a_body_is_required(reply: Subject, check: Check) -> None:
    """A request without a body is rejected with 400, 411, 415 or 422, if the operation takes one."""
    check.one_of(reply.status, (400, 411, 415, 422), at="status")


@rules.should("path.unknown", rfc("9110 §15.5.5"), "paths", of=asked(where=_unknown_path))
def an_unknown_path_is_404(reply: Subject, check: Check) -> None:
    """An unknown path returns 404 (RFC 9110 §15.5.5), or 401 or 403 if the server guards all paths."""
    check.one_of(reply.status, (401, 403, 404), at="status")


@rules.should("method.unknown", rfc("9110 §15.5.6"), "paths", covers="error.405", of=asked(where=_unknown_method))
def an_unknown_method_is_405(reply: Subject, check: Check) -> None:
    """A method that a path does not support returns 405 (RFC 9110 §15.5.6). 401, 403, 404 and 501 are allowed too."""
    check.one_of(reply.status, (401, 403, 404, 405, 501), at="status")


@rules.should("method.allow", rfc("9110 §15.5.6"), "paths", of=asked(where=_unknown_method))
def a_405_names_the_methods(reply: Subject, check: Check) -> None:
    """A 405 for an unsupported method has an `Allow` header with the supported ones (RFC 9110 §15.5.6)."""
    if reply.status != 405:
        return
    request, operations = reply.exchange.request, reply.contract.operations
    known = [operation.method for operation in operations if operation.path == request.path]
    allowed = [value for name, value in reply.reply.headers if name.lower() == "allow"]
    found = [word.strip() for word in ",".join(allowed).split(",")]
    check.that(set(known) <= set(found), f"a list with {' and '.join(known)}", allowed, at="allow")


@rules.should("no-crash", PROJECT, "paths", of=asked())
def no_request_crashes_the_server(reply: Subject, check: Check) -> None:
    """No request of the run gets 500."""
    check.that(reply.status != 500, "any status but 500", reply.status, at="status")


@rules.should("body.shape", CORRECTION, "error.400#/", of=errors, covers=OF_ERRORS)
def errors_share_one_body(reply: Subject, check: Check) -> None:
    """An error other than 422 has the body that is documented for its status, or the body of a 400."""
    if reply.status in GATEWAYS and reply.media_type != JSON:
        raise Skip("a gateway's page")
    check.equal(reply.media_type, JSON, at="content-type")
    if reply.body.has("/detail") and not reply.body.has("/error"):
        raise Skip("the words of a framework")
    check.valid(reply.body, _body_of(reply), "corrected")


def _body_of(reply: Subject) -> str:
    """The schema of an error's body: the operation's own for that status, any operation's, or that of a 400."""
    own = f"{reply.operation.pointer}/responses/{reply.status}/content/application~1json/schema"
    if reply.status in reply.operation.statuses:
        with suppress(KeyError):
            return pointers.follow(reply.contract.corrected, pointers.locate(reply.contract.corrected, own))
    with suppress(NotThere):
        return reply.contract.schema(f"error.{reply.status}#/", "corrected")
    return reply.contract.schema("error.400#/", "corrected")


for_nothing = asked(*CHAT, *LEGACY, "embeddings", where=for_no_model)


@rules.should("model.unknown", CORRECTION, "chat.request#/model", of=for_nothing)
def an_unknown_model_is_refused(reply: Subject, check: Check) -> None:
    """A request for an unknown model is rejected with 400, 403, 404 or 422; the model is not silently replaced."""
    check.one_of(reply.status, (400, 403, 404, 422), at="status")
