"""Errors that are no errors, of the wrong kind, or said in no readable way."""

from __future__ import annotations

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import completion, refuse, say
from tests.proof.legal_servers.reply import Reply, errors


def malformed(reply: Reply) -> bool:
    return reply.status in (400, 422) and bool(reply.request.body) and not reply.asked


@defect("errors.invalid.status", of=errors(422))
def validation_errors_are_400(reply: Reply) -> None:
    """What the schema forbids is answered 400, as the engine's own server does."""
    refuse(reply, 400, "1 validation error")


EACH = "each member that must be checked has a requirement of its own"


@defect("errors.invalid.refused", of=lambda reply: reply.status == 422 and "messages" in reply.asked, broad=EACH)
def nothing_is_validated(reply: Reply) -> None:
    """Bodies are not validated: whatever has messages is answered."""
    completion(reply)


@defect("errors.no-crash", of=lambda reply: reply.status == 422 and "messages" not in reply.asked, broad=EACH)
def bad_requests_crash_it(reply: Reply) -> None:
    """A body without messages is answered 500 with a traceback."""
    refuse(reply, 500, "KeyError: 'messages'")


@defect("errors.invalid.body", of=errors(422))
def details_are_a_sentence(reply: Reply) -> None:
    """`detail` is a string, and clients that read its entries crash."""
    reply.json = {"detail": "messages: Field required"}


@defect("errors.invalid.detail", of=errors(422))
def details_are_missing(reply: Reply) -> None:
    """A 422 has the body of other errors, without `detail`."""
    refuse(reply, 422, "messages: Field required")


@defect("errors.invalid.loc", of=lambda reply: reply.status == 422 and isinstance(reply.asked.get("messages"), list))
def the_first_message_is_always_at_fault(reply: Reply) -> None:
    """`loc` is that of the first message's content, whichever message or member is wrong."""
    for entry in reply.json["detail"]:
        entry["loc"] = ["body", "messages", 0, "content"]


@defect("errors.invalid.loc", of=lambda reply: reply.status == 422 and len(reply.asked) > 1)
def the_first_member_is_always_at_fault(reply: Reply) -> None:
    """`loc` names the first member of the body, whichever is wrong."""
    for entry in reply.json["detail"]:
        entry["loc"] = ["body", next(iter(reply.asked)), *entry["loc"][1:]]


@defect("errors.body.shape", of=errors(401, 404))
def errors_are_pages(reply: Reply) -> None:
    """Errors are HTML pages of the proxy."""
    reply.header("content-type", "text/html")
    reply.writes = [b"<html><body><h1>Error</h1></body></html>"]


@defect("errors.body.shape", of=errors(401, 404))
def errors_are_strings(reply: Reply) -> None:
    """`error` is a string, not an object."""
    reply.json = {"error": "something went wrong"}


@defect("errors.model.unknown", of=lambda reply: reply.status == 404 and "no-such-model" in str(reply.asked))
def unknown_models_are_replaced(reply: Reply) -> None:
    """A model that the server has not is quietly replaced by the one it has."""
    completion(reply)


@defect("errors.malformed.refused", of=malformed)
def broken_json_crashes_it(reply: Reply) -> None:
    """A body that is no JSON is answered 500."""
    refuse(reply, 500, "Expecting value: line 1 column 1 (char 0)")


@defect("errors.media-type.refused", of=errors(415))
def any_type_is_read_as_json(reply: Reply) -> None:
    """The content type is not looked at, so that any web page can send requests without a preflight."""
    completion(reply)


@defect("errors.empty-body.refused", of=lambda reply: reply.status in (400, 415, 422) and not reply.request.body)
def nothing_is_something(reply: Reply) -> None:
    """A request without a body is answered 200."""
    completion(reply)


@defect("errors.path.unknown", of=lambda reply: reply.status == 404 and not reply.asked)
def every_path_is_the_page(reply: Reply) -> None:
    """Every unknown path gets the page of the web interface, with 200."""
    reply.status, reply.reason = 200, "OK"
    reply.header("content-type", "text/html")
    reply.writes = [b"<!doctype html><title>Chat</title>"]


@defect("errors.method.allow", of=errors(405))
def methods_are_not_named(reply: Reply) -> None:
    """A 405 has no `Allow`."""
    reply.header("allow")


@defect("chat.request.messages.empty", of=lambda reply: reply.status == 422 and reply.asked.get("messages") == [])
def nothing_is_answered(reply: Reply) -> None:
    """An empty conversation gets an answer."""
    completion(reply)


@defect("chat.offered", of=lambda reply: reply.path == "/v1/chat/completions" and reply.status == 200)
def the_operation_is_missing(reply: Reply) -> None:
    """The server's chat is at another path than the document's."""
    say(reply, 404, {"error": {"message": "Not Found", "type": "not_found", "param": None, "code": None}})
