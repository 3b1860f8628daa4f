"""The keys of a run as markers, and which of them a recorded request carries, in which header.

A request is planned, recorded and judged with markers; the secrets themselves are put in on the way out only.
"""

from __future__ import annotations

import re

from inferproof.document.credentials import Credential
from inferproof.judge.select import Predicate
from inferproof.judge.subject import Subject
from inferproof.wire.secrets import marker

KEY = marker("key")
"""Stands for the target's key in the header that the run uses."""

WRONG_KEY = marker("wrong-key")
"""Stands for a key that no server has issued, made from the run's seed."""

LONG_KEY = f"{KEY}x"
"""The target's key and a letter more."""

SHORT, SWAPPED = "short-key", "swapped-key"
"""The names of what is nearly the target's key."""

SHORT_KEY = marker(SHORT)
"""Stands for the target's key without its last `LESS` letters."""

SWAPPED_KEY = marker(SWAPPED)
"""Stands for the target's key with its letters in the other case."""

LESS = 4

REVOKED, RESTRICTED, EXHAUSTED = "revoked", "restricted", "exhausted"
"""The kinds of other keys that a user may give: no longer valid; not for the run's model; without credit."""

KINDS = (REVOKED, RESTRICTED, EXHAUSTED)

GIVEN = re.compile(r"\{\{secret:(key-[^{}]+|(?:revoked|restricted|exhausted)-key)\}\}")
"""The marker of a secret that only some users give: a request with it cannot be sent where this one did not."""


def own_key(credential: Credential) -> str:
    """Stands for the key that is given for this header, where the run uses another one."""
    return marker(own_name(credential.kind))


def own_name(kind: str) -> str:
    """The name in that marker, of a credential's kind."""
    return f"key-{kind}"


def other_key(kind: str) -> str:
    """Stands for the user's key of one of `KINDS`."""
    return marker(other_name(kind))


def other_name(kind: str) -> str:
    """The name in that marker."""
    return f"{kind}-key"


def is_right(credential: Credential, value: str) -> bool:
    """The header's value has the target's key, the one of the run or the one for this header."""
    return credential.key_in(value) in (KEY, own_key(credential))


def carries(marker: str) -> Predicate:
    """Requests with this key and no other, in whichever header."""

    def where(answer: Subject) -> bool:
        lines = answer.key_lines
        return len(lines) == 1 and lines[0][0].key_in(lines[0][1]) == marker

    return where
