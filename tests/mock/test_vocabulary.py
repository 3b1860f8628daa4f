from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferproof_mock.vocabulary import SPECIALS, VOCABULARY


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_decoding_gives_back_every_text(text: str) -> None:
    assert VOCABULARY.decode(VOCABULARY.encode(text)).decode() == text


@given(st.binary())
def test_decoding_gives_back_all_bytes(data: bytes) -> None:
    assert VOCABULARY.decode(VOCABULARY.encode_bytes(data)) == data


@given(st.binary(), st.integers(0))
def test_the_first_token_is_the_one_that_encoding_takes(data: bytes, at: int) -> None:
    at %= len(data) + 1
    expected = VOCABULARY.encode_bytes(data[at:])[:1]
    assert VOCABULARY.first(data, at, VOCABULARY.usual) == (expected[0] if expected else None)


def test_common_words_are_one_token() -> None:
    assert [VOCABULARY.text(token) for token in VOCABULARY.encode("The weather in Paris")] == [
        "The",
        " weather",
        " in",
        " Paris",
    ]


@pytest.mark.parametrize("special", SPECIALS)
def test_a_text_cannot_spell_a_special_token(special: str) -> None:
    assert not VOCABULARY.specials & set(VOCABULARY.encode(special))


def test_a_lone_surrogate_is_replaced() -> None:
    assert VOCABULARY.decode(VOCABULARY.encode("a\ud800b")).decode().strip("\ufffd") == "a\ufffd\ufffd\ufffdb"


def test_every_piece_has_one_id() -> None:
    assert len(set(VOCABULARY.pieces)) == VOCABULARY.size


@given(st.binary(max_size=6), st.binary(min_size=1, max_size=6), st.sampled_from(sorted(VOCABULARY.ids.values())))
def test_the_tokens_that_complete_a_word_are_known(tail: bytes, word: bytes, token: int) -> None:
    completes = word in tail[-len(word) + 1 if len(word) > 1 else len(tail) :] + VOCABULARY.pieces[token]
    assert (token in VOCABULARY.completing(tail, word)) == completes
