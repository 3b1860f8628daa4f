"""No change to a good transcript goes unnoticed, but for those that `legal.toml` explains."""

from __future__ import annotations

from inferproof.certify.certify import Certification
from inferproof.document import Contract
from tests.proof.operators.explained import explanations, survivors
from tests.proof.operators.survey import survey


def test_every_survivor_is_explained_and_no_explanation_is_idle(
    certification: Certification, contract: Contract
) -> None:
    tried = survey(certification.transcript.exchanges, contract)
    assert sum(found.tried for found in tried.values()) > 30_000, "the operators reach less than they did"
    known = explanations()
    used = set()
    unexplained = []
    for place, operator, found in survivors(tried):
        covering = [each for each in known if each.covers(place, operator, found)]
        used.update(covering)
        if not covering:
            number = f"{len(found.survivors)} of {found.tried}"
            unexplained.append(f"{place}: {operator} ({number} survive, as in {found.survivors[0]})")
    cure = "Nobody minds these changes. Write a requirement, or give a reason in legal.toml:"
    assert not unexplained, "\n".join([cure, *unexplained])
    idle = [each.reason for each in known if each not in used]
    assert not idle, "\n".join(["Nothing survives that these explain:", *idle])
