"""What `--only` sends: what one requirement needs, and of the generated requests no more than were asked for."""

from __future__ import annotations

import pytest

from inferproof.certify import plan as planning
from inferproof.certify.plan import GATE, plan
from inferproof.certify.target import UsageError
from inferproof.document import Contract
from inferproof.generated.probe import GeneratedProbe
from inferproof.generated.regressions import Kept
from inferproof.probes.probe import RequestBuilder
from inferproof.wire.exchange import Origin

LAX = "gate.chat.temperature.lax"


@pytest.fixture
def call(contract: Contract) -> RequestBuilder:
    return RequestBuilder(contract, "chat-model", "embedding-model")


def generated(contract: Contract, call: RequestBuilder, *only: str) -> list[str]:
    """The probes of the gate that are sent."""
    names = [probe.name for probe in plan(contract, call, {}, only, generated=True).probes]
    return [name for name in names if name.startswith(GATE)]


def test_a_requirement_that_written_probes_feed_needs_no_generated_request(
    contract: Contract, call: RequestBuilder
) -> None:
    assert generated(contract, call, "chat.usage.total") == []


def test_the_owner_of_generated_requests_gets_its_own(contract: Contract, call: RequestBuilder) -> None:
    assert generated(contract, call, "chat.temperature.refuses") == ["gate.chat.temperature.refuses"]


def test_a_generated_request_that_is_named_is_sent(contract: Contract, call: RequestBuilder) -> None:
    assert generated(contract, call, "chat.usage.total", LAX) == [LAX]


def test_what_no_written_probe_feeds_gets_the_generated_requests(
    contract: Contract, call: RequestBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PROBES", {})
    assert len(generated(contract, call, "chat.usage.total")) > 50


def test_the_cases_that_are_kept_for_a_target_are_sent(contract: Contract, call: RequestBuilder) -> None:
    case = Kept("usage", "chat", {"model": "model", "messages": [{"role": "user", "content": "Hello!"}]})
    kept = GeneratedProbe("kept.usage", case, "A request that broke a requirement before.", origin=Origin.KEPT)
    probes = plan(contract, call, {}, ["chat.usage.total"], generated=True, kept=[kept]).probes
    assert kept in probes


@pytest.mark.parametrize(
    ("glob", "why"),
    [
        (
            "models.offered",
            "that holds in inflection. These do not: models.offered, because it has no operation of role",
        ),
        ("ping.*", "ping.offered, because it has no operation of role ping; ping.reply.media-type, because"),
        ("models.*", "; and [0-9]+ more"),
        ("modles.*", "matches no requirement; `inferproof catalogue list` has their ids"),
    ],
)
def test_a_requirement_that_does_not_hold_in_the_contract_is_said_to_exist(
    glob: str, why: str, contract: Contract, call: RequestBuilder
) -> None:
    with pytest.raises(UsageError, match=why):
        plan(contract, call, {}, [glob])


def test_everything_is_sent_where_nothing_is_left_out(contract: Contract, call: RequestBuilder) -> None:
    assert {LAX, "gate.chat.temperature.refuses"} <= set(generated(contract, call))
