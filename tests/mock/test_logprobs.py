from __future__ import annotations

from math import exp
from typing import Any

import pytest

from inferproof_mock.vocabulary import VOCABULARY
from tests.mock.asking import Json, body, complete

WAYS: list[dict[str, Any]] = [
    {},
    {"temperature": 2, "top_p": 1, "seed": 6},
    {"guided_json": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
    {"guided_choice": ["yes", "no"]},
    {"logit_bias": {"300": 5, "301": -100}, "presence_penalty": 1.5, "repetition_penalty": 1.2},
    {"allowed_token_ids": [300, 301, 302], "max_tokens": 10},
]


async def listed(request: Json) -> list[Json]:
    found = (await complete({**request, "logprobs": True}))["choices"][0]["logprobs"]["content"]
    assert isinstance(found, list)
    return found


async def test_there_are_none_unless_asked_for() -> None:
    assert (await complete(body()))["choices"][0]["logprobs"] is None


@pytest.mark.parametrize("members", WAYS)
async def test_the_bytes_of_the_tokens_are_the_text(members: dict[str, Any]) -> None:
    choice = (await complete(body("Grüße 😀", **members, logprobs=True)))["choices"][0]
    data = b"".join(bytes(token["bytes"]) for token in choice["logprobs"]["content"])
    assert data.decode() == choice["message"]["content"]


@pytest.mark.parametrize("members", WAYS)
async def test_alternatives_are_sorted_and_add_up_to_no_more_than_one(members: dict[str, Any]) -> None:
    for token in await listed(body(**members, top_logprobs=20)):
        logprobs = [other["logprob"] for other in token["top_logprobs"]]
        assert logprobs == sorted(logprobs, reverse=True)
        assert len({bytes(other["bytes"]) for other in token["top_logprobs"]}) == len(logprobs) <= 20
        assert max(logprobs) <= 0.0
        assert sum(map(exp, logprobs)) <= 1.0 + 1e-9


@pytest.mark.parametrize("members", [way for way in WAYS if "temperature" not in way])
async def test_greedy_takes_the_likeliest(members: dict[str, Any]) -> None:
    for token in await listed(body(**members, top_logprobs=2)):
        assert token["top_logprobs"][0] == {key: token[key] for key in ("token", "logprob", "bytes")}


async def test_there_are_as_many_alternatives_as_asked_for() -> None:
    for count in (0, 1, 20):
        assert {len(token["top_logprobs"]) for token in await listed(body(top_logprobs=count))} == {count}


async def test_tokens_can_be_named_by_their_ids() -> None:
    for token in await listed(body(top_logprobs=2, return_tokens_as_token_ids=True)):
        for entry in (token, *token["top_logprobs"]):
            assert VOCABULARY.pieces[int(entry["token"].removeprefix("token_id:"))] == bytes(entry["bytes"])


@pytest.mark.parametrize("count", [0, 1, 5])
async def test_each_token_of_the_prompt_but_the_first_has_its_logprob(count: int) -> None:
    reply = await complete(body(prompt_logprobs=count))
    entries = reply["prompt_logprobs"]
    assert len(entries) == reply["usage"]["prompt_tokens"]
    assert entries[0] is None
    for entry in entries[1:]:
        assert max(1, count) <= len(entry) <= count + 1
        assert sum(exp(value["logprob"]) for value in entry.values()) <= 1
        ranks = {value["rank"]: value["logprob"] for value in entry.values()}
        assert sorted(ranks.values(), reverse=True) == [ranks[rank] for rank in sorted(ranks)]
        assert all(value["decoded_token"] == VOCABULARY.text(int(token)) for token, value in entry.items())
