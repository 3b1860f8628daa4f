"""The client that a vendor publishes for LangChain talks to the mock of the vendor's contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inferproof.front.serve import serving
from inferproof_mock.server import DEFAULT_KEY
from inferproof_reference.server import reference
from tests.conftest import contract_of
from tests.interop import langchain_checks as checks
from tests.interop.openai_checks import base_path
from tests.reference.scripted_engine import CHAT, ScriptedEngine

pytestmark = pytest.mark.skipif(not checks.INSTALLED, reason=checks.MISSING)

PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def client(mock_of: Callable[[str], str]) -> checks.IOIntelligenceChatModel:
    contract = contract_of(checks.PACK)
    url = mock_of(checks.PACK) + base_path(contract)
    return checks.client_of(url, DEFAULT_KEY, contract.request_example("chat")["model"])


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_the_client_can(check: checks.Checked, client: checks.IOIntelligenceChatModel) -> None:
    check(client)


def test_the_client_can_show_an_image(client: checks.IOIntelligenceChatModel) -> None:
    assert client.invoke([checks.vision_message("What is in this image?", PIXEL)]).content


async def test_the_client_asks_again_where_the_engine_is_not_ready() -> None:
    contract = contract_of(checks.PACK)
    engine = ScriptedEngine(answers={CHAT: (503, None)})
    async with engine.running() as engine_url, reference(contract, engine_url) as front, serving(front) as url:
        client = checks.client_of(url + base_path(contract), "sk-any", "tiny")
        client.max_retries, client.retry_delay = 1, 0
        with pytest.raises(checks.IOIntelligenceServerError) as raised:
            await client.ainvoke("Hi")
    assert raised.value.status_code == 503
    assert [asked.path for asked in engine.asked].count(CHAT) == 2
