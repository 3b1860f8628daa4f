"""The official OpenAI client talks to the mock, at both paths that speak its language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import OpenAI

from inferproof.document import Contract
from inferproof_mock.server import DEFAULT_KEY
from tests.interop.openai_checks import CHECKS, Checked, Models, chat, json_schema, tools


@pytest.fixture(scope="module")
def models(contract: Contract) -> Models:
    return Models(contract.request_example("chat")["model"], contract.request_example("embeddings")["model"])


def client_at(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=url, api_key=DEFAULT_KEY, max_retries=0, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def client(mock_url: str) -> Iterator[OpenAI]:
    yield from client_at(f"{mock_url}/v1")


@pytest.fixture(scope="module")
def legacy_client(mock_url: str) -> Iterator[OpenAI]:
    yield from client_at(f"{mock_url}/external/api/inference/openai/v1")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_client_can(check: Checked, client: OpenAI, models: Models) -> None:
    check(client, models)


@pytest.mark.parametrize("check", [chat, tools, json_schema], ids=lambda check: check.__name__)
def test_the_client_can_at_the_legacy_path(check: Checked, legacy_client: OpenAI, models: Models) -> None:
    check(legacy_client, models)
