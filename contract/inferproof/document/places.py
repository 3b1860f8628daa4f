"""Where a value breaks a schema, told from the errors of jsonschema-rs alone: the places of `explain`, no words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from inferproof.document.explain import DISCRIMINATORS

Error = Any
"""An error of jsonschema-rs: each kind has members of its own, and none has types."""

Path = tuple[str | int, ...]
"""The names and indexes that lead to a part of a value."""


def places_of(errors: Iterable[Error]) -> Iterator[Path]:
    """The `loc` of each Violation that explains these errors; in a union, in the branch that the author meant."""
    for error in errors:
        at = tuple(error.instance_path)
        kind = error.kind
        if kind.name == "required":
            yield (*at, kind.property)
        elif kind.name in ("additionalProperties", "unevaluatedProperties"):
            yield from ((*at, name) for name in kind.unexpected)
        elif kind.name in ("anyOf", "oneOf") and any(kind.context):
            yield from _of_union([branch for branch in kind.context if branch], at)
        else:
            yield at


def _of_union(branches: list[list[Error]], at: Path) -> Iterator[Path]:
    """As `explain` picks: no branch of another type than the value's, nor of another role, if that leaves one."""
    typed = [branch for branch in branches if not any(_is_of_another_type(child, at) for child in branch)]
    if not typed:
        yield at
        return
    meant = [branch for branch in typed if not any(_is_of_another_role(child, at) for child in branch)]
    wrong = {tuple(child.instance_path) for branch in typed for child in branch}
    named = [(*at, name) for name in DISCRIMINATORS if (*at, name) in wrong]
    if named and not meant:
        yield named[0]
        return
    likeliest = min(meant or typed, key=_likelihood)
    yield from places_of(likeliest)


def _is_of_another_type(child: Error, at: Path) -> bool:
    return child.kind.name in ("type", "const", "enum") and tuple(child.instance_path) == at


def _is_of_another_role(child: Error, at: Path) -> bool:
    path = tuple(child.instance_path)
    kind = child.kind
    if kind.name == "required" and path == at:
        return kind.property in DISCRIMINATORS
    return path[: len(at)] == at and len(path) == len(at) + 1 and path[-1] in DISCRIMINATORS


def _likelihood(branch: Sequence[Error]) -> tuple[int, int]:
    """Smaller is likelier: the branch that got deepest before it failed, then the one with fewest complaints."""
    return -max(len(child.instance_path) for child in branch), len(branch)
