from __future__ import annotations

from typing import Any

import pytest

from inferproof.document import load
from inferproof.front.backend import Chat
from inferproof_mock.vocabulary import VOCABULARY
from tests.mock.asking import HELLO, body, chunks, complete, content, mock_model, refusal

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
REQUESTS: list[dict[str, Any]] = [
    {},
    {"temperature": 1.0, "n": 3, "logprobs": True, "top_logprobs": 5},
    {"max_tokens": 3},
    {"tools": [TOOL], "tool_choice": "required"},
    {"response_format": {"type": "json_object"}, "seed": 7},
]


@pytest.mark.parametrize("members", REQUESTS)
async def test_replies_and_chunks_are_valid_under_the_contract(members: dict[str, Any]) -> None:
    contract = load()
    chat = contract.operation("chat")
    assert chat.reply_schema
    assert chat.event_schema
    assert contract.validator(chat.reply_schema).violations(await complete(body(**members))) == []
    for chunk in await chunks(body(**members, stream_options={"include_usage": True})):
        assert contract.validator(chat.event_schema).violations(chunk) == []


async def test_the_reply_refers_to_the_last_message() -> None:
    assert HELLO in await content(body())


async def test_the_same_request_gives_the_same_reply_and_another_id() -> None:
    first, second = [await mock_model(clock=lambda: 12.5).complete(Chat(body(temperature=1))) for _ in range(2)]
    assert first == second
    model = mock_model()
    assert len({(await complete(body(), model))["id"] for _ in range(3)}) == 3


async def test_a_seed_repeats_a_sampled_text_whatever_the_models_own_seed() -> None:
    request = body(temperature=2, top_p=1, seed=11)
    texts = [(await complete(request, mock_model(seed=seed)))["choices"][0]["message"] for seed in (0, 1)]
    assert texts[0] == texts[1]


async def test_seeds_and_choices_vary_the_text() -> None:
    by_seed = {await content(body(temperature=1, seed=seed)) for seed in range(12)}
    assert len(by_seed) > 4
    choices = (await complete(body(temperature=1, n=8)))["choices"]
    assert len({choice["message"]["content"] for choice in choices}) > 2
    assert [choice["index"] for choice in choices] == list(range(8))


async def test_usage_counts_the_prompt_and_every_choice() -> None:
    reply = await complete(body(n=2, temperature=1, seed=3, logprobs=True))
    usage = reply["usage"]
    assert usage["completion_tokens"] == sum(len(choice["logprobs"]["content"]) for choice in reply["choices"])
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


async def test_completion_tokens_are_those_of_the_text() -> None:
    reply = await complete(body())
    text = reply["choices"][0]["message"]["content"]
    assert reply["usage"]["completion_tokens"] == len(VOCABULARY.encode(text))


async def test_messages_and_tools_raise_the_prompt_tokens_and_sampling_members_do_not() -> None:
    async def tokens(request: dict[str, Any]) -> int:
        count = (await complete(request))["usage"]["prompt_tokens"]
        assert isinstance(count, int)
        return count

    plain = await tokens(body())
    assert await tokens(body(HELLO + " And tomorrow?")) > plain
    assert await tokens(body(tools=[TOOL])) > plain
    assert await tokens(body(temperature=2, n=3, seed=1, max_tokens=2)) == plain
    assert await tokens(body(add_special_tokens=True)) == plain + 1
    assert await tokens(body(add_generation_prompt=False)) < plain
    assert await tokens(body(truncate_prompt_tokens=5)) == 5


@pytest.mark.parametrize("member", ["max_tokens", "max_completion_tokens"])
async def test_a_cap_is_reached_exactly(member: str) -> None:
    reply = await complete(body(**{member: 4}))
    assert reply["usage"]["completion_tokens"] == 4
    assert reply["choices"][0]["finish_reason"] == "length"


async def test_the_cap_counts_the_tokens_of_half_a_character_and_shows_none_of_it() -> None:
    whole = await content(body("\U0001f600\U0001f600"))
    at = VOCABULARY.encode(whole).index(0xF0) + 2
    reply = await complete(body("\U0001f600\U0001f600", max_tokens=at))
    assert reply["usage"]["completion_tokens"] == at
    assert whole.startswith(reply["choices"][0]["message"]["content"])


async def test_max_completion_tokens_counts_where_both_are_given() -> None:
    assert (await complete(body(max_tokens=50, max_completion_tokens=1)))["usage"]["completion_tokens"] == 1


async def test_a_request_id_comes_back_within_the_id() -> None:
    assert (await complete(body(request_id="req-1")))["id"] == "chatcmpl-req-1"


async def test_created_is_the_clock_in_whole_seconds() -> None:
    assert (await complete(body(), mock_model(clock=lambda: 1751327294.9)))["created"] == 1751327294


async def test_echo_repeats_an_assistant_message_and_no_other() -> None:
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Well then,"}]
    request = body(messages=messages, add_generation_prompt=False)
    assert await content({**request, "echo": True}) == "Well then," + await content(request)
    assert await content(body(echo=True)) == await content(body())


async def test_continuing_the_last_message_goes_on_with_it() -> None:
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "The capital of France is"}]
    text = await content(body(messages=messages, continue_final_message=True, add_generation_prompt=False))
    assert text[0] in " ,"
    assert "capital" not in text


async def test_best_of_gives_the_likeliest_choices() -> None:
    request = body(temperature=2, top_p=1, logprobs=True, seed=5)
    mean = [_mean(choice) for choice in (await complete({**request, "n": 6}))["choices"]]
    best = (await complete({**request, "n": 2, "best_of": 6}))["choices"]
    assert [_mean(choice) for choice in best] == sorted(mean, reverse=True)[:2]
    assert [choice["index"] for choice in best] == [0, 1]


def _mean(choice: dict[str, Any]) -> float:
    tokens = choice["logprobs"]["content"]
    return sum(token["logprob"] for token in tokens) / len(tokens)


async def test_a_model_that_is_not_there_is_not_found() -> None:
    refused = await refusal(body(model="gpt-0"))
    assert (refused.status, refused.code) == (404, "model_not_found")
    assert "inflection_3_pi" in refused.message


async def test_every_config_is_a_model() -> None:
    model = mock_model()
    configs = await model.configs()
    schema = load().operation("configs").reply_schema
    assert schema
    assert load().validator(schema).violations(configs) == []
    assert {"inflection_3_pi", "Pi-3.1"} <= {config["name"] for config in configs}
    for config in configs:
        assert (await complete(body(model=config["name"]), model))["model"] == config["name"]


async def test_a_prompt_that_fills_the_context_is_refused_unless_it_is_truncated() -> None:
    refused = await refusal(body("weather " * 9000))
    assert (refused.status, refused.code) == (400, "context_length_exceeded")
    assert (await complete(body("weather " * 9000, truncate_prompt_tokens=8190)))["usage"]["total_tokens"] == 8192


@pytest.mark.parametrize(
    ("members", "member"),
    [
        ({"best_of": 1, "n": 2}, "best_of"),
        ({"min_tokens": 9, "max_tokens": 3}, "min_tokens"),
        ({"allowed_token_ids": [10**6]}, "allowed_token_ids"),
        ({"logit_bias": {"1000000": 5}}, "logit_bias"),
        ({"guided_regex": "a", "guided_choice": ["a"]}, "guided_regex"),
    ],
)
async def test_what_cannot_be_meant_is_refused(members: dict[str, Any], member: str) -> None:
    refused = await refusal(body(**members))
    assert (refused.status, refused.loc) == (422, ("body", member))


async def test_it_is_ready() -> None:
    health = await mock_model().health()
    assert (health.ready, health.status) == (True, "ok")


async def test_pictures_are_one_token_each() -> None:
    part = {"type": "image_url", "image_url": {"url": "https://example.com/" + "x" * 500}}
    text = {"type": "text", "text": "Look"}
    one = await complete(body(messages=[{"role": "user", "content": [text, part]}]))
    two = await complete(body(messages=[{"role": "user", "content": [text, part, part]}]))
    assert two["usage"]["prompt_tokens"] == one["usage"]["prompt_tokens"] + 1
