"""A model that always reasons before it answers is held nothing against, under a contract that says so and one not.

What it reasons takes of the room that most requests give, all of it or a part: what is said in the end can be judged.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import dropwhile
from typing import Any

import pytest

from inferproof.certify.certify import certify
from inferproof.certify.target import Target
from inferproof.document import Contract, load
from inferproof.front.app import Front
from inferproof.judge.judge import Outcome
from inferproof.judge.requirement import MUST, SHOULD
from inferproof_mock import MockModel, parts
from inferproof_mock.server import DEFAULT_KEY
from tests.packs import thoughtful
from tests.proof import proof
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers.models import messages
from tests.proof.legal_servers.reply import Reply, completions
from tests.proof.legal_servers.server import Mock, serving


def as_it_is(reply: Reply) -> None:
    """The simulated model's own way: an empty content as long as it reasons."""


def nothing_is_null(reply: Reply) -> None:
    """What is not there is null: the content while it reasons, the reasoning while it answers, and the details."""
    for message in messages(reply):
        message.update(content=message.get("content") or None, reasoning_content=message.get("reasoning_content"))
    for value in reply.values:
        if value.get("usage"):
            value["usage"]["completion_tokens_details"] = None


def by_both_names(reply: Reply) -> None:
    """What is reasoned comes as `reasoning` too, as of vLLM between two of its names."""
    for message in messages(reply):
        if "reasoning_content" in message:
            message["reasoning"] = message["reasoning_content"]


def logprobs_of_the_answer_only(reply: Reply) -> None:
    """The tokens of the reasoning have no log probabilities."""
    for value in reply.values:
        for choice in value["choices"]:
            if reply.streamed and "reasoning_content" in choice["delta"]:
                choice["logprobs"] = None
            elif not reply.streamed and choice["message"].get("reasoning_content") and choice.get("logprobs"):
                choice["logprobs"]["content"] = _after(choice["message"]["reasoning_content"], choice)


def _after(reasoning: str, choice: Any) -> list[Any]:
    """The entries of the tokens that follow on those of the reasoning."""
    left = len(reasoning.encode())

    def is_reasoned(entry: Any) -> bool:
        nonlocal left
        left -= len(entry["bytes"] or ())
        return left >= 0

    return list(dropwhile(is_reasoned, choice["logprobs"]["content"]))


def held_against(contract: Contract, effort: str, edit: Callable[[Reply], None]) -> list[str]:
    """What is, or cannot be verified though it must be."""
    model = MockModel(contract, reasons=effort)
    variant = Variant(edit.__name__, edit.__doc__ or "", edit, completions)
    with serving(Mock(Front(contract, model, keys=(DEFAULT_KEY,))), variant) as server:
        found = certify(contract, Target(server.url, key=DEFAULT_KEY)).result
    bad = [*found.having(Outcome.FAIL, MUST, SHOULD), *found.having(Outcome.HARNESS_ERROR)]
    bad += found.having(Outcome.NOT_VERIFIED, MUST)
    return [f"{each.requirement.id}: {each.reason} {[failure.finding for failure in each.failures]}" for each in bad]


@pytest.mark.parametrize(
    ("effort", "edit"),
    [
        ("low", logprobs_of_the_answer_only),
        pytest.param("low", nothing_is_null, marks=proof),
        ("high", nothing_is_null),
        pytest.param("high", by_both_names, marks=proof),
        pytest.param("max", as_it_is, marks=proof),
    ],
)
def test_under_the_first_contract(effort: str, edit: Callable[[Reply], None], contract: Contract) -> None:
    assert held_against(contract, effort, edit) == []


@pytest.mark.parametrize(
    ("effort", "edit"),
    [("low", nothing_is_null), pytest.param("high", by_both_names, marks=proof), ("max", as_it_is)],
)
def test_under_one_that_speaks_of_it(
    effort: str, edit: Callable[[Reply], None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    pack = load(str(thoughtful.write(tmp_path_factory.mktemp("packs") / "thoughtful")))
    assert held_against(pack, effort, edit) == []


@pytest.mark.parametrize("effort", ["low", pytest.param("high", marks=proof)])
def test_an_engine_that_looks_for_a_stop_in_its_thoughts_too(
    effort: str, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "free", lambda settings: settings)
    assert held_against(contract, effort, as_it_is) == []
