"""How much the simulated model reasons before it answers: as much as the request asks for, and nothing unasked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from inferproof.document import Contract
from inferproof.document.citations import NotThere
from inferproof_mock.settings import Settings, refuse

Json = dict[str, Any]

SENTENCES: Mapping[str, int] = {"none": 0, "minimal": 1, "low": 2, "medium": 4, "high": 8, "xhigh": 12, "max": 16}
"""Of a thought, by the effort."""

LONGEST = 512
"""The most tokens of a thought: one that may not end by itself shall end yet."""

DETAILS = "/usage/completion_tokens_details/reasoning_tokens"


def sentences_asked(body: Json, members: Collection[str]) -> int:
    """How many sentences to reason. `members` are those that the contract has: it may have neither of these two.

    `reasoning` wins over `reasoning_effort`, which is the older one. Raises a 422 Refusal for an unknown effort.
    """
    asked = {name: body.get(name) for name in ("reasoning", "reasoning_effort") if name in members}
    given = asked.get("reasoning")
    if isinstance(given, dict) and given.get("effort") is not None:
        return _sentences("reasoning", given["effort"])
    if asked.get("reasoning_effort") is not None:
        return _sentences("reasoning_effort", asked["reasoning_effort"])
    return 0


def _sentences(member: str, effort: Any) -> int:
    if not isinstance(effort, str) or effort not in SENTENCES:
        raise refuse(member, f"the effort of `{member}` has to be one of {', '.join(SENTENCES)}")
    return SENTENCES[effort]


def free(settings: Settings) -> Settings:
    """The settings of a thought: it ends when it is thought, and not where the answer would."""
    return replace(settings, stops=(), stop_tokens=frozenset(), keep_stop=False, ignore_end=False, shortest=0)


def is_counted(contract: Contract, part: str) -> bool:
    """Whether the usage of a `reply`, or of an `event`, has a place for the tokens of reasoning."""
    try:
        return bool(contract.places(f"chat.{part}#{DETAILS}"))
    except NotThere:
        return False
