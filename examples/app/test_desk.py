"""The app's tests. `inferproof_mock` is a fixture of Inferproof's pytest plugin: a local server of the API.

The mock's model knows nothing, so no test asserts what it says. They assert what the app makes of it.
"""

from __future__ import annotations

import openai
import pytest
from desk import TOPICS, Desk
from openai import OpenAI

LETTER = "Where is my order 4711? I need it today!"


@pytest.fixture
def client(inferproof_mock):
    with OpenAI(base_url=f"{inferproof_mock.url}/v1", api_key=inferproof_mock.key, max_retries=0) as client:
        yield client


@pytest.fixture
def asked():
    """The numbers of the orders that the model asked for."""
    return []


@pytest.fixture
def desk(client, asked):
    def find_order(number):
        asked.append(number)
        return "It is on its way."

    return Desk(client, "Pi-3.1", find_order)


def test_a_letter_gets_a_topic(desk):
    ticket = desk.classify(LETTER)
    assert ticket["topic"] in TOPICS
    assert ticket["urgent"] in (True, False)


def test_an_answer_comes_in_parts(desk):
    assert len(list(desk.answer(LETTER))) > 1


def test_the_same_letter_gets_the_same_answer(desk):
    assert list(desk.answer(LETTER)) == list(desk.answer(LETTER))


def test_the_model_finds_an_order(desk, asked):
    assert desk.where_is_it(LETTER)
    assert all(1 <= number <= 99999 for number in asked)
    assert asked


def test_a_wrong_key_is_an_error(inferproof_mock):
    with (
        OpenAI(base_url=f"{inferproof_mock.url}/v1", api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        Desk(client, "Pi-3.1", str).classify(LETTER)


def test_an_unknown_model_is_an_error(client):
    with pytest.raises(openai.NotFoundError, match="no-such-model"):
        Desk(client, "no-such-model", str).classify(LETTER)
