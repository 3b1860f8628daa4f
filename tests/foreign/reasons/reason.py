"""What servers of others do wrong, and why: each requirement that fails, under the reason that its bytes show.

Every id below was read with its bytes against the published document: a requirement that is not listed and fails is
either news or a false alarm, and somebody has to look which.
"""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """`fails` are the ids of requirements; `at_times` those whose failing takes luck, such as the turn of a second."""

    title: str
    what: str
    fails: tuple[str, ...]
    at_times: tuple[str, ...] = ()


BESIDE_CHAT = (
    "chat.openai-path.offered",
    "attributes.offered",
    "discovery.offered",
    "embeddings.offered",
    "legacy.offered",
    "legacy.stream.offered",
    "status.open",
)
"""What a server lacks that has one operation of the contract, chat."""

NO_KEYS = Reason(
    "No keys",
    "Every request gets its answer: without a key, with a wrong one, with other credentials.",
    (
        "auth.missing.refused",
        "auth.wrong.refused",
        "auth.empty.refused",
        "auth.near.refused",
        "auth.near.case",
        "auth.scheme.refused",
    ),
)
