from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.mock.asking import Json, body, complete, refusal

WEATHER: Json = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
            "required": ["city", "unit"],
            "additionalProperties": False,
        },
    },
}
MAIL: Json = {"type": "function", "function": {"name": "sendMail"}}
ASKS = "What is the weather in Paris, in fahrenheit?"


async def calls(request: Json) -> list[Json]:
    message = (await complete(request))["choices"][0]["message"]
    assert (message["content"] is None) == ("tool_calls" in message)
    found: list[Json] = message.get("tool_calls", [])
    return found


async def test_a_tool_that_the_user_speaks_of_is_called_with_what_the_user_said() -> None:
    (call,) = await calls(body(ASKS, tools=[MAIL, WEATHER]))
    assert call["type"] == "function"
    assert call["function"]["name"] == "get_weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "Paris", "unit": "fahrenheit"}


@pytest.mark.parametrize("text", ["Please use get_weather.", "call sendMail!", "Could you send a mail?"])
async def test_naming_a_tool_in_any_way_calls_it(text: str) -> None:
    assert len(await calls(body(text, tools=[WEATHER, MAIL]))) == 1


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("Hello", {"tools": [WEATHER]}),
        ("Hello", {"tools": [WEATHER], "tool_choice": "auto"}),
        (ASKS, {"tools": [WEATHER], "tool_choice": "none"}),
        (ASKS, {"tools": []}),
        (ASKS, {"tools": None}),
    ],
)
async def test_otherwise_it_answers_in_words(text: str, members: dict[str, Any]) -> None:
    assert await calls(body(text, **members)) == []


async def test_required_calls_a_tool_whatever_was_said() -> None:
    reply = await complete(body("Hello", tools=[WEATHER, MAIL], tool_choice="required"))
    choice = reply["choices"][0]
    assert [call["function"]["name"] for call in choice["message"]["tool_calls"]] == ["get_weather"]
    assert choice["finish_reason"] == "tool_calls"


async def test_a_named_tool_is_called() -> None:
    choice = {"type": "function", "function": {"name": "sendMail"}}
    (call,) = await calls(body(ASKS, tools=[WEATHER, MAIL], tool_choice=choice))
    assert call["function"] == {"name": "sendMail", "arguments": "{}"}


async def test_several_tools_are_called_only_where_that_is_allowed() -> None:
    text = ASKS + " Then send a mail."
    both = await calls(body(text, tools=[WEATHER, MAIL], parallel_tool_calls=True))
    assert [call["function"]["name"] for call in both] == ["get_weather", "sendMail"]
    assert len({call["id"] for call in both}) == 2
    assert len(await calls(body(text, tools=[WEATHER, MAIL], parallel_tool_calls=False))) == 1
    assert len(await calls(body(text, tools=[WEATHER, MAIL]))) == 1


@pytest.mark.parametrize("temperature", [0, 1, 2])
async def test_arguments_follow_the_parameters(temperature: float) -> None:
    for seed in range(5):
        request = body("Hi", tools=[WEATHER], tool_choice="required", temperature=temperature, seed=seed, top_p=1)
        (call,) = await calls(request)
        jsonschema.validate(json.loads(call["function"]["arguments"]), WEATHER["function"]["parameters"])


async def test_after_the_tool_answered_the_model_answers() -> None:
    asked = {"role": "user", "content": ASKS}
    (call,) = await calls(body(messages=[asked], tools=[WEATHER]))
    answered = {"role": "tool", "tool_call_id": call["id"], "content": "16 degrees"}
    messages = [asked, {"role": "assistant", "content": None, "tool_calls": [call]}, answered]
    reply = await complete(body(messages=messages, tools=[WEATHER]))
    assert "16 degrees" in reply["choices"][0]["message"]["content"]


async def test_a_cap_cuts_the_arguments_short() -> None:
    reply = await complete(body(ASKS, tools=[WEATHER, MAIL], parallel_tool_calls=True, max_tokens=2))
    assert reply["usage"]["completion_tokens"] == 2
    assert reply["choices"][0]["finish_reason"] == "length"


async def test_a_tool_that_is_not_there_cannot_be_chosen() -> None:
    choice = {"type": "function", "function": {"name": "nope"}}
    refused = await refusal(body(tools=[WEATHER], tool_choice=choice))
    assert (refused.status, refused.loc) == (422, ("body", "tool_choice", "function", "name"))
    assert (await refusal(body(tool_choice="required"))).loc == ("body", "tool_choice")


async def test_parameters_that_cannot_be_obeyed_are_refused_where_they_stand() -> None:
    odd = {"type": "function", "function": {"name": "odd", "parameters": {"properties": {"a": {"type": "banana"}}}}}
    refused = await refusal(body(tools=[WEATHER, odd], tool_choice={"type": "function", "function": {"name": "odd"}}))
    assert refused.loc == ("body", "tools", 1, "function", "parameters")
