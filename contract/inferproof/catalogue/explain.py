"""One requirement in full: for whoever has to pass it, or wants to argue with it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

import yaml

from inferproof.catalogue.cited import nodes
from inferproof.catalogue.places import places, written
from inferproof.certify.dry_run import dry_run
from inferproof.document import Contract, pointers
from inferproof.document.citations import Place
from inferproof.document.fragments import own
from inferproof.judge.capabilities import known
from inferproof.judge.check import shown
from inferproof.judge.claims import claim
from inferproof.judge.judge import base_name
from inferproof.judge.oracle import keyed
from inferproof.judge.requirement import Basis, Requirement
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip
from inferproof.probes import PROBES
from inferproof.probes.probe import Probe, RequestBuilder
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange

WHY: Mapping[Basis, str] = {
    Basis.SCHEMA: "The published schema says so.",
    Basis.PROSE: "A sentence of the published document says so.",
    Basis.EXAMPLE: "An example of the published document shows it, and clients are written after examples.",
    Basis.CONVENTION: (
        "A standard says so that the document builds on: an RFC, the event-stream standard, or OpenAI's published "
        "definition of a member that the document names."
    ),
    Basis.CORRECTION: (
        "Our correction of the document says so, where the published one is silent or contradicts itself. It is a "
        "warning: a server that follows the vendor to the letter may differ."
    ),
    Basis.PROJECT: (
        "Neither document nor standard says so; we infer it from what the document is for. It is a warning, which "
        "keeps no server from its certificate unless the run is strict."
    ),
}

FRAGMENTS, LINES, PROBES_SHOWN = 4, 24, 12
"""How many citations are shown in full, how many lines of each, and how many of the probes."""


def explained(contract: Contract, requirement: Requirement) -> Iterator[str]:
    """The lines of an explanation: sentence, citations, reason, notes, and what feeds it."""
    yield f"{requirement.id}  {requirement.level} · {requirement.basis} · {requirement.claims}"
    yield f"  {requirement.sentence}"
    yield ""
    yield from _cited(contract, requirement)
    standard = f" Here: {requirement.standard}." if requirement.standard else ""
    yield from _said("why we may demand it", WHY[requirement.basis] + standard)
    yield from _said("what usually breaks it", requirement.breaks)
    yield from _said("how the reference does it", requirement.reference)
    yield from _said("not claimed without", f"`{requirement.claims}`: {known(contract)[requirement.claims]}")
    names = feeding(contract, requirement)
    more = f" and {len(names) - PROBES_SHOWN} more" if len(names) > PROBES_SHOWN else ""
    yield from _said("fed by", ", ".join(names[:PROBES_SHOWN]) + more or "generated cases")
    yield "where it is written"
    yield f"  {written(requirement)}"
    yield from (f"  {place}" for place in places(requirement, names))


def member_explained(contract: Contract, name: str) -> Iterator[str]:
    """What the contract says of a member in each operation whose request has it; nothing of one that none has.

    `name` is that of a top-level member, or a citation of one, as `chat.request#/top_logprobs`.
    """
    subject, mark, path = name.partition("#/")
    member = pointers.unescape(path if mark else name)
    for operation in contract.operations:
        if mark and subject not in (f"{operation.role}.request", operation.role):
            continue
        citation = f"{operation.role}.request#/{pointers.escape(member)}"
        try:
            place = contract.places(citation)[0]
        except (KeyError, ValueError):
            continue
        if "/" in path:
            continue
        yield f"{member}  in a request to {operation.path} ({citation})"
        yield from (f"  {line}" for line in fragment(contract, place))
        yield from _known(contract, operation.role, member)
        yield ""


def _known(contract: Contract, role: str, member: str) -> Iterator[str]:
    """The facts about a member, one line each; what is the same for every member is left out."""
    facts = contract.member_facts(role, member)
    yield f"  capability  {claim(contract, role, member)}"
    if facts.streamed is not None:
        yield f"  streamed    {facts.streamed if isinstance(facts.streamed, str) else 'never asked for in a stream'}"
    for label, value in (("needs", facts.needs), ("base", facts.base), ("cheap", facts.cheap)):
        if value:
            yield f"  {label:10}  {shown(value, 400)}"
    for label, schema in (("gate", facts.gate), ("generate", facts.generate)):
        if schema is not True:
            yield f"  {label:10}  {shown(schema, 400)}"
    if facts.because:
        yield f"  because     {facts.because}"


def feeding(contract: Contract, requirement: Requirement) -> list[str]:
    """The probes whose requests it judges, by their base names in catalogue order; none for one of generated cases."""
    if requirement.id not in CATALOGUE:
        return []
    call = RequestBuilder(contract, "chat-model", "embedding-model")
    names = (base_name(probe.name) for probe in PROBES.values() if _feeds(probe, requirement, contract, call))
    return list(dict.fromkeys(names))


def fragment(contract: Contract, place: Place) -> list[str]:
    """The lines of a node that is cited, as YAML, without what lies below it."""
    layer, node = next(iter(nodes(contract, place.pointer).items()))
    lines = yaml.safe_dump(own(node, place.pointer), allow_unicode=True, sort_keys=False, width=100).splitlines()
    head = f"#{place.pointer}" + (" (corrected)" if layer == "corrected" else "")
    more = [f"… and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    return [head, *(f"  {line}" for line in (*lines[:LINES], *more) if line != "...")]


def _cited(contract: Contract, requirement: Requirement) -> Iterator[str]:
    yield "the document"
    places = requirement.places(contract)
    for place in places[:FRAGMENTS]:
        yield from (f"  {line}" for line in fragment(contract, place))
    for place in places[FRAGMENTS:]:
        yield f"  #{place.pointer}"
    yield ""


def _said(label: str, text: str) -> Iterator[str]:
    if text:
        yield label
        yield from textwrap.wrap(text, 110, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        yield ""


def _feeds(probe: Probe, requirement: Requirement, contract: Contract, call: RequestBuilder) -> bool:
    if not probe.fits(contract):
        return False
    if requirement.of is None:
        return base_name(probe.name) in requirement.needs
    answers = (
        Subject(Exchange(probe.name, step, ask.role, ask.request), contract)
        for step, ask in enumerate(dry_run(probe, contract, call))
    )
    good = requirement.of.status == (200,)
    return any(requirement.of.matches_request(answer) and not (good and _hopeless(answer)) for answer in answers)


def _hopeless(answer: Subject) -> bool:
    """No server answers it with 200: its key is not right, or its body is none, or wrong."""
    if answer.role == "":
        return True
    try:
        return answer.expectation == "refuse" or not (keyed(answer) or not answer.operation.secured)
    except Skip:
        return True
