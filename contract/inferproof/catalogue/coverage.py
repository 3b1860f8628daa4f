"""Coverage: of a contract's properties, responses and sentences, those that are cited, or left out for a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from inferproof.catalogue.cited import LAYERS, citing
from inferproof.document import Contract, DocumentError, pointers
from inferproof.document.files import folder, parse, read
from inferproof.judge.requirement import Requirement

EXCLUDED = "excluded.yaml"

_NO_STATEMENT = ("example", "examples", "default", "if", "then", "else", "not", "contains")
"""What is below these is shown, or is a condition on members that are stated elsewhere."""

Kind = Literal["properties", "responses", "sentences"]
KINDS: tuple[Kind, ...] = ("properties", "responses", "sentences")


@dataclass(frozen=True)
class Exclusion:
    """Nodes that no requirement cites, and why. In `at`, the part `*` stands for any one part of a pointer."""

    at: str
    reason: str

    def covers(self, pointer: str) -> bool:
        mine, theirs = pointers.split(self.at), pointers.split(pointer)
        return len(mine) == len(theirs) and all(part in ("*", other) for part, other in zip(mine, theirs, strict=True))


@dataclass(frozen=True)
class Node:
    """One thing that a document says. `weight` is the number of its sentences, and 1 for anything else."""

    kind: Kind
    pointer: str
    weight: int = 1


@dataclass(frozen=True)
class Coverage:
    """`open` is neither cited nor excluded; `idle` are exclusions that cover nothing, or only what is cited anyway."""

    cited: tuple[Node, ...]
    excluded: tuple[tuple[Node, Exclusion], ...]
    open: tuple[Node, ...]
    idle: tuple[Exclusion, ...]

    def count(self, kind: Kind) -> tuple[int, int, int]:
        """How many are cited, excluded, and neither."""
        return (
            sum(node.weight for node in self.cited if node.kind == kind),
            sum(node.weight for node, _ in self.excluded if node.kind == kind),
            sum(node.weight for node in self.open if node.kind == kind),
        )

    @property
    def whole(self) -> bool:
        return not self.open and not self.idle


def coverage(contract: Contract, requirements: Sequence[Requirement], exclusions: Sequence[Exclusion]) -> Coverage:
    """A citation covers exactly its node, never what lies below."""
    cites: Mapping[str, list[str]] = citing(contract, requirements)
    cited, excluded, open_ = [], [], []
    used = set()
    for node in said(contract):
        exclusion = next((each for each in exclusions if each.covers(node.pointer)), None)
        if node.pointer in cites:
            cited.append(node)
        elif exclusion is not None:
            excluded.append((node, exclusion))
            used.add(exclusion)
        else:
            open_.append(node)
    idle = tuple(each for each in exclusions if each not in used)
    return Coverage(tuple(cited), tuple(excluded), tuple(open_), idle)


def said(contract: Contract) -> Iterator[Node]:
    """Everything that is to be covered: what the vendor publishes, then what only our corrections add.

    Sentences are the published ones, restated: those of our corrections explain, and promise nothing of their own.
    """
    seen = set()
    for layer in LAYERS:
        document = contract.published if layer == "published" else contract.corrected
        for top in ("paths", "components"):
            for pointer, node in pointers.walk(document.get(top, {}), f"/{top}"):
                kind = _kind(pointers.split(pointer), node)
                if kind is None or pointer in seen or (kind == "sentences" and layer == "corrected"):
                    continue
                seen.add(pointer)
                yield Node(kind, pointer, sentences(node) if kind == "sentences" else 1)


def sentences(text: str) -> int:
    """How many sentences a text has; a text without a full stop is one."""
    return max(1, len(re.findall(r"[.!?](?=\s|$)", text)))


def read_exclusions(name: str) -> tuple[Exclusion, ...]:
    """The exclusions of a contract, from the file beside it; none where there is no such file. Raises DocumentError."""
    path = folder(name) / EXCLUDED
    if not path.is_file():
        return ()
    rows = parse(read(path), str(path))
    if not isinstance(rows, list):
        raise DocumentError(f"{path}: expected a list of objects with the members `at` and `reason`")
    for index, row in enumerate(rows):
        if not _is_exclusion(row):
            raise DocumentError(
                f"{path}, /{index}: expected an object with `at`, one or several JSON pointers, and `reason`, a text"
            )
    return tuple(Exclusion(at, row["reason"]) for row in rows for at in _many(row["at"]))


def _is_exclusion(row: object) -> bool:
    if not isinstance(row, dict) or row.keys() != {"at", "reason"} or not isinstance(row["reason"], str):
        return False
    return all(isinstance(at, str) and at.startswith("/") for at in _many(row["at"]))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _kind(parts: list[str], node: object) -> Kind | None:
    """What a node is to be counted as; None for what is shown (an example), and for what is no statement by itself."""
    above = ["", *parts]
    for parent, part in zip(above, parts, strict=False):
        if parent != "properties" and (part in _NO_STATEMENT or part.startswith("x-")):
            return None
    match above[-2:]:
        case ["properties", _]:
            return "properties"
        case ["responses", _] if parts[0] == "paths" or len(parts) == 3:
            return None if isinstance(node, dict) and "$ref" in node else "responses"
        case [_, "description"] if isinstance(node, str):
            return "sentences"
        case _:
            return None
