"""The lock: a hash of every fragment that a requirement cites, so that a document that moves names what to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inferproof.catalogue.cited import citing, nodes
from inferproof.document import Contract, DocumentError
from inferproof.document.citations import parse
from inferproof.document.files import folder, text
from inferproof.document.fragments import LOCK, hash_of, read_pins
from inferproof.generated.requirements import owners
from inferproof.judge.check import shown
from inferproof.judge.requirement import Requirement, held

HEAD = """\
# What every requirement rests on: a hash of each fragment of the document that one of them cites.
# Where the document has moved, `inferproof catalogue check` names the requirements to look at again;
# `inferproof catalogue accept` writes this file anew.
"""


@dataclass(frozen=True)
class Moved:
    """A fragment that is not what the lock says. `ids` are the requirements that cite it."""

    how: Literal["changed", "new", "gone"]
    fragment: str
    ids: tuple[str, ...]

    def __str__(self) -> str:
        match self.how:
            case "changed":
                return f"{self.fragment} has changed; look again at {', '.join(self.ids)}"
            case "new":
                return f"{self.fragment} is cited for the first time, by {', '.join(self.ids)}"
            case _ if self.ids:
                return f"{self.fragment} is no longer there; look again at {', '.join(self.ids)}"
            case _:
                return f"{self.fragment} is pinned, and no requirement that holds cites it"


def pinnable(contract: Contract) -> list[Requirement]:
    """The requirements whose citations the lock pins: those that hold, or would if a person read what they rest on."""
    return [*held(contract, unread=True)[0], *owners(contract)]


def unread(contract: Contract, requirements: Sequence[Requirement]) -> list[tuple[str, str, tuple[str, ...]]]:
    """The prose and the examples that rules rest on and nobody has read: pointer, text and the ids of the rules."""
    found: dict[str, list[str]] = {}
    for each in requirements:
        for cite in each.cites:
            place = contract.places(cite)[0]
            if parse(cite).shown and not contract.pinned(place):
                found.setdefault(place.pointer, []).append(each.id)
    return [
        (pointer, shown(next(iter(nodes(contract, pointer).values())), 400), tuple(ids))
        for pointer, ids in found.items()
    ]


def unpinned(contract: Contract, requirements: Sequence[Requirement], pins: dict[str, str]) -> list[Moved]:
    """What has moved; what a person has left out of the lock, so that a requirement does not hold, has not."""
    left_out = {pointer for pointer, _, _ in unread(contract, requirements)}
    return [
        each
        for each in moved(contract, requirements, pins)
        if each.how != "new" or each.fragment.partition("#")[2] not in left_out
    ]


def moved(contract: Contract, requirements: Sequence[Requirement], pinned: dict[str, str]) -> list[Moved]:
    """Every difference between the lock and the document, in the order of the fragments."""
    ids = citing(contract, requirements)
    found = dict(_hashes(contract, ids))
    return [
        Moved(
            "gone" if fragment not in found else "new" if fragment not in pinned else "changed",
            fragment,
            tuple(ids.get(fragment.partition("#")[2], ())),
        )
        for fragment in sorted(found.keys() | pinned.keys())
        if found.get(fragment) != pinned.get(fragment)
    ]


def lock_file(name: str) -> Path:
    return folder(name) / LOCK


def read_lock(path: Path) -> dict[str, str]:
    """Fragment to hash. Raises DocumentError."""
    if not path.exists():
        raise DocumentError(f"{path}: there is no such file; `inferproof catalogue accept` writes it")
    return read_pins(text(path), str(path))


def written(contract: Contract, requirements: Sequence[Requirement]) -> str:
    """The text of the lock."""
    rows = sorted(_hashes(contract, citing(contract, requirements)))
    return HEAD + "".join(f"{hash} {fragment}\n" for fragment, hash in rows)


def _hashes(contract: Contract, pointers: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """`layer#pointer` and the hash of the node there, without what lies below it."""
    for pointer in pointers:
        try:
            found = nodes(contract, pointer)
        except KeyError:  # the document has lost it
            continue
        for layer, node in found.items():
            yield f"{layer}#{pointer}", hash_of(node, pointer)
