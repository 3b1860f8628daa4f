"""The catalogue's forms: a table for a terminal, Markdown for a page, JSON for programs; and the coverage figure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from inferproof.catalogue.coverage import KINDS, Coverage
from inferproof.document import Contract
from inferproof.document.facts import MARK
from inferproof.judge.capabilities import CAPABILITIES, profile_of
from inferproof.judge.requirement import Level, Requirement
from inferproof.requirements import CATALOGUE

HEAD = """\
# Requirements of the contract `{contract}`

Written by `inferproof catalogue list --format markdown`; do not edit. `inferproof explain ID` says more of each: the
fragment of the document, why we may demand it, what usually breaks it, how the reference does it.

MUST gates a certificate, SHOULD warns, MAY informs. *Basis* says why we may demand it: the document's `schema`, `prose`
or `example`, a `convention` (with the standard that it is written in), our `correction` of the document, or this
`project`. What a server does not claim, by profile or by capability, is not asked of it.
"""


NotHolding = Sequence[tuple[Requirement, str]]
"""Requirements that do not hold in a contract, each with the reason."""


def table(requirements: Sequence[Requirement], others: NotHolding = ()) -> Iterator[str]:
    """One line each: id, level, basis, capability, sentence; then those that do not hold, with the reason."""
    widest = max(len(each.id) for each in (*requirements, *(each for each, _ in others)))
    for each in requirements:
        yield f"{each.id:{widest}}  {each.level.value:6} {each.basis.value:10} {each.claims:34} {each.sentence}"
    if others:
        yield ""
        yield f"{len(others)} do not hold for this contract:"
        yield from (f"{each.id:{widest}}  {why}" for each, why in others)


def without_base(contract: Contract) -> Iterator[str]:
    """One line for each operation whose body could be varied, and is not, because no good body is known."""
    for operation in contract.operations:
        if operation.request_schema is not None and contract.facts.operation(operation.role).base is None:
            yield f"no generated requests for {operation.role}: its overlay gives no `base` ({MARK} on its requestBody)"


def as_json(contract: Contract, requirements: Iterable[Requirement], others: NotHolding = ()) -> str:
    """An object: the contract's name and digest, the requirements with everything but their functions, the others."""
    rows = [
        {
            "id": each.id,
            "level": each.level.value,
            "basis": each.basis.value,
            "standard": each.standard or None,
            "profile": each.profile,
            "capability": each.claims,
            "sentence": each.sentence,
            "cites": list(each.cites),
            "breaks": each.breaks or None,
            "reference": each.reference or None,
            "generated": each.id not in CATALOGUE,
        }
        for each in requirements
    ]
    document = {
        "contract": {"name": contract.name, "digest": contract.digest},
        "requirements": rows,
        "not_holding": [{"id": each.id, "sentence": each.sentence, "reason": why} for each, why in others],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def coverage_lines(found: Coverage) -> Iterator[str]:
    """The figure of each kind, then everything that is open and every exclusion that excludes nothing."""
    for kind in KINDS:
        cited, excluded, open_ = found.count(kind)
        whole = cited + excluded + open_
        share = 100 * (cited + excluded) / whole if whole else 100
        yield f"{kind:10} {share:5.1f} %: of {whole}, {cited} cited and {excluded} left out for a reason"
    for node in found.open:
        yield f"open: #{node.pointer} is neither cited nor left out"
    for exclusion in found.idle:
        yield f"idle: the exclusion of {exclusion.at} covers nothing that is not cited"


def markdown(contract: Contract, requirements: Sequence[Requirement], found: Coverage, others: NotHolding = ()) -> str:
    """The page: figures, requirements by profile, those of generated cases, what does not hold, what is left out."""
    parts = [HEAD.format(contract=contract.name), _figures(requirements, found)]
    written = [each for each in requirements if each.id in CATALOGUE]
    for profile in (name for name in CAPABILITIES if name == profile_of(name)):
        mine = [each for each in written if each.profile == profile]
        if mine:
            parts.append(f"## {profile}\n\n{_sentence(CAPABILITIES[profile])}\n\n{_rows(mine)}")
    generated = [each for each in requirements if each.id not in CATALOGUE]
    if generated:
        parts.append(_generated(generated))
    if others:
        parts.append(_not_holding(others))
    parts.append(_left_out(found))
    return "\n".join(parts)


def _sentence(phrase: str) -> str:
    return f"{phrase[0].upper()}{phrase[1:]}."


def _figures(requirements: Sequence[Requirement], found: Coverage) -> str:
    levels = Counter(each.level for each in requirements)
    counted = ", ".join(f"{levels[level]} {level.value}" for level in Level)
    lines = "\n".join(coverage_lines(found))
    return f"{len(requirements)} requirements: {counted}. Coverage of the document:\n\n```\n{lines}\n```\n"


def _rows(requirements: Iterable[Requirement]) -> str:
    head = "| id | level | basis | requirement |\n| --- | --- | --- | --- |\n"
    return head + "".join(
        f"| `{each.id}`{_capability(each)} | {each.level.value} | {_basis(each)} | {_cell(each.sentence)} |\n"
        for each in requirements
    )


def _basis(requirement: Requirement) -> str:
    """A convention with the standard that it is written in."""
    return f"{requirement.basis.value}: {requirement.standard}" if requirement.standard else requirement.basis.value


def _capability(requirement: Requirement) -> str:
    return "" if requirement.claims == requirement.profile else f" ({requirement.claims})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _generated(requirements: Iterable[Requirement]) -> str:
    """The gate's requirements, one row for each member, in the order of the document."""
    members: dict[tuple[str, str], list[str]] = {}
    for each in requirements:
        member, _, kind = each.id.rpartition(".")
        members.setdefault((member, each.claims), []).append(kind)
    rows = "".join(
        f"| `{member}` | {claims} | {' '.join(f'`.{kind}`' for kind in kinds)} |\n"
        for (member, claims), kinds in members.items()
    )
    return (
        "## Generated cases\n\n"
        "For each member of a request, two requirements at MUST, by the schema: values that the document allows are "
        "`.accepts`ed with 200, values that it forbids are `.refuses`ed with a 4xx. Where our corrections changed the "
        "answer, either is right, and nothing is asked.\n\n"
        f"| member | capability | |\n| --- | --- | --- |\n{rows}"
    )


def _not_holding(others: NotHolding) -> str:
    rows = "".join(f"| `{each.id}` | {_cell(why)} |\n" for each, why in others)
    return f"## What does not hold, and why\n\n| id | reason |\n| --- | --- |\n{rows}"


def _left_out(found: Coverage) -> str:
    reasons: dict[str, list[str]] = {}
    for node, exclusion in found.excluded:
        reasons.setdefault(exclusion.reason, []).append(node.pointer)
    rows = "".join(
        f"- {reason}\n" + "".join(f"  - `#{pointer}`\n" for pointer in pointers) for reason, pointers in reasons.items()
    )
    return f"## What is left out, and why\n\n{rows}"
