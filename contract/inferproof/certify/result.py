"""The result of a run: the judgements, the verdict that follows from them, and what the run cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from inferproof.certify.causes import Cause, Plain, causes
from inferproof.certify.known import Entry, Scope
from inferproof.judge.judge import Judgement, Outcome
from inferproof.judge.requirement import MAY, MUST, Level
from inferproof.version import __version__


class Verdict(StrEnum):
    CONFORMANT = "conformant"
    KNOWN = "conformant but for known"
    NOT_CONFORMANT = "not conformant"
    INCOMPLETE = "incomplete"


EXIT_CODES = {Verdict.CONFORMANT: 0, Verdict.KNOWN: 0, Verdict.NOT_CONFORMANT: 1, Verdict.INCOMPLETE: 3}


@dataclass(frozen=True, kw_only=True)
class Result:
    """`requests` and `seconds` are what the run cost; `interrupted` says why it ended early, if it did.

    `known` are the entries of the target file's `[known]`, with what the run says of each.
    """

    contract: str
    digest: str
    target: dict[str, Any]
    judgements: tuple[Judgement, ...]
    requests: int
    seconds: float
    strict: bool = False
    interrupted: str = ""
    generated: bool = False
    """Whether the gate, the generated cases, was part of the run."""
    only: tuple[str, ...] = ()
    """The globs of `--only`; none where nothing was left out."""
    in_all: int = 0
    """How many requirements the contract has, those of the generated cases among them."""
    broken_probes: tuple[str, ...] = ()
    """The probes that a bug of ours ended: what they would have asked is unknown."""
    known: tuple[Entry, ...] = ()
    plain: Plain = field(default_factory=Plain, repr=False, compare=False)
    scope: Scope = field(default=Scope(date.min), repr=False, compare=False)
    waited: float = field(default=0.0, compare=False)
    """Seconds from the first request to this result; 0 where a transcript was judged."""

    @property
    def verdict(self) -> Verdict:
        """Fails gate at MUST, and at SHOULD when strict; what is not verified there, or our fault, is incomplete.

        What the target file says too much of fails, too.
        """
        if self.interrupted:
            return Verdict.INCOMPLETE
        gating = [judgement for judgement in self.judgements if self.gates(judgement.requirement.level)]
        outcomes = {judgement.outcome for judgement in gating}
        if Outcome.FAIL in outcomes or self.stale:
            return Verdict.NOT_CONFORMANT
        ours = self.broken_probes or any(judgement.outcome is Outcome.HARNESS_ERROR for judgement in self.judgements)
        judged = any(judgement.outcome in (Outcome.PASS, Outcome.KNOWN) for judgement in gating)
        if ours or Outcome.NOT_VERIFIED in outcomes or not judged:
            return Verdict.INCOMPLETE
        return Verdict.KNOWN if Outcome.KNOWN in outcomes else Verdict.CONFORMANT

    @property
    def words(self) -> str:
        """The verdict as it is said: `conformant but for 3 known` counts the requirements."""
        if self.verdict is not Verdict.KNOWN:
            return self.verdict.value
        known = [each for each in self.having(Outcome.KNOWN) if self.gates(each.requirement.level)]
        return f"conformant but for {len(known)} known"

    @property
    def stale(self) -> tuple[Entry, ...]:
        """The entries that the target file has and should no longer have."""
        return tuple(each for each in self.known if each.state.stale)

    @property
    def causes(self) -> list[Cause]:
        """Why requirements fail, the worst first."""
        return causes(self.judgements, self.plain)

    @property
    def certificate(self) -> bool:
        """The whole run was conformant: no requirement and no generated request was left out."""
        return self.verdict is Verdict.CONFORMANT and self.generated and not self.only

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.verdict]

    @property
    def counts(self) -> dict[str, int]:
        """How many requirements have each outcome, all of them named."""
        counted = Counter(judgement.outcome for judgement in self.judgements)
        return {outcome.value: counted[outcome] for outcome in Outcome}

    def having(self, outcome: Outcome, *levels: Level) -> list[Judgement]:
        return [
            judgement
            for judgement in self.judgements
            if judgement.outcome is outcome and (not levels or judgement.requirement.level in levels)
        ]

    def gates(self, level: Level) -> bool:
        """A failure at this level fails the run."""
        return level is MUST or (self.strict and level is not MAY)

    def to_json(self) -> dict[str, Any]:
        """The content of `result.json`."""
        return {
            "inferproof": __version__,
            "contract": {"name": self.contract, "digest": self.digest, "requirements": self.in_all},
            "target": self.target,
            "verdict": self.words,
            "certificate": self.certificate,
            "only": list(self.only),
            "strict": self.strict,
            "generated": self.generated,
            "interrupted": self.interrupted or None,
            "broken_probes": list(self.broken_probes),
            "counts": self.counts,
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
            "causes": [cause.to_json() for cause in self.causes],
            "known": [entry.to_json() for entry in self.known],
            "requirements": [_row(judgement) for judgement in self.judgements],
        }


def _row(judgement: Judgement) -> dict[str, Any]:
    requirement = judgement.requirement
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "basis": requirement.basis.value,
        "standard": requirement.standard or None,
        "profile": requirement.profile,
        "outcome": judgement.outcome.value,
        "reason": judgement.reason,
        "sentence": requirement.sentence,
        "cites": list(requirement.cites),
        "judged": len(judgement.judged),
        "skipped": dict(judgement.skipped),
        "evidence": [
            {
                "exchange": failure.exchange.name,
                "at": failure.finding.at,
                "expected": failure.finding.expected,
                "found": failure.finding.found,
            }
            for failure in judgement.failures
        ],
    }
