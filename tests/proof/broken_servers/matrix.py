"""One certification of a live mutant: which of its own requirements failed, and which others went red too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inferproof.certify.certify import certify
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.judge.judge import Outcome
from inferproof_mock.server import DEFAULT_KEY
from tests.proof.broken_servers import LiveMutant
from tests.proof.legal_servers.server import Mock, serving


@dataclass(frozen=True)
class Row:
    """`missed` are its own requirements that did not fail, `others` those that failed too, `open` the not verified."""

    mutant: LiveMutant
    missed: tuple[str, ...]
    others: tuple[str, ...]
    open: tuple[str, ...]
    harness_errors: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        others = ", ".join(self.others) or "none"
        return f"{self.mutant.name}: {', '.join(self.mutant.caught_by)}; too: {others}; open: {len(self.open)}"


def row(mutant: LiveMutant, contract: Contract, mock: Mock) -> Row:
    """Certify the mutant over HTTP."""
    with serving(mock, mutant) as server:
        result = certify(contract, Target(server.url, key=DEFAULT_KEY)).result
    failed = [each.requirement.id for each in result.having(Outcome.FAIL)]
    return Row(
        mutant,
        tuple(id for id in mutant.caught_by if id not in failed),
        tuple(id for id in failed if id not in mutant.caught_by),
        tuple(each.requirement.id for each in result.having(Outcome.NOT_VERIFIED)),
        tuple(each.requirement.id for each in result.having(Outcome.HARNESS_ERROR)),
        result.seconds,
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in Markdown, by the requirement that catches."""
    lines = ["| defect | caught by | red too | not verified |", "|---|---|---|--:|"]
    for each in sorted(rows, key=lambda each: each.mutant.caught_by):
        own = ", ".join(f"`{id}`" for id in each.mutant.caught_by)
        others = ", ".join(f"`{id}`" for id in each.others) or "–"
        lines.append(f"| {each.mutant.sentence} | {own} | {others} | {len(each.open)} |")
    return "\n".join(lines)
