"""A model that reasons before it answers: the run says what it needs, and the target file gives it."""

from __future__ import annotations

import pytest

from inferproof.certify.certify import Progress, certify
from inferproof.certify.target import Limits
from inferproof.document import Contract
from inferproof_mock.habits import habits
from tests.keys import with_keys
from tests.proof.habits.held import Replayed, served


@pytest.mark.parametrize(("room", "advised"), [(0, True), (400, False)])
def test_a_run_asks_for_the_room_that_it_lacks(room: int, advised: bool, contract: Contract) -> None:
    told: list[str] = []
    with served(Replayed(contract), contract, [habits()["it-thinks-for-300-tokens"]]) as (url, _):
        target = with_keys(contract, url, limits=Limits(room=room))
        found = certify(contract, target, only=["chat.offered"], progress=Progress(noted=told.append))
    assert ["`room` in [limits]" in said for said in told] == [True] * advised
    assert found.transcript.header["target"].get("room") == (room or None)


def test_a_run_is_silent_about_room_where_the_model_just_answers(contract: Contract) -> None:
    told: list[str] = []
    with served(Replayed(contract), contract, []) as (url, _):
        certify(contract, with_keys(contract, url), only=["chat.offered"], progress=Progress(noted=told.append))
    assert told == []
