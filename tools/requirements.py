"""What pyproject.toml asks for: the package and its extras, what builds it, and the groups of those who work on it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_LOWER = re.compile(r"^\s*([\w.-]+)\s*(?:\[[^]]*\])?\s*(?:>=|==)\s*([\w.]+)")


def every_requirement() -> list[str]:
    """Each as pyproject.toml has it."""
    project = _pyproject()
    return [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(each for extra in project["project"]["optional-dependencies"].values() for each in extra),
        *(each for group in project["dependency-groups"].values() for each in group),
    ]


def pythons() -> list[str]:
    """The versions of Python that are supported, as `3.11`, the oldest first."""
    found = (
        re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", line)
        for line in _pyproject()["project"]["classifiers"]
    )
    return sorted((match[1] for match in found if match), key=lambda version: int(version[2:]))


def lower_ends() -> dict[str, str]:
    """Name to the lowest version that its range allows; what has no lower end is left out."""
    found = (_LOWER.match(requirement) for requirement in every_requirement())
    return {normal(match[1]): match[2] for match in found if match}


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
