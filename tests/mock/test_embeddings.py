from __future__ import annotations

import base64
import struct
from math import isclose, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferproof.document import load
from inferproof.front.backend import Embedding, Refusal
from inferproof_mock.embeddings import DIMENSIONS, vector
from inferproof_mock.vocabulary import VOCABULARY
from tests.mock.asking import embedding, mock_model

FOX = "The quick brown fox jumps over the lazy dog"


async def test_the_reply_is_valid_under_the_contract() -> None:
    reply = await embedding({"input": [FOX, "Hello"], "model": "inf_3_1_embedding"})
    schema = load().operation("embeddings").reply_schema
    assert schema
    assert load().validator(schema).violations(reply) == []
    assert reply["id"].startswith("embd-")
    assert reply["model"] == "inf_3_1_embedding"


async def test_base64_holds_exactly_the_same_numbers() -> None:
    floats = (await embedding({"input": FOX}))["data"][0]["embedding"]
    coded = (await embedding({"input": FOX, "encoding_format": "base64"}))["data"][0]["embedding"]
    assert list(struct.unpack(f"<{DIMENSIONS}f", base64.b64decode(coded))) == floats


@given(st.lists(st.integers(0, VOCABULARY.size - 1)), st.integers(1, DIMENSIONS))
def test_vectors_have_length_one_and_the_dimensions_asked_for(tokens: list[int], dimensions: int) -> None:
    values = vector(tokens, dimensions)
    assert len(values) == dimensions
    assert isclose(sqrt(sum(value * value for value in values)), 1.0, rel_tol=1e-6)


def test_similar_texts_lie_closer() -> None:
    def closeness(one: str, other: str) -> float:
        vectors = (vector(VOCABULARY.encode(text), DIMENSIONS) for text in (one, other))
        return sum(a * b for a, b in zip(*vectors, strict=True))

    assert closeness(FOX, "the lazy dog and the quick fox") > 0.6
    assert abs(closeness(FOX, "Quarterly revenue grew")) < 0.4
    assert closeness("Hello", "hello!") > 0.95


async def test_each_input_has_its_vector_in_order() -> None:
    alone = [(await embedding({"input": text}))["data"][0]["embedding"] for text in ("one", "two", "three")]
    data = (await embedding({"input": ["one", "two", "three"]}))["data"]
    assert [entry["embedding"] for entry in data] == alone
    assert [entry["index"] for entry in data] == [0, 1, 2]


@pytest.mark.parametrize("ids", [[1e30, 3], [[3, 1e30]]])
async def test_a_token_id_beyond_64_bits_is_a_token(ids: list[Any]) -> None:
    reply = await embedding({"input": ids})
    assert (len(reply["data"]), reply["usage"]["prompt_tokens"]) == (1, 2)


async def test_token_ids_are_the_same_as_their_text() -> None:
    tokens = VOCABULARY.encode(FOX)
    text = await embedding({"input": FOX, "add_special_tokens": False})
    for given_ids in (tokens, [tokens]):
        reply = await embedding({"input": given_ids})
        assert reply["data"] == text["data"]
        assert reply["usage"] == text["usage"]
    assert len((await embedding({"input": [tokens, [9906, 1917]]}))["data"]) == 2


async def test_a_conversation_is_one_input() -> None:
    reply = await embedding(
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
    )
    assert len(reply["data"]) == 1


async def test_usage_counts_every_token_of_every_input() -> None:
    usage = (await embedding({"input": [FOX, FOX], "add_special_tokens": False}))["usage"]
    count = 2 * len(VOCABULARY.encode(FOX))
    assert usage == {"prompt_tokens": count, "completion_tokens": 0, "total_tokens": count}


@pytest.mark.parametrize(("most", "count"), [(3, 3), (0, 0), (-1, 10), (None, 10)])
async def test_long_inputs_are_truncated_where_asked_for(most: int | None, count: int) -> None:
    usage = (await embedding({"input": FOX, "truncate_prompt_tokens": most}))["usage"]
    assert usage["prompt_tokens"] == count


@pytest.mark.parametrize(
    ("members", "status", "loc"),
    [
        ({"input": FOX, "dimensions": DIMENSIONS + 1}, 422, ("body", "dimensions")),
        ({"input": FOX, "model": "inflection_3_pi"}, 404, ("body", "model")),
        ({"input": "weather " * 9000}, 400, ("body", "input")),
        ({"input": FOX, "priority": 1}, 422, ("body", "priority")),
        ({"messages": [], "chat_template": "{{ x }}"}, 422, ("body", "chat_template")),
    ],
)
async def test_what_cannot_be_done_is_refused(members: dict[str, object], status: int, loc: tuple[str, ...]) -> None:
    with pytest.raises(Refusal) as refused:
        await mock_model().embed(Embedding(members))
    assert (refused.value.status, refused.value.loc) == (status, loc)
