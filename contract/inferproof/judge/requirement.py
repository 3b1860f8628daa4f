"""A requirement: one sentence about a server, why we may demand it, and the function that judges it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from inferproof.document import Contract
from inferproof.document.citations import NotThere, Place, parse
from inferproof.judge.capabilities import CAPABILITIES, profile_of
from inferproof.judge.select import Of


class Level(StrEnum):
    """RFC 2119. MUST gates a certificate; SHOULD warns; MAY informs."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Basis(StrEnum):
    """Why we may demand it. The first four are the document's or a standard's word; the last two are ours."""

    SCHEMA = "schema"
    PROSE = "prose"
    EXAMPLE = "example"
    CONVENTION = "convention"  # an RFC, the SSE standard, OpenAI's published definition of a field the document names
    CORRECTION = "correction"  # one of our corrections of the document
    PROJECT = "project"  # our own decision


MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY
SCHEMA, PROSE, EXAMPLE = Basis.SCHEMA, Basis.PROSE, Basis.EXAMPLE
CONVENTION, CORRECTION, PROJECT = Basis.CONVENTION, Basis.CORRECTION, Basis.PROJECT

INFERRED = frozenset({CORRECTION, PROJECT})


@dataclass(frozen=True)
class Standard:
    """What a convention is written in: it is the basis of a requirement in the place of CONVENTION."""

    name: str


def openai(field: str, page: str = "chat completions") -> Standard:
    """OpenAI's published definition of a field of its API, and the page of it."""
    return Standard(f"OpenAI's API reference, {page}: {field}")


def rfc(section: str) -> Standard:
    """A section of an RFC, as `9110 §15.5.2`."""
    return Standard(f"RFC {section}")


@dataclass(frozen=True)
class Requirement:
    """`id` is permanent. `cites` are what it rests on (`document/citations.py`): where a contract lacks one of them, it
    does not hold there. `covers` are what else it speaks of, where the contract has it. `said` are sentences, where the
    contract has them, that demand it by themselves.

    With `of` it judges each selected exchange for itself. With `needs` it relates the exchanges of the named probes,
    for each role where all of them succeeded; with `whatever`, those of all roles together that brought a whole reply.
    `breaks` and `reference` are notes for who must pass it: what usually breaks it, how the reference does it.
    `standard` names what a convention is written in, as `RFC 9110 §15.5.2`. `besides` are other capabilities than it
    `claims` that a target must have for it. `declared` is the module and the line of its declaration.
    """

    id: str
    level: Level
    basis: Basis
    cites: tuple[str, ...]
    sentence: str
    judge: Callable[..., None]
    of: Of | None = None
    needs: tuple[str, ...] = ()
    claims: str = "core"
    breaks: str = ""
    reference: str = ""
    covers: tuple[str, ...] = ()
    whatever: bool = False
    said: tuple[str, ...] = ()
    standard: str = ""
    besides: tuple[str, ...] = ()
    declared: tuple[str, int] = ("", 0)

    @property
    def profile(self) -> str:
        return profile_of(self.claims)

    def within(self, contract: Contract, *, unread: bool = False) -> Requirement:
        """The requirement as this contract lets us make it. Raises NotHeld, whose text says why it does not hold there.

        It rests on its first citation: what a contract has there by correction only is at most a SHOULD in it. With
        `unread`, prose and examples count that nobody has read.
        """
        roles = self.of.roles if self.of else ()
        if roles and contract.roles.keys().isdisjoint(roles):
            raise NotHeld(f"it has no operation of role {' or '.join(roles)}")
        places = [self._found(contract, cite, unread) for cite in self.cites]
        if self.basis in INFERRED or self.basis is CONVENTION or places[0].layer == "published":
            return self
        if any(self._is_said(contract, cite, unread) for cite in self.said):
            return replace(self, basis=PROSE)
        return self.by_correction

    @property
    def by_correction(self) -> Requirement:
        """The same, of what a contract has by correction only: at most a SHOULD."""
        return replace(self, basis=CORRECTION, level=SHOULD if self.level is MUST else self.level)

    def places(self, contract: Contract) -> tuple[Place, ...]:
        """Where its citations lead in a contract in which it holds, and what it covers beside them."""
        found: dict[str, Place] = {}
        for cite in (*self.cites, *self.covers, *self.said):
            with suppress(NotThere):
                found.update((place.pointer, place) for place in contract.places(cite))
        return tuple(found.values())

    def _found(self, contract: Contract, cite: str, unread: bool) -> Place:
        try:
            place = contract.places(cite)[0]
        except NotThere as error:
            raise NotHeld(f"{cite}: {error}") from None
        if parse(cite).shown and not unread and not contract.pinned(place):
            what = f"{cite} is not in its lock"
            raise NotHeld(f"{what}: read #{place.pointer}, and pin it with `inferproof catalogue accept`")
        return place

    def _is_said(self, contract: Contract, cite: str, unread: bool) -> bool:
        """A sentence that was published demands it by itself."""
        with suppress(NotHeld):
            return self._found(contract, cite, unread).layer == "published"
        return False


class NotHeld(Exception):
    """A requirement does not hold in a contract; the text says why."""


def held(contract: Contract, *, unread: bool = False) -> tuple[list[Requirement], list[tuple[Requirement, str]]]:
    """The requirements of the catalogue that hold in a contract, and the others, each with the reason.

    With `unread`, also those that would hold if a person had read the prose and the examples that they rest on.
    """
    holding, others = [], []
    for each in CATALOGUE.values():
        try:
            holding.append(each.within(contract, unread=unread))
        except NotHeld as why:
            others.append((each, str(why)))
    return holding, others


CATALOGUE: dict[str, Requirement] = {}


def register(made: Requirement) -> None:
    """Put a requirement into the catalogue. Raises ValueError, at import, for one that breaks the house rules."""
    _refuse(made)
    CATALOGUE[made.id] = made


def _refuse(made: Requirement) -> None:
    problems: list[tuple[Any, str]] = [
        (made.id in CATALOGUE, "the id is taken"),
        (not made.sentence, "the sentence (docstring) is missing"),
        (not made.cites, "it cites nothing"),
        ((made.of is None) == (not made.needs), "it takes either `of` or `needs`"),
        (made.whatever and not made.needs, "`whatever` is for what relates exchanges"),
        (made.claims not in CAPABILITIES, f"there is no capability {made.claims!r}"),
        (not CAPABILITIES.keys() >= set(made.besides), f"no capabilities: {made.besides}"),
        ((made.basis is CONVENTION) != bool(made.standard), "a convention, and nothing else, names its `standard`"),
        (made.level is MUST and made.basis in INFERRED, f"what rests on a {made.basis} is at most SHOULD"),
    ]
    for cite in (*made.cites, *made.covers, *made.said):
        parse(cite)
    for broken, why in problems:
        if broken:
            raise ValueError(f"requirement {made.id!r}: {why}")
