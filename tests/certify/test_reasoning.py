"""A model that reasons beyond the cap of most requests: what it says in the end can still be judged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inferproof.certify.certify import certify
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.judge.judge import Outcome
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers.models import reasoning_takes_all_there_is
from tests.proof.legal_servers.reply import Reply
from tests.proof.legal_servers.server import Mock, serving


def reasons_for_long(reply: Reply) -> None:
    """Whoever gives it less than a hundred tokens gets no answer."""
    if reply.asked.get("max_tokens", 0) < 100:
        reasoning_takes_all_there_is(reply)


def reasons_for_long_and_knows_no_stop(reply: Reply) -> None:
    reasons_for_long(reply)
    for choice in reply.values[0]["choices"]:
        if reply.asked.get("stop") and "message" in choice and choice["message"]["content"] is not None:
            choice["message"]["content"] += f"{reply.asked['stop']}"


@pytest.mark.parametrize(
    ("edit", "outcome"), [(reasons_for_long, Outcome.PASS), (reasons_for_long_and_knows_no_stop, Outcome.FAIL)]
)
def test_a_stop_is_verified_where_a_model_reasons_first(
    edit: Callable[[Reply], None], outcome: Outcome, contract: Contract
) -> None:
    variant = Variant("reasons", "It reasons.", edit, lambda reply: reply.path.endswith("/v1/chat/completions"))
    with serving(Mock(mock(contract, keys=(DEFAULT_KEY,))), variant) as server:
        found = certify(contract, Target(server.url, key=DEFAULT_KEY), only=["sampling.stop"]).result
    assert {each.requirement.id: each.outcome for each in found.judgements} == {"sampling.stop": outcome}
