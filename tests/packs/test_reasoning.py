"""Reasoning, where a contract has it: the mock passes, and servers with defects of real ones are caught over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from inferproof.certify.certify import Certification, certify
from inferproof.certify.result import Verdict
from inferproof.certify.target import Target
from inferproof.document import Contract, load
from inferproof.judge.judge import Outcome
from inferproof.judge.requirement import MAY, held
from inferproof.requirements import CATALOGUE
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.packs import thoughtful
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers.models import messages
from tests.proof.legal_servers.reply import Reply, Request, compact, completions
from tests.proof.legal_servers.server import Mock, serving

IDS = {id for id in CATALOGUE if id.startswith("reasoning.")}
DETAILS = "completion_tokens_details"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return load(str(thoughtful.write(tmp_path_factory.mktemp("packs") / "thoughtful")))


@pytest.fixture(scope="module")
def the_mock(pack: Contract) -> Mock:
    return Mock(mock(pack))


def certified(
    pack: Contract, the_mock: Mock, edit: Callable[..., Any] | None = None, only: list[str] | None = None
) -> Certification:
    """A run against the mock, or against what it becomes by this change of its replies."""
    variant = None if edit is None else Variant(edit.__name__, edit.__doc__ or "", edit, completions)
    with serving(the_mock, variant) as server:
        return certify(pack, Target(server.url, key=DEFAULT_KEY), only=only or [], generated=edit is None)


@pytest.fixture(scope="module")
def certification(pack: Contract, the_mock: Mock) -> Certification:
    return certified(pack, the_mock)


def test_all_of_them_hold_here_and_none_in_the_first_contract(pack: Contract, contract: Contract) -> None:
    assert {each.id for each in held(pack)[0]} >= IDS
    assert {each.id for each in held(contract)[0]}.isdisjoint(IDS)


def test_the_mock_is_conformant(certification: Certification) -> None:
    bad = [
        f"{each.requirement.id}: {each.outcome} {each.reason} {[failure.finding for failure in each.failures]}"
        for each in certification.result.judgements
        if each.outcome is not Outcome.PASS and each.requirement.level is not MAY
    ]
    assert bad == []
    assert certification.result.verdict is Verdict.CONFORMANT


def test_an_unknown_effort_is_asked_for_by_what_is_generated(certification: Certification) -> None:
    asked = [exchange.request.json for exchange in certification.transcript.exchanges if "refuses" in exchange.probe]
    assert {"effort": "AAA"} in [body.get("reasoning") for body in asked if isinstance(body, dict)]
    assert "AAA" in [body.get("reasoning_effort") for body in asked if isinstance(body, dict)]


def test_nothing_is_held_against_a_model_that_does_not_reason(pack: Contract, the_mock: Mock) -> None:
    found = certified(pack, the_mock, TheMembersAreIgnored).result
    assert found.having(Outcome.FAIL) == []
    assert "reasoning.member" in [each.requirement.id for each in found.having(Outcome.NOT_VERIFIED)]


class TheMembersAreIgnored:
    """Whatever effort is asked for, nothing is reasoned, nor counted: the model cannot."""

    def ask(self, request: Request) -> Request:
        asked = {name: value for name, value in request.asked.items() if not _is_an_effort(name, value)}
        return request if asked == request.asked else replace(request, body=compact(asked).encode())

    def __call__(self, reply: Reply) -> None:
        for value in reply.values:
            if value.get("usage"):
                value["usage"].pop(DETAILS)


def _is_an_effort(name: str, value: object) -> bool:
    return (name == "reasoning" and isinstance(value, dict)) or (name == "reasoning_effort" and isinstance(value, str))


def no_parser_is_on(reply: Reply) -> None:
    """The engine runs without a parser of reasoning: all that the model says is the content."""
    for message in messages(reply):
        if "reasoning_content" in message:
            thought = message.pop("reasoning_content")
            message["content"] = f"{thought}\n</think>\n\n{message.get('content') or ''}"


def the_engine_s_name_is_passed_on(reply: Reply) -> None:
    """A gateway before a newer engine hands on its `reasoning`, which clients of the older one do not read."""
    for message in messages(reply):
        if "reasoning_content" in message:
            message["reasoning"] = message.pop("reasoning_content")


def the_details_are_zero(reply: Reply) -> None:
    """The gateway fills the details of the usage with zeros."""
    for value in reply.values:
        if value.get("usage"):
            value["usage"][DETAILS] = {"reasoning_tokens": 0}


def the_stream_forgets_the_reasoning(reply: Reply) -> None:
    """A gateway that rewrites chunks knows `content` only."""
    for message in messages(reply) if reply.streamed else ():
        message.pop("reasoning_content", None)


def none_is_as_good_as_unset(reply: Reply) -> None:
    """The effort `none` is dropped on the way, and the model reasons as it does by default."""
    efforts = (reply.asked.get("reasoning") or {}).get("effort"), reply.asked.get("reasoning_effort")
    for message in messages(reply)[:1] if "none" in efforts else ():
        message["reasoning_content"] = "The person asks something. I shall answer it."


@pytest.mark.parametrize(
    ("edit", "caught_by"),
    [
        (no_parser_is_on, {"reasoning.apart"}),
        (the_engine_s_name_is_passed_on, {"reasoning.member"}),
        (the_details_are_zero, {"reasoning.tokens", "reasoning.text"}),
        (the_stream_forgets_the_reasoning, {"reasoning.stream.equal"}),
        (none_is_as_good_as_unset, {"reasoning.none"}),
    ],
)
def test_the_server_is_caught(
    edit: Callable[[Reply], None], caught_by: set[str], pack: Contract, the_mock: Mock
) -> None:
    found = certified(pack, the_mock, edit, only=["reasoning.*"]).result
    failed = {each.requirement.id for each in found.having(Outcome.FAIL)}
    assert failed & caught_by, failed
    assert found.having(Outcome.HARNESS_ERROR) == []


@pytest.mark.parametrize("field", ["reasoning", "reasoning_effort"])
def test_a_member_is_explained_with_its_capability(field: str, pack: Contract) -> None:
    schema = pack.operation("chat").request_schema
    assert schema is not None
    assert pack.facts.member("chat", field, pack.members(schema)[field]).capability == "reasoning"
