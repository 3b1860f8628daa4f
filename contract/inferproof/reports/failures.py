"""A requirement that does not hold, in a few lines: what pytest, schemathesis and `replay` say of it."""

from __future__ import annotations

from inferproof.certify.causes import Plain, best
from inferproof.certify.said import said
from inferproof.judge.judge import Judgement
from inferproof.reports.words import one_line


def told(found: Judgement) -> str:
    """What was demanded, and what was found in the exchange that shows it best; else why nothing could be told."""
    requirement = found.requirement
    if not found.failures:
        return one_line(f"{requirement.level} {requirement.id}: {found.outcome}: {found.reason}")
    first = best(found.failures, Plain())
    words = str(said(first.exchange))
    lines = (
        f"{requirement.level} {requirement.id} ({requirement.standard or requirement.basis}): {requirement.sentence}",
        f"expected  {first.finding.expected}",
        f"found     {first.finding.found} at {first.finding.at or 'the reply'}",
        *((f"words     {words}",) if words else ()),
        f"in        {first.exchange.name} ({len(found.failures)} of {len(found.judged)} judged)",
    )
    return "\n".join(map(one_line, lines))
