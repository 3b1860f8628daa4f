"""Lax servers: what the schema forbids in a detail that common frameworks forgive."""

from inferproof.judge.oracle import forbidden
from inferproof.judge.requirement import SCHEMA
from inferproof.judge.rules import Rules
from inferproof.judge.select import decided

rules = Rules("errors.invalid", of=decided(), cites="chat.invalid#/").with_notes(
    breaks='frameworks that convert by default: pydantic reads `"0.5"` as a number and 1 as true.',
    reference="the front validates the JSON as it came, with formats asserted.",
)


rules.should(
    "coerced", SCHEMA, where=lambda answer: forbidden(answer) and answer.allowed_if_lax == "by coercion"
).refuse('A value of a wrong type is rejected, even if it could be converted: `"0.5"` for a number, or 1 for true.')
