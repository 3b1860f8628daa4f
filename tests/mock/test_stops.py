from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferproof_mock.delivery import Delivery
from inferproof_mock.sampler import Draw
from inferproof_mock.settings import Defaults, settings_of
from inferproof_mock.vocabulary import VOCABULARY
from tests.mock.asking import body, chunks, complete, content

DEFAULTS = Defaults(temperature=1.0, top_p=1.0, longest=100)


async def test_a_stop_string_ends_the_text_before_it() -> None:
    whole = await content(body())
    reply = await complete(body(stop=" is the weather"))
    choice = reply["choices"][0]
    assert choice["message"]["content"] == whole[: whole.index(" is the weather")]
    assert (choice["finish_reason"], choice["stop_reason"]) == ("stop", " is the weather")


async def test_a_stop_string_may_begin_and_end_within_tokens() -> None:
    whole = await content(body())
    assert await content(body(stop=["eather lik"])) == whole[: whole.index("eather lik")]


async def test_the_first_stop_string_in_the_text_counts() -> None:
    choice = (await complete(body(stop=["today", "weather", "What"])))["choices"][0]
    assert choice["stop_reason"] == "What"


async def test_a_stop_string_can_be_kept() -> None:
    assert (await content(body(stop="weather", include_stop_str_in_output=True))).endswith(" the weather")


async def test_a_stop_string_that_does_not_come_changes_nothing() -> None:
    assert await content(body(stop=["today, today"])) == await content(body())


async def test_nothing_of_a_stop_string_leaks_into_a_stream() -> None:
    stream = await chunks(body(stop="eather like today"))
    texts = [choice["delta"].get("content", "") for chunk in stream for choice in chunk["choices"]]
    assert "".join(texts).endswith(" the w")
    assert not any("we" in text for text in texts)


async def test_tokens_of_a_removed_stop_string_are_neither_counted_nor_listed() -> None:
    reply = await complete(body(stop=" is the weather", logprobs=True))
    tokens = reply["choices"][0]["logprobs"]["content"]
    assert "".join(token["token"] for token in tokens) == reply["choices"][0]["message"]["content"]
    assert reply["usage"]["completion_tokens"] == len(tokens)


async def test_a_stop_token_ends_the_text_and_is_the_reason() -> None:
    token = VOCABULARY.ids[b" weather"]
    for keep in (False, True):
        reply = await complete(body(stop_token_ids=[token], include_stop_str_in_output=keep))
        choice = reply["choices"][0]
        assert (choice["finish_reason"], choice["stop_reason"]) == ("stop", token)
        assert choice["message"]["content"].endswith(" the weather" if keep else " the")


async def test_min_tokens_puts_off_every_way_to_stop() -> None:
    for members in ({}, {"stop": "e"}, {"stop_token_ids": [VOCABULARY.ids[b" the"]]}):
        reply = await complete(body("Hi", min_tokens=60, max_tokens=70, **members))
        assert 60 <= reply["usage"]["completion_tokens"] <= 70


@pytest.mark.parametrize("members", [{}, {"temperature": 2, "top_p": 1, "seed": 1}])
async def test_ignoring_the_end_gives_as_many_tokens_as_asked_for(members: dict[str, Any]) -> None:
    reply = await complete(body(**members, ignore_eos=True, max_tokens=200))
    assert reply["usage"]["completion_tokens"] == 200
    assert reply["choices"][0]["finish_reason"] == "length"


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=3), max_size=3), st.booleans())
def test_what_is_released_is_the_text_up_to_the_first_stop(text: str, stops: list[str], keep: bool) -> None:
    text, stops = _plain(text), [_plain(stop) for stop in stops]
    delivery = Delivery(settings_of(body(stop=stops, include_stop_str_in_output=keep), DEFAULTS, streamed=True))
    released = ""
    for token in VOCABULARY.encode(text):
        stopped = delivery.add(Draw(token, 0.0))
        piece = delivery.take(final=stopped is not None)
        released += piece.text if piece else ""
        assert _expected(text, stops, keep).startswith(released)
        if stopped is not None:
            break
    else:
        piece = delivery.take(final=True)
        released += piece.text if piece else ""
    assert released == _expected(text, stops, keep)


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _expected(text: str, stops: list[str], keep: bool) -> str:
    """The stop that is whole first counts; of those that end together, the one that begins first."""
    for end in range(1, len(text) + 1):
        found = [text.find(stop, 0, end) for stop in stops if stop in text[:end]]
        if found:
            return text[: end if keep else min(found)]
    return text
