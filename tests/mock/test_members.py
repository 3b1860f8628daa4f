from __future__ import annotations

from typing import Any

import pytest

from inferproof.document import load
from inferproof_mock.members import CHAT, EMBEDDINGS
from tests.mock.asking import body, content, refusal


def _properties(*schemas: str) -> set[str]:
    components = load().published["components"]["schemas"]
    return {name for schema in schemas for name in components[schema]["properties"]}


OF_OTHERS = {"reasoning", "reasoning_effort"}
"""Members that the first contract has not: `tests/mock/test_reasoning.py`."""


def test_every_member_of_the_contract_has_its_row() -> None:
    assert set(CHAT) == _properties("ChatCompletionRequest") | OF_OTHERS
    assert set(EMBEDDINGS) == _properties("EmbeddingCompletionRequest", "EmbeddingChatRequest")


def test_whatever_is_not_obeyed_has_a_reason() -> None:
    for member in (*CHAT.values(), *EMBEDDINGS.values()):
        assert member.does == "obeyed" or member.why


REFUSED: dict[str, Any] = {
    "use_beam_search": True,
    "chat_template": "{{ messages }}",
    "priority": 1,
    "logits_processors": [{"qualname": "os.system", "args": ["true"]}],
    "kv_transfer_params": {"do_remote_decode": True},
}


def test_there_is_an_example_of_every_refused_member() -> None:
    assert set(REFUSED) == {name for name, member in CHAT.items() if member.does == "refused"}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refused_member_is_refused_and_its_quiet_values_are_not(name: str) -> None:
    refused = await refusal(body(**{name: REFUSED[name]}))
    assert (refused.status, refused.loc) == (422, ("body", name))
    for quiet in CHAT[name].quiet:
        assert await content(body(**{name: quiet})) == await content(body())


NO_EFFECT: dict[str, Any] = {
    "user": "u1",
    "length_penalty": 2.0,
    "documents": [{"title": "t", "text": "x"}],
    "chat_template_kwargs": {"a": 1},
    "mm_processor_kwargs": {"a": 1},
    "guided_decoding_backend": "outlines",
    "guided_meta": {"a": 1},
    "cache_salt": "abc",
    "vllm_xargs": {"a": 1},
}


def test_there_is_an_example_of_every_member_without_effect() -> None:
    assert set(NO_EFFECT) == {name for name, member in CHAT.items() if member.does == "no effect"}


@pytest.mark.parametrize("name", NO_EFFECT)
async def test_a_member_without_effect_leaves_the_text_alone(name: str) -> None:
    assert await content(body(**{name: NO_EFFECT[name]})) == await content(body())
