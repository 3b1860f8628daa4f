"""The official OpenAI client talks to the mock of each contract, at each path that speaks its language."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from openai import OpenAI

from inferproof.document import Contract
from inferproof_mock.server import DEFAULT_KEY
from tests.conftest import FIRST, PACKS, contract_of
from tests.interop.openai_checks import Checked, Models, base_path, chat, checks_of, json_schema, tools

OPENAI_PATH = "chat.openai-path"


def models_of(contract: Contract) -> Models:
    return Models(contract.request_example("chat")["model"], contract.request_example("embeddings")["model"])


@contextlib.contextmanager
def client_at(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=url, api_key=DEFAULT_KEY, max_retries=0, timeout=20) as client:
        yield client


@pytest.mark.parametrize(("pack", "check"), checks_of(PACKS), ids=lambda each: getattr(each, "__name__", each))
def test_the_client_can(pack: str, check: Checked, mock_of: Callable[[str], str]) -> None:
    contract = contract_of(pack)
    with client_at(mock_of(pack) + base_path(contract)) as client:
        check(client, models_of(contract))


@pytest.mark.parametrize("check", [chat, tools, json_schema], ids=lambda check: check.__name__)
def test_the_client_can_at_the_legacy_path(check: Checked, contract: Contract, mock_of: Callable[[str], str]) -> None:
    with client_at(mock_of(FIRST) + base_path(contract, OPENAI_PATH)) as client:
        check(client, models_of(contract))
