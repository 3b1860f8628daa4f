from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from inferproof_mock.lexer import Lexer, starts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_lexemes_are_marks_strings_and_the_rest() -> None:
    text = b'{"a": [1, -2.5,true ,"x\\"y"]}'
    places = list(starts(text))
    assert [text[start:end].strip() for start, end in pairwise(places)] == [
        b"{", b'"a"', b":", b"[", b"1", b",", b"-2.5", b",", b"true", b",", b'"x\\"y"', b"]", b"}",
    ]  # fmt: skip


@given(JSON, st.integers(0), st.booleans())
def test_a_text_in_progress_is_at_the_lexeme_that_it_has_begun(value: object, cut: int, spaced: bool) -> None:
    text = json.dumps(value, indent=1 if spaced else None).encode()
    lexer = Lexer()
    lexer.feed(text[: cut % (len(text) + 1)])
    at = list(starts(text))[lexer.count]
    assert text[at:].startswith(lexer.begun)


@given(JSON)
def test_spaces_do_not_count(value: object) -> None:
    lexers = Lexer(), Lexer()
    for lexer, indent in zip(lexers, (None, 2), strict=True):
        lexer.feed(json.dumps(value, indent=indent).encode() + b" ")
    assert lexers[0].count == lexers[1].count
