"""Requests that are read by one spelling of HTTP alone."""

from __future__ import annotations

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import completion, refuse
from tests.proof.legal_servers.reply import Reply


@defect(
    "http.chunked",
    of=lambda reply: reply.request.header(b"transfer-encoding") == "chunked",
    seen="antirez/ds4#423",
)
def bodies_in_chunks_are_empty(reply: Reply) -> None:
    """A body without a length is read as an empty one."""
    refuse(reply, 400, "The body is empty.")


@defect("http.chunked", of=lambda reply: reply.request.header(b"transfer-encoding") == "chunked")
def the_first_chunk_is_the_body(reply: Reply) -> None:
    """Of a body in chunks the first is read, and its JSON is broken."""
    refuse(reply, 422, "Unterminated string.")


@defect("http.expect", of=lambda reply: reply.request.header(b"expect") != "")
def expectations_are_bad_requests(reply: Reply) -> None:
    """A request that expects to go on is refused."""
    refuse(reply, 400, "Unsupported header.")


@defect("http.expect", of=lambda reply: reply.request.header(b"expect") != "")
def expectations_are_a_crash(reply: Reply) -> None:
    """A request that expects to go on breaks the server down: its body was not there yet."""
    refuse(reply, 500, "Expecting value: line 1 column 1")


@defect("http.names", of=lambda reply: reply.request.header(b"content-type").startswith("A"))
def media_types_are_compared_letter_by_letter(reply: Reply) -> None:
    """`Application/JSON` is no JSON."""
    refuse(reply, 415, "Unsupported media type.")


@defect("errors.media-type.refused", of=lambda reply: reply.request.header(b"content-type") == "application/xml")
def xml_is_answered(reply: Reply) -> None:
    """A body in XML is answered, by what model and to what question nobody knows."""
    completion(reply)
