"""A slip of ours in a rule is our error: it is neither a pass nor the server's fault."""

from __future__ import annotations

from tests.proof.findings.verdicts.expected import OurError
from tests.proof.findings.verdicts.finding import OWN_BUGS, Finding
from tests.proof.findings.verdicts.servers import edited

_PLANT = """
from dataclasses import replace
import inferproof.requirements
CATALOGUE = inferproof.requirements.CATALOGUE
rule, judged = CATALOGUE["chat.reply.role"], []
def slip(reply, check):
    judged.append(reply)
    {slip}
CATALOGUE["chat.reply.role"] = replace(rule, judge=slip)
"""

SLIPS = {
    "a-misspelt-attribute": ("A rule reads an attribute that there is not.", "reply.no_such_attribute"),
    "arithmetic-on-none": (
        "A rule adds one to None for all replies but its first two.",
        "return rule.judge(reply, check) if len(judged) < 3 else None + 1",
    ),
    "an-index-beyond-the-end": ("A rule reads beyond the end of a list of its own.", "[][len(judged)]"),
    "a-value-error": ("A rule makes a number of a word.", "int('ten')"),
    "a-key-that-is-not-there": ("A rule reads a key of a table of its own.", "{}['key']"),
    "a-division-by-zero": ("A rule divides by zero.", "1 // 0"),
    "an-endless-recursion": ("A rule calls itself without end.", "slip(reply, check)"),
}

FINDINGS = tuple(
    Finding(
        f"slip.{name}",
        OWN_BUGS,
        sentence,
        edited(lambda reply: None),
        OurError("chat.reply.role"),
        only=("chat.reply.role",),
        bug=_PLANT.format(slip=slip),
    )
    for name, (sentence, slip) in SLIPS.items()
)
