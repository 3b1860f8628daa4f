"""The plan of a run: which requirements are judged, and which probes are sent for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from inferproof.certify.budget import Estimate, Speed, estimate
from inferproof.certify.dry_run import dry_run
from inferproof.certify.target import Limits, UsageError
from inferproof.document import Contract
from inferproof.generated.gate import gate
from inferproof.generated.members import roles
from inferproof.generated.probe import GeneratedProbe
from inferproof.generated.requirements import requirements_of
from inferproof.judge.capabilities import OF_ROLE, not_claimed
from inferproof.judge.judge import base_name
from inferproof.judge.requirement import Requirement, held
from inferproof.judge.subject import Subject
from inferproof.probes import PROBES
from inferproof.probes.probe import Probe, RequestBuilder
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange

REASONS = 3
"""How many reasons are told why nothing of a contract, or of a glob, can be judged."""

GATE = "gate."
"""How the names of the gate's probes begin."""


@dataclass(frozen=True)
class Plan:
    """Both in catalogue order. `probes` are those whose capability is claimed, and that of each operation they use."""

    requirements: tuple[Requirement, ...]
    probes: tuple[Probe, ...]


def plan(
    contract: Contract,
    call: RequestBuilder,
    declined: Mapping[str, str],
    only: Sequence[str] = (),
    *,
    generated: bool = False,
    kept: Sequence[Probe] = (),
) -> Plan:
    """Everything, or the requirements whose id matches one of the globs `only` and the probes that feed them.

    `generated` adds the gate: the generated cases, the target's own `kept` ones, and the requirements that own them.
    With `only`, a generated case is sent for its owner, for what no other probe feeds, and where a glob names its
    probe. Raises UsageError where a glob matches nothing.
    """
    requirements = selected(contract, only, generated=generated)
    claimed = {each.claims for each in requirements_of(contract)}
    written = [each for each in PROBES.values() if each.claims in claimed and _sent(each, contract, call, declined)]
    bodies = generated and any(_reads_bodies(contract, each) for each in requirements)
    cases = gate(contract, call.seed, declined) if bodies else ()
    if not only:
        return Plan(tuple(requirements), (*written, *cases, *(kept if bodies else ())))
    written = [each for each in written if _feeds(each, requirements, contract, call)]
    named = _named(cases, only)
    hungry = [
        each
        for each in requirements
        if each.id not in CATALOGUE or not any(_feeds(probe, [each], contract, call) for probe in written)
    ]
    probes = [each for each in cases if each in named or _feeds(each, hungry, contract, call)]
    probes += [each for each in kept if bodies and _feeds(each, requirements, contract, call)]
    return Plan(tuple(requirements), (*written, *probes))


def estimate_of(
    planned: Plan, contract: Contract, call: RequestBuilder, limits: Limits, speed: Speed | None
) -> Estimate:
    """What the plan costs at most, at that speed; None where none was measured."""
    shared = (ask for each in planned.probes if not each.exclusive for ask in dry_run(each, contract, call))
    alone = (ask for each in planned.probes if each.exclusive for ask in dry_run(each, contract, call))
    return estimate(shared, alone, limits, speed, contract)


def without_generated(planned: Plan, contract: Contract, call: RequestBuilder) -> int:
    """How many requests of the plan are left where the generated ones are left out, as --quick does."""
    written = [each for each in planned.probes if not isinstance(each, GeneratedProbe)]
    return sum(len(dry_run(each, contract, call)) for each in written)


def refuse_unjudged(contract: Contract) -> None:
    """Raises UsageError for a contract in which no written requirement holds: nothing of it would be judged."""
    holding, others = held(contract)
    if holding:
        return
    reasons = list(dict.fromkeys(why for _, why in others))[:REASONS]
    raise UsageError(f"no written requirement holds in {contract.name}: {'; '.join(reasons)}; …")


def selected(contract: Contract, only: Sequence[str], *, generated: bool) -> list[Requirement]:
    """The requirements for this contract whose id matches one of the globs, or all; a glob of probes is passed over.

    Raises UsageError where a glob matches no requirement, and where no written requirement holds.
    """
    refuse_unjudged(contract)
    requirements = [each for each in requirements_of(contract) if generated or each.id in CATALOGUE]
    globs = [glob for glob in only if not glob.startswith(GATE)]
    if only and not globs:
        raise UsageError(f"--only {only[0]!r} adds generated requests: name the requirement to judge, too")
    for glob in globs:
        if not any(fnmatchcase(each.id, glob) for each in requirements):
            raise UsageError(f"--only {glob!r} matches no requirement{_not_holding(contract, glob)}")
    return [each for each in requirements if not globs or any(fnmatchcase(each.id, glob) for glob in globs)]


def _not_holding(contract: Contract, glob: str) -> str:
    """Those of the catalogue that a glob would name, and why they do not hold in the contract; else where to look."""
    others = [f"{each.id}, because {why}" for each, why in held(contract)[1] if fnmatchcase(each.id, glob)]
    if not others:
        return "; `inferproof catalogue list` has their ids"
    more = f"; and {len(others) - REASONS} more" if len(others) > REASONS else ""
    return f" that holds in {contract.name}. These do not: {'; '.join(others[:REASONS])}{more}"


def _named(cases: Sequence[Probe], only: Sequence[str]) -> list[Probe]:
    """The probes of the gate that a glob names. Raises UsageError where one names none."""
    globs = [glob for glob in only if glob.startswith(GATE)]
    for glob in globs:
        if not any(fnmatchcase(each.name, glob) for each in cases):
            raise UsageError(f"--only {glob!r} matches no generated request of this run: --quick leaves them out")
    return [each for each in cases if any(fnmatchcase(each.name, glob) for glob in globs)]


def _sent(probe: Probe, contract: Contract, call: RequestBuilder, declined: Mapping[str, str]) -> bool:
    if not_claimed(probe.claims, declined) is not None:
        return False
    if not probe.fits(contract):
        return False
    needed = {OF_ROLE[role] for ask in dry_run(probe, contract, call) if (role := ask.role or "") in OF_ROLE}
    return all(not_claimed(capability, declined) is None for capability in needed)


def _reads_bodies(contract: Contract, requirement: Requirement) -> bool:
    """It may be about a generated request."""
    of = requirement.of
    return of is not None and (not of.roles or not set(roles(contract)).isdisjoint(of.roles))


def _feeds(probe: Probe, requirements: Sequence[Requirement], contract: Contract, call: RequestBuilder) -> bool:
    asks = dry_run(probe, contract, call)
    if not asks or any(base_name(probe.name) in each.needs for each in requirements):
        return True  # of one that breaks at once nobody knows what it feeds: the run says that it broke
    answers = [Subject(Exchange(probe.name, step, ask.role, ask.request), contract) for step, ask in enumerate(asks)]
    return any(each.of is not None and each.of.matches_request(answer) for each in requirements for answer in answers)
