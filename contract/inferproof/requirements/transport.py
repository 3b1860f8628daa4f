"""What every reply of every operation keeps to, whatever it says."""

from __future__ import annotations

from inferproof.requirements.answer import Answer
from inferproof.requirements.check import Check
from inferproof.requirements.requirement import CONVENTION, MUST, requirement
from inferproof.requirements.select import JSON, Of
from inferproof.wire.exchange import NotJson


@requirement(
    "reply.json",
    MUST,
    basis=CONVENTION,
    cites="inflection#/paths",
    of=Of(status=None, media=JSON, where=lambda answer: answer.exchange.request.method != "HEAD"),
)
def what_is_called_json_is_json(reply: Answer, check: Check) -> None:
    """A body declared as `application/json` is one JSON value in UTF-8, without `NaN` or `Infinity` (RFC 8259)."""
    if not reply.reply.body:
        check.that(reply.status in (204, 304), "a JSON value", "an empty body", at="body")
        return
    try:
        reply.json  # noqa: B018 - read for the exception
    except NotJson as error:
        check.fail("a JSON value", str(error), at="body")
