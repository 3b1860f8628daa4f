"""Lax servers: what the schema forbids in a detail that common frameworks forgive.

Breaks: frameworks that convert by default: pydantic reads `"0.5"` as a number and 1 as true.
Reference: the front validates the JSON as it came, with formats asserted.
"""

from inferproof.judge.check import Check
from inferproof.judge.oracle import forbidden
from inferproof.judge.requirement import SCHEMA, SHOULD, requirement
from inferproof.judge.select import Of
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject


@requirement(
    "errors.invalid.coerced",
    SHOULD,
    basis=SCHEMA,
    cites="chat.invalid#/",
    of=Of(status=DECIDED, where=lambda answer: forbidden(answer) and answer.allowed_if_lax == "by coercion"),
)
def another_type_is_not_coerced(reply: Subject, check: Check) -> None:
    """A value of another type is refused, also where it could be read as the right one: `"0.5"`, or 1 for true."""
    check.refused(reply)
