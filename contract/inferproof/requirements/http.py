"""HTTP on the side of the request: a server reads it as the standard says, however a client spells and sends it."""

from inferproof.judge.check import Check
from inferproof.judge.oracle import declared_json, keyed, must_accept
from inferproof.judge.requirement import rfc
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, decided
from inferproof.judge.subject import Subject
from inferproof.requirements.chat_request import asks_plainly


def _in_capitals(answer: Subject) -> bool:
    return any(name == "CONTENT-TYPE" for name, _ in answer.exchange.request.headers)


def _sent_with(answer: Subject, header: str, value: str) -> bool:
    """A good, plain request, but for this header."""
    found = answer.exchange.request.header(header) or ""
    return found.lower() == value and _good_otherwise(answer) and answer.role in CHAT


def _good_otherwise(answer: Subject) -> bool:
    """Key, media type and body are right, and no sane server refuses what the body asks for."""
    if not (keyed(answer) and declared_json(answer) and asks_plainly(answer.request.raw)):
        return False
    return answer.allowed and answer.documented and answer.refusable is None


rules = Rules("http", of=decided(*CHAT), cites="chat.request.json").with_notes(
    breaks="gateways that read a body by its length alone, and find none in chunked coding; frameworks that compare "
    "the names of headers, or the media type, letter by letter.",
    reference="an HTTP server of its own kind reads requests; the front looks names up in lower case.",
)


def _plain_but_in_capitals(answer: Subject) -> bool:
    return _in_capitals(answer) and must_accept(answer) and asks_plainly(answer.request.raw)


rules.must("names", rfc("9110 §5.1"), where=_plain_but_in_capitals).accept(
    "A request is accepted whatever the case of its header names and media type (RFC 9110 §5.1 and §8.3.1)."
)


@rules.should("chunked", rfc("9112 §7.1"), where=lambda answer: _sent_with(answer, "transfer-encoding", "chunked"))
def a_body_in_chunks_is_read(reply: Subject, check: Check) -> None:
    """A body in chunked coding is accepted (RFC 9112 §7.1), or rejected with 411 because it has no length."""
    check.one_of(reply.status, (200, 411), at="status")


@rules.should("expect", rfc("9110 §10.1.1"), where=lambda answer: _sent_with(answer, "expect", "100-continue"))
def a_client_may_expect_to_go_on(reply: Subject, check: Check) -> None:
    """A request with `Expect: 100-continue` is accepted, or rejected with 417 (RFC 9110 §10.1.1)."""
    check.one_of(reply.status, (200, 417), at="status")
