"""`legal.toml`: which survivors are no holes, and why."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests.proof.operators.survey import Class, Survey

FILE = Path(__file__).parent / "legal.toml"


@dataclass(frozen=True)
class Explanation:
    """`everywhere`: it explains classes of which every change survives; else only those that are caught elsewhere."""

    reason: str
    places: tuple[str, ...]
    operators: tuple[str, ...]
    everywhere: bool

    def covers(self, place: str, operator: str, found: Class) -> bool:
        return (
            (self.everywhere or len(found.survivors) < found.tried)
            and any(fnmatchcase(place, glob) for glob in self.places)
            and any(fnmatchcase(operator, glob) for glob in self.operators)
        )


def explanations() -> list[Explanation]:
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [
        Explanation(entry["reason"], tuple(entry["places"]), tuple(entry.get("operators", ["*"])), kind == "legal")
        for kind in ("legal", "elsewhere")
        for entry in tables[kind]
    ]


def survivors(survey: Survey) -> Iterator[tuple[str, str, Class]]:
    """Place, operator and class of each class that has a survivor."""
    for (place, operator), found in sorted(survey.items()):
        if found.survivors:
            yield place, operator, found
