from __future__ import annotations

from typing import Any

import pytest

from inferproof_mock.vocabulary import VOCABULARY
from tests.mock.asking import Json, body, complete, content

WILD = {"temperature": 2, "top_p": 1, "seed": 3}


async def tokens(request: Json) -> list[int]:
    reply = await complete({**request, "logprobs": True, "return_tokens_as_token_ids": True})
    listed = reply["choices"][0]["logprobs"]["content"]
    return [int(entry["token"].removeprefix("token_id:")) for entry in listed]


@pytest.mark.parametrize("members", [{"top_k": 1}, {"top_p": 1e-6}, {"min_p": 1.0}, {"temperature": 1e-6}])
async def test_cutting_off_everything_but_the_likeliest_is_greedy(members: dict[str, Any]) -> None:
    assert await content(body(**{**WILD, **members})) == await content(body())


async def test_temperature_brings_variety() -> None:
    whole = await content(body())
    calm = [await content(body(temperature=0.2, seed=seed)) for seed in range(10)]
    wild = [await content(body(temperature=2, top_p=1, seed=seed)) for seed in range(10)]
    assert calm.count(whole) > wild.count(whole)


async def test_a_bias_bans_and_forces_a_token() -> None:
    weather, moon = VOCABULARY.ids[b" weather"], VOCABULARY.ids[b" moon"]
    assert weather in await tokens(body())
    assert weather not in await tokens(body(logit_bias={str(weather): -100}))
    assert await tokens(body(logit_bias={str(moon): 100}, max_tokens=5)) == [moon] * 5


async def test_a_bias_against_a_token_that_does_not_exist_changes_nothing() -> None:
    assert await content(body(logit_bias={"50256": -100})) == await content(body())


@pytest.mark.parametrize("members", [{}, WILD])
async def test_only_allowed_tokens_are_said(members: dict[str, Any]) -> None:
    allowed = VOCABULARY.encode("the weather is good")
    said = await tokens(body(**members, allowed_token_ids=allowed, max_tokens=20))
    assert len(said) == 20
    assert set(said) <= set(allowed)


@pytest.mark.parametrize("word", ["weather", "at is", "e", "You", " model, "])
@pytest.mark.parametrize("members", [{}, WILD])
async def test_bad_words_never_appear(word: str, members: dict[str, Any]) -> None:
    assert word not in await content(body(**members, bad_words=[word], max_tokens=60))


async def test_penalties_make_repetition_rarer() -> None:
    request = body("Hi", ignore_eos=True, max_tokens=300)
    plain = await tokens(request)
    for members in ({"frequency_penalty": 2}, {"repetition_penalty": 3.0}):
        said = await tokens({**request, **members})
        assert len(set(said)) > len(set(plain))


async def test_special_tokens_are_shown_where_they_are_not_skipped() -> None:
    forced = body(logit_bias={str(VOCABULARY.media): 100}, max_tokens=2)
    assert await content(forced) == ""
    assert await content({**forced, "skip_special_tokens": False}) == "<|media|> <|media|>"
    spaceless = {"skip_special_tokens": False, "spaces_between_special_tokens": False}
    assert await content({**forced, **spaceless}) == "<|media|><|media|>"


@pytest.mark.parametrize(
    "members",
    [
        {"frequency_penalty": 0.0},
        {"presence_penalty": 0.0},
        {"repetition_penalty": 1.0},
        {"top_k": -1},
        {"top_k": 0},
        {"top_k": 1e30},
        {"min_p": 0.0},
        {"n": 1},
        {"stop": []},
        {"stop": None},
        {"length_penalty": 1.0},
        {"min_tokens": 0},
        {"logit_bias": {}},
        {"bad_words": []},
    ],
)
async def test_a_documented_default_is_the_default(members: dict[str, Any]) -> None:
    for request in (body(), body(**WILD)):
        assert await content({**request, **members}) == await content(request)
