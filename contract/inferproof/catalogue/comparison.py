"""How two contracts differ, operation by operation and member by member, and what silence about replies costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from inferproof.catalogue.shapes import shapes
from inferproof.document import Contract, Layer
from inferproof.document.citations import NotThere, parse, role_in
from inferproof.document.contract import Operation
from inferproof.document.roles import ROLES
from inferproof.judge.requirement import CATALOGUE, CORRECTION, MUST, Requirement, held

HEAD = """\
# The contracts `{ours}` and `{theirs}` side by side

Written by `inferproof catalogue compare --contract {ours} {theirs}`; do not edit. `tox -e docs` writes it anew.

Compared is what holds: the corrected documents, the roles of their operations, and the requirements of the catalogue.
A † stands where only our correction says so, and the vendor's own document something else, or nothing. A dash means
that a contract does not have it. `[]` is any item of an array, `{{}}` any value of a map.
"""

NOTHING = "–"
OURS = " †"

_REPLIES = frozenset({"reply", "event"})
"""What a citation names where it speaks of what a server answers with 200."""


def comparison(ours: Contract, theirs: Contract) -> str:
    """The page, in Markdown: operations, their members, and the requirements about replies."""
    both = (ours, theirs)
    parts = [HEAD.format(ours=ours.name, theirs=theirs.name), _operations(both)]
    parts += [_role(both, role) for role in ROLES if all(role in each.roles for each in both)]
    parts.append(_silence(both))
    return "\n".join(parts)


Both = tuple[Contract, Contract]


def _operations(both: Both) -> str:
    rows = [
        (f"`{role}`", *(_address(each, role) for each in both))
        for role in ROLES
        if any(role in each.roles for each in both)
    ]
    return f"## Operations\n\n{_table('role', both, rows)}"


def _address(contract: Contract, role: str) -> str:
    if role not in contract.roles:
        return NOTHING
    operation = contract.operation(role)
    return f"`{operation.method} {operation.path}`"


def _role(both: Both, role: str) -> str:
    operations = [each.operation(role) for each in both]
    statuses = [frozenset(each.statuses) for each in operations]
    shared = statuses[0] & statuses[1]
    rows = [
        ("credentials", *(_listed(key.kind for key in each.credentials) for each in operations)),
        (
            "statuses that only it has",
            *(_listed(map(str, sorted(each - shared))) for each in statuses),
        ),
        ("streams", *("yes" if each.event_schema else "no" for each in operations)),
    ]
    text = f"## {role}\n\n{ROLES[role]}\n\n{_table('', both, rows)}"
    for title, which in (("request", "request"), ("reply", "reply"), ("event of a stream", "event")):
        text += _members(both, title, [_shapes(each, role, which) for each in both])
    return text


def _members(both: Both, title: str, found: Sequence[Mapping[str, str] | None]) -> str:
    """The rows that differ, and what is the same; nothing where either contract has no such value."""
    ours, theirs = found
    if ours is None or theirs is None:
        return ""
    paths = [*ours, *(path for path in theirs if path not in ours)]
    rows, same = [], []
    for path in paths:
        if _plain(ours.get(path)) == _plain(theirs.get(path)):
            same.append(path)
        elif not any(_lacks(each, path) for each in (ours, theirs)):
            rows.append((f"`{path[1:]}`", *(_cell(each.get(path, NOTHING)) for each in (ours, theirs))))
    text = f"\n### The {title}\n\n" + (_table("member", both, rows) if rows else "No differences.\n")
    return text + (f"\nThe same in both: {_code(same)}.\n" if same else "")


def _lacks(found: Mapping[str, str], path: str) -> bool:
    """A value around this one is missing already."""
    above = path.rpartition("/")[0]
    return bool(above) and path not in found and above not in found


def _plain(words: str | None) -> str | None:
    return words.removesuffix(OURS) if words else words


def _shapes(contract: Contract, role: str, which: str) -> Mapping[str, str] | None:
    """The data of a body in words; those that only our correction has so are marked. None where there is no body."""
    citation = f"{role}.{which}#"
    corrected, published = _layer(contract, citation, "corrected"), _layer(contract, citation, "published") or {}
    if corrected is None:
        return None
    return {path: words if published.get(path) == words else words + OURS for path, words in corrected.items()}


def _layer(contract: Contract, citation: str, layer: Layer) -> Mapping[str, str] | None:
    document = contract.published if layer == "published" else contract.corrected
    for known in (layer, "corrected"):  # a component may be published though nothing published refers to it
        with suppress(KeyError):
            return shapes(document, contract.schema(citation, known))
    return None


def _silence(both: Both) -> str:
    lines = [
        "## What silence about replies costs",
        "",
        "Where a document lets a reply be anything, no server can break it: what a requirement rests on is then in our "
        "correction alone, and the requirement is a warning.",
        "",
    ]
    for contract in both:
        lines += [f"- `{contract.name}`: {_said(contract)}"]
    about = [each for each in CATALOGUE.values() if _speaks_of_replies(each)]
    holding = [{each.id: each for each in held(contract)[0]} for contract in both]
    mine = [[each for each in found.values() if _speaks_of_replies(each)] for found in holding]
    rows: list[tuple[str, ...]] = [
        ("in the catalogue", *(str(len(about)) for _ in both)),
        ("hold", *(str(len(found)) for found in mine)),
        ("… as MUST", *(_share(found, lambda each: each.level is MUST) for found in mine)),
        ("… as SHOULD or MAY", *(_share(found, lambda each: each.level is not MUST) for found in mine)),
        ("… as SHOULD by correction, a MUST where the vendor says so", *(_share(found, _is_lowered) for found in mine)),
        ("do not hold", *(str(len(about) - len(found)) for found in mine)),
        ("… for want of the operation", *(str(sum(_lacks_operation(one, each) for each in about)) for one in both)),
        ("for comparison: all that hold, with those about anything else", *(str(len(found)) for found in holding)),
        ("… as MUST", *(_share(found.values(), lambda each: each.level is MUST) for found in holding)),
    ]
    lines += ["", _table("requirements that cite a reply or an event", both, rows)]
    lines += [_lowered(both, holding, 0), _lowered(both, holding, 1)]
    lines += [_alone(both, mine, 0), _alone(both, mine, 1)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _said(contract: Contract) -> str:
    """Which replies and events the vendor describes, and which we alone."""
    layers: dict[str, list[str]] = {"published": [], "corrected": []}
    for operation in contract.operations:
        for which in _of(operation):
            try:
                layers[contract.places(f"{which}#/")[0].layer].append(which)
            except NotThere:
                layers["corrected"].append(which)
    described, silent = layers["published"], layers["corrected"]
    if not silent:
        return f"its vendor describes every reply: {_code(described)}."
    if not described:
        return f"its vendor describes no reply; by correction only: {_code(silent)}."
    return f"its vendor describes {_code(described)}; by correction only: {_code(silent)}."


def _of(operation: Operation) -> Iterator[str]:
    if operation.reply_schema:
        yield f"{operation.role}.reply"
    if operation.event_schema:
        yield f"{operation.role}.event"


def _speaks_of_replies(requirement: Requirement) -> bool:
    return any(_REPLIES.intersection(parse(cite).subject.split(".")) for cite in requirement.cites)


def _lacks_operation(contract: Contract, requirement: Requirement) -> bool:
    """It is about a role that the contract has no operation of."""
    about = {role_in(parse(cite).subject, ROLES) for cite in requirement.cites}
    roles = requirement.of.roles if requirement.of else ()
    return bool(about - {None} - contract.roles.keys()) or (bool(roles) and contract.roles.keys().isdisjoint(roles))


def _is_lowered(requirement: Requirement) -> bool:
    """It is a SHOULD in this contract by the layer that it rests on, and a MUST by its own declaration."""
    return requirement.level is not MUST and requirement.basis is CORRECTION and CATALOGUE[requirement.id].level is MUST


def _lowered(both: Both, holding: Sequence[Mapping[str, Requirement]], which: int) -> str:
    here, there = both[which], both[1 - which]
    mine, theirs = holding[which], holding[1 - which]
    ids = [
        id
        for id, each in mine.items()
        if each.level is MUST and _speaks_of_replies(each) and id in theirs and _is_lowered(theirs[id])
    ]
    return _list(f"MUST in `{here.name}` and SHOULD by correction in `{there.name}`", ids)


def _alone(both: Both, mine: Sequence[Sequence[Requirement]], which: int) -> str:
    theirs = {each.id for each in mine[1 - which]}
    ids = [each.id for each in mine[which] if each.id not in theirs]
    return _list(f"About replies, and holding in `{both[which].name}` only", ids)


def _list(title: str, ids: Sequence[str]) -> str:
    return f"{title}: {len(ids)}.{' ' + _code(ids) if ids else ''}\n"


def _share(found: Iterable[Requirement], wanted: Callable[[Requirement], bool]) -> str:
    return str(sum(1 for each in found if wanted(each)))


def _table(head: str, both: Both, rows: Sequence[tuple[str, ...]]) -> str:
    names = " | ".join(f"`{each.name}`" for each in both)
    lines = [f"| {head} | {names} |", "| --- | --- | --- |", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values) or NOTHING


def _code(values: Sequence[str]) -> str:
    return ", ".join(f"`{value.removeprefix('/')}`" for value in values)
