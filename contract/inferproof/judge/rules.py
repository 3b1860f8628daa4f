"""Groups of rules: what several share is said once, and the declaration of each takes no more room than its rule.

    rules = Rules("chat.usage", of=chat_reply, cites="chat.reply#/usage")

    @rules.must("total", EXAMPLE, "/total_tokens")
    def total_is_the_sum(reply: Subject, check: Check) -> None:
        \"\"\"`usage.total_tokens` is `prompt_tokens` plus `completion_tokens`.\"\"\"
        …

    requests.must("seed", SCHEMA, "#/seed", wrong_at="seed").refuse("A `seed` that is not an integer is rejected.")

That is: a server must keep `chat.usage.total`, because an example shows it at `chat.reply#/usage/total_tokens`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypedDict, TypeVar, Unpack

from inferproof.judge.check import Check
from inferproof.judge.oracle import wrong_only_at
from inferproof.judge.requirement import CONVENTION, MAY, MUST, SHOULD, Basis, Level, Requirement, Standard, register
from inferproof.judge.select import Of, Predicate
from inferproof.judge.subject import Subject

Judge = TypeVar("Judge", bound=Callable[..., None])

RELATIVE = ("#", ".", "/")
"""How a citation begins that goes on from that of its group."""


class Rest(TypedDict, total=False):
    """What a rule may say of itself beside its id, its basis and its citations; otherwise its group says it.

    `where` chooses from the group's selection by the request: with `wrong_at` it has the requests that must be refused
    for the member at that path alone. `of` takes the place of the group's selection. So do the names of probes, for
    what relates exchanges: with `needs` all of them are needed, with `whatever` whatever they brought.

    `claims` and `besides` go on from what the group claims if they begin with a dot. Of `covers`, `said` and `besides`
    there may be several, with blanks between. All is as in `Requirement`.
    """

    of: Of
    where: Predicate
    wrong_at: str
    needs: str | tuple[str, ...]
    whatever: str | tuple[str, ...]
    claims: str
    besides: str
    covers: str
    said: str
    breaks: str
    reference: str


@dataclass(frozen=True)
class Rules:
    """A group: `id` is how the ids of its rules begin, `cites` how their citations do that begin with `#`, `.` or `/`.

    A rule that cites nothing has the group's citation, which is also written "" before others. `claims`, `breaks` and
    `reference` are as in `Requirement`.
    """

    id: str = ""
    of: Of | None = None
    cites: str = ""
    claims: str = "core"
    breaks: str = ""
    reference: str = ""

    def with_notes(self, *, breaks: str, reference: str) -> Rules:
        """The group, for who must pass it: what usually breaks its rules, and how the reference does them."""
        return replace(self, breaks=breaks, reference=reference)

    def part(self, id: str = "", *, of: Of | None = None, cites: str = "", claims: str = "") -> Rules:
        """A group within this one: its ids go on from here, its selection is its own, and it has the same notes.

        It cites and claims the same where it says nothing else; `.named` is what goes on from the capability here.
        """
        claims = self._claimed(claims) or self.claims
        return replace(self, id=_joined(self.id, id), of=of, cites=cites or self.cites, claims=claims)

    def must(self, id: str, basis: Basis | Standard, *cites: str, **rest: Unpack[Rest]) -> Declaration:
        """It gates a certificate."""
        return self._declared(id, MUST, basis, cites, rest)

    def should(self, id: str, basis: Basis | Standard, *cites: str, **rest: Unpack[Rest]) -> Declaration:
        """It warns."""
        return self._declared(id, SHOULD, basis, cites, rest)

    def may(self, id: str, basis: Basis | Standard, *cites: str, **rest: Unpack[Rest]) -> Declaration:
        """It informs."""
        return self._declared(id, MAY, basis, cites, rest)

    def _declared(
        self, id: str, level: Level, basis: Basis | Standard, cites: tuple[str, ...], rest: Rest
    ) -> Declaration:
        place = sys._getframe(2)
        return Declaration(
            Requirement(
                id=_joined(self.id, id),
                level=level,
                basis=CONVENTION if isinstance(basis, Standard) else basis,
                standard=basis.name if isinstance(basis, Standard) else "",
                cites=self._cited(cites or ("",)),
                covers=self._cited(rest.get("covers", "").split()),
                said=self._cited(rest.get("said", "").split()),
                of=self._selected(id, rest),
                needs=_many(rest.get("needs", rest.get("whatever", ()))),
                whatever="whatever" in rest,
                claims=self._claimed(rest.get("claims", "")) or self.claims,
                besides=tuple(map(self._claimed, rest.get("besides", "").split())),
                breaks=rest.get("breaks", self.breaks),
                reference=rest.get("reference", self.reference),
                declared=(place.f_globals["__name__"], place.f_lineno),
                sentence="",
                judge=_judged_by_nobody,
            )
        )

    def _cited(self, cites: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"{self.cites}{cite}" if cite.startswith(RELATIVE) or not cite else cite for cite in cites)

    def _claimed(self, capability: str) -> str:
        return f"{self.claims}{capability}" if capability.startswith(".") else capability

    def _selected(self, id: str, rest: Rest) -> Of | None:
        of = rest.get("of", None if {"needs", "whatever"} & rest.keys() else self.of)
        where = wrong_only_at(*rest["wrong_at"].split("/")) if "wrong_at" in rest else rest.get("where")
        if where is None:
            return of
        if of is None:
            raise ValueError(f"requirement {_joined(self.id, id)!r}: `where` takes a selection to choose from")
        return of.narrowed(where)


@dataclass(frozen=True)
class Declaration:
    """A rule but for its sentence and its function.

    It decorates the function that judges, whose docstring is the sentence; or it is told in a sentence what requests
    of its selection a server must accept or refuse.
    """

    made: Requirement

    def __call__(self, judge: Judge) -> Judge:
        """Raises ValueError for a declaration that breaks the house rules, as do the others."""
        self._register(inspect.getdoc(judge) or "", judge)
        return judge

    def accept(self, sentence: str) -> None:
        self._register(sentence, accepted)

    def refuse(self, sentence: str) -> None:
        self._register(sentence, refused)

    def _register(self, sentence: str, judge: Callable[..., None]) -> None:
        register(replace(self.made, sentence=" ".join(sentence.split()), judge=judge))


def accepted(reply: Subject, check: Check) -> None:
    """The request is served."""
    check.accepted(reply)


def refused(reply: Subject, check: Check) -> None:
    """The request is rejected."""
    check.refused(reply)


def _judged_by_nobody(reply: Subject, check: Check) -> None:
    raise AssertionError("a declaration is no rule yet")


def _joined(*ids: str) -> str:
    return ".".join(id for id in ids if id)


def _many(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
