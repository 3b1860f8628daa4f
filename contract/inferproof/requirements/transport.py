"""What every reply of every operation keeps to, whatever it says."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.requirement import rfc
from inferproof.judge.rules import Rules
from inferproof.judge.select import EVENTS, JSON, Of
from inferproof.judge.statuses import EVERY
from inferproof.judge.subject import DONE, Subject
from inferproof.judge.value import Skip
from inferproof.wire.exchange import NotJson

rules = Rules("reply", of=Of(status=EVERY, whole=False), cites="paths").with_notes(
    breaks="`NaN` and `Infinity` as some JSON writers put them, and errors in HTML that are declared as JSON.",
    reference="one writer (orjson) makes all JSON, which has no such numbers.",
)


def _expects_a_body(answer: Subject) -> bool:
    return answer.exchange.request.method != "HEAD"


@rules.must("json", rfc("8259"), of=Of(status=EVERY, media=JSON, where=_expects_a_body))
def what_is_called_json_is_json(reply: Subject, check: Check) -> None:
    """A body declared as `application/json` is one JSON value in UTF-8, without `NaN` or `Infinity` (RFC 8259)."""
    if not reply.reply.body:
        check.that(reply.status in (204, 304), "a JSON value", "an empty body", at="body")
        return
    try:
        reply.reply.json  # noqa: B018 - read for the exception
    except NotJson as error:
        check.fail("a JSON value", str(error), at="body")


@rules.should("json.names", rfc("8259 §4"), of=Of(status=EVERY))
def names_in_an_object_are_unique(reply: Subject, check: Check) -> None:
    """No object of a JSON reply or event repeats a name (RFC 8259 §4), because clients would read different values."""
    if reply.media_type not in (JSON, EVENTS):
        raise Skip("the reply is no JSON")
    for at, text in _texts(reply):
        found = _names_twice(text)
        check.that(found == [], "each name once", found, at=at)


def _texts(reply: Subject) -> list[tuple[str, str]]:
    """Each JSON text of the reply, with its place. Raises Skip where one is none: others say so."""
    if reply.streamed:
        said = [event.data for event in reply.stream.events if event.data != DONE]
        return [(each.at, said[number]) for number, each in enumerate(reply.events)]
    whole = reply.body  # read for the exception
    return [(f"body{whole.at}", reply.reply.body.decode())]


def _names_twice(text: str) -> list[str]:
    """The names that an object of a JSON text has more than once."""
    found: list[str] = []

    def read(pairs: list[tuple[str, Any]]) -> None:
        if len(dict(pairs)) < len(pairs):
            names = Counter(name for name, _ in pairs)
            found.extend(name for name, count in names.items() if count > 1)

    json.loads(text, object_pairs_hook=read)
    return found


@rules.must("whole", rfc("9112 §8"))
def a_reply_that_begins_comes_to_its_end(reply: Subject, check: Check) -> None:
    """A reply that begins is completed (RFC 9112 §8): the server neither stalls nor closes the connection early."""
    fault = reply.exchange.fault
    holds = fault is None or fault.kind == "hung up"
    check.that(holds, "a whole reply", fault.text if fault else "", at="body")


@rules.should("content-type.once", rfc("9110 §5.3"))
def a_reply_has_one_type(reply: Subject, check: Check) -> None:
    """A reply has at most one `Content-Type` (RFC 9110 §5.3), because clients would read different ones."""
    found = [value for name, value in reply.reply.headers if name.lower() == "content-type"]
    check.that(len(found) <= 1, "one", found, at="content-type")


@rules.must("framing.one", rfc("9112 §6.2"))
def a_body_has_one_framing(reply: Subject, check: Check) -> None:
    """A reply with `Transfer-Encoding` has no `Content-Length` (RFC 9112 §6.2), because proxies disagree on its end."""
    lengths = [value for name, value in reply.reply.headers if name.lower() == "content-length"]
    coded = reply.header("transfer-encoding") is not None
    check.that(not coded or lengths == [], "no Content-Length", lengths, at="content-length")
