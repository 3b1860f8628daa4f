"""How much the simulated model reasons before it answers: as much as the request asks for, and nothing unasked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from inferproof.document import Contract
from inferproof.document.citations import NotThere
from inferproof.front.backend import Refusal
from inferproof_mock.settings import Settings, refuse

Json = dict[str, Any]

SENTENCES: Mapping[str, int] = {"none": 0, "minimal": 1, "low": 2, "medium": 4, "high": 8, "xhigh": 12, "max": 16}
"""Of a thought, by the effort."""

LONGEST = 512
"""The most tokens of a thought: one that may not end by itself shall end yet."""

DETAILS = "/usage/completion_tokens_details/reasoning_tokens"


def sentences_asked(body: Json, members: Collection[str], always: str | None = None) -> int:
    """How many sentences to reason. `members` are those that the contract has: it may have neither of these two.

    `reasoning` wins over `reasoning_effort`, which is the older one. A model that `always` reasons does so with that
    effort unless it is asked for another. Raises a Refusal for an effort that it does not know, or cannot do without.
    """
    asked = {name: body.get(name) for name in ("reasoning", "reasoning_effort") if name in members}
    newer = asked.get("reasoning")
    if isinstance(newer, dict):
        asked["reasoning"] = newer.get("effort")
    member, effort = next(((name, one) for name, one in asked.items() if one is not None), ("", always or "none"))
    if not isinstance(effort, str) or effort not in SENTENCES:
        raise refuse(member, f"the effort of `{member}` has to be one of {', '.join(SENTENCES)}")
    if always is not None and not SENTENCES[effort]:
        raise Refusal(400, f"this model always reasons: ask for more than {effort!r}", loc=("body", member))
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
