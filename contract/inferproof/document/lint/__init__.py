"""Finds what is wrong with an OpenAPI 3 document that other tools pass over: what it shows, and what it asks for.

A rule speaks only of what no sound document does: where a document may be meant so, there is no finding.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inferproof.document import files
from inferproof.document.lint.examples import examples, read_events
from inferproof.document.lint.finding import RULES, Finding
from inferproof.document.lint.parameters import parameters
from inferproof.document.lint.replies import replies
from inferproof.document.lint.samples import samples
from inferproof.document.lint.security import security
from inferproof.document.lint.servers import servers
from inferproof.document.lint.structure import references, schemas, structure
from inferproof.document.lint.text import text

__all__ = ["RULES", "Finding", "lint", "lint_file", "read_events"]


def lint_file(path: Path) -> list[Finding]:
    """Every finding in a file, those about its text first. Raises DocumentError for what is no OpenAPI 3 document."""
    raw = files.read(path)
    document = files.description(raw, str(path))  # first: it refuses what would exhaust who reads the text
    return [*text(raw, str(path)), *lint(document)]


def lint(document: dict[str, Any]) -> list[Finding]:
    """Every finding once, in the order of the rules; empty for a sound document."""
    unusable = list(security(document))
    found = [
        *references(document),
        *_unexplained(structure(document), unusable),
        *schemas(document),
        *examples(document),
        *parameters(document),
        *unusable,
        *replies(document),
        *samples(document),
        *servers(document),
    ]
    return list(dict.fromkeys(found))  # an example that several places refer to has one fault


def _unexplained(found: list[Finding], better: list[Finding]) -> list[Finding]:
    """Without those in a security scheme, or at a place, of which another rule says more plainly what is wrong."""
    places = tuple(_scheme(each.pointer) for each in better)
    return [each for each in found if not any(f"{each.pointer}/".startswith(f"{place}/") for place in places)]


def _scheme(pointer: str) -> str:
    """The security scheme that a place is in; the place itself, where it is in none."""
    parts = pointer.split("/")
    return "/".join(parts[:4]) if parts[:3] == ["", "components", "securitySchemes"] else pointer
