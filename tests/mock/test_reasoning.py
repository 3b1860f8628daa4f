"""The simulated model reasons where the contract lets a request ask for it: before the answer, and counted."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.backend import Chat, Refusal
from inferproof_mock import MockModel
from inferproof_mock.server import mock
from tests.front.asgi import ask
from tests.front.made import CHAT, STRING, made
from tests.mock.asking import HELLO, body, fold, mock_model

Json = dict[str, Any]

EFFORTS = ["none", "low", "medium", "high"]
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in ("f", "g")]


def request(**more: Json) -> Json:
    effort: Json = {"type": "string", "enum": EFFORTS}
    members = {"messages": {}, "reasoning": {"type": "object", "properties": {"effort": effort}}, **more}
    return {"type": "object", "required": ["messages"], "properties": {"reasoning_effort": {}, **members}}


def usage(**details: Json) -> Json:
    return {"type": "object", "properties": {"usage": {"type": "object", "properties": details}}}


COUNTED = usage(
    completion_tokens_details={
        "anyOf": [{"type": "object", "properties": {"reasoning_tokens": {"type": "integer"}}}, {"type": "null"}]
    }
)
BOTH = made(request=request(), reply=COUNTED, event=COUNTED)


async def complete(effort: str | None, contract: Contract = BOTH, **members: Any) -> Json:
    asked = {} if effort is None else {"reasoning": {"effort": effort}}
    return await MockModel(contract).complete(Chat(body(HELLO, **asked, **members)))


async def streamed(effort: str, contract: Contract = BOTH, **members: Any) -> list[Json]:
    asked = body(HELLO, reasoning={"effort": effort}, stream=True, stream_options={"include_usage": True}, **members)
    return [chunk async for chunk in MockModel(contract).stream(Chat(asked))]


def message(reply: Json) -> Json:
    found: Json = reply["choices"][0]["message"]
    return found


def reasoned(reply: Json) -> int:
    found: int = reply["usage"]["completion_tokens_details"]["reasoning_tokens"]
    return found


async def test_more_effort_is_more_reasoning_and_the_same_answer() -> None:
    replies = [await complete(effort) for effort in EFFORTS[1:]]
    lengths = [len(message(reply)["reasoning_content"]) for reply in replies]
    assert lengths == sorted(set(lengths))
    assert [reasoned(reply) for reply in replies] == sorted({reasoned(reply) for reply in replies})
    assert {message(reply)["content"] for reply in replies} == {message(await complete("none"))["content"]}


@pytest.mark.parametrize("effort", ["none", None])
async def test_without_effort_nothing_is_reasoned(effort: str | None) -> None:
    reply = await complete(effort)
    assert "reasoning_content" not in message(reply)
    assert reasoned(reply) == 0


async def test_the_same_request_is_answered_the_same() -> None:
    assert message(await complete("high", seed=5, temperature=1)) == message(
        await complete("high", seed=5, temperature=1)
    )


async def test_the_tokens_of_reasoning_are_part_of_the_completion() -> None:
    reply, without = await complete("low"), await complete("none")
    assert reply["usage"]["completion_tokens"] == reasoned(reply) + without["usage"]["completion_tokens"]


async def test_the_cap_may_end_it_before_the_answer() -> None:
    reply = await complete("high", max_tokens=5)
    assert message(reply)["content"] == ""
    assert message(reply)["reasoning_content"] != ""
    assert reply["choices"][0]["finish_reason"] == "length"
    assert (reasoned(reply), reply["usage"]["completion_tokens"]) == (5, 5)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"max_tokens": 5},
        {"max_tokens": 40},
        {"n": 2, "temperature": 1},
        {"tools": TOOLS, "tool_choice": "required"},
    ],
    ids=str,
)
async def test_a_stream_adds_up_to_the_whole_reply(members: Json) -> None:
    whole, chunks = await complete("medium", **members), await streamed("medium", **members)
    assert [choice["message"] for choice in _joined(chunks)] == [
        {"content": choice["message"]["content"], **choice["message"]} for choice in whole["choices"]
    ]
    assert chunks[-1]["usage"] == whole["usage"]


def _joined(chunks: list[Json]) -> list[Json]:
    """The choices of a stream, its pieces of reasoning put together."""
    texts: dict[int, str] = {}
    for chunk in chunks:
        for choice in chunk["choices"]:
            piece = choice["delta"].pop("reasoning_content", "")
            texts[choice["index"]] = texts.get(choice["index"], "") + piece
    choices = fold(chunks)
    for choice in choices:
        choice["message"]["reasoning_content"] = texts[choice["index"]]
    return choices


async def test_reasoning_comes_before_the_answer_and_before_an_echo() -> None:
    members = {"messages": [{"role": "assistant", "content": "Well,"}], "echo": True, "max_tokens": 60}
    kinds = [
        name
        for chunk in await streamed("low", **members)
        for choice in chunk["choices"]
        for name in ("reasoning_content", "content")
        if choice["delta"].get(name)
    ]
    assert kinds == sorted(kinds, reverse=True)
    assert kinds[0] == "reasoning_content"
    assert message(await complete("low", **members))["content"].startswith("Well,")


async def test_no_stop_ends_a_thought() -> None:
    thought = message(await complete("low"))["reasoning_content"]
    assert message(await complete("low", stop=[thought[3:8]]))["reasoning_content"] == thought


@pytest.mark.parametrize(
    ("members", "effort"),
    [
        ({"reasoning_effort": "low"}, "low"),
        ({"reasoning_effort": "high", "reasoning": {"effort": "low"}}, "low"),
        ({"reasoning_effort": "low", "reasoning": {}}, "low"),
        ({"reasoning_effort": "low", "reasoning": {"effort": "none"}}, "none"),
        ({"reasoning_effort": None}, "none"),
    ],
    ids=str,
)
async def test_either_member_says_how_much(members: Json, effort: str) -> None:
    assert message(await complete(None, **members)) == message(await complete(effort))


async def test_an_effort_of_which_nobody_knows_how_much_it_is_is_refused() -> None:
    with pytest.raises(Refusal) as error:
        await complete(None, reasoning_effort="banana")
    assert (error.value.status, error.value.loc) == (422, ("body", "reasoning_effort"))


async def test_a_documented_default_is_obeyed() -> None:
    contract = made(request=request(reasoning_effort={"default": "low"}))
    assert message(await complete(None, contract)) == message(await complete("low"))
    assert message(await complete("none", contract)) == message(await complete("none"))


async def test_a_contract_without_these_members_has_no_reasoning() -> None:
    reply = await mock_model().complete(Chat(body(reasoning={"effort": "high"}, reasoning_effort="banana")))
    assert "reasoning_content" not in message(reply)
    assert "completion_tokens_details" not in reply["usage"]


@pytest.mark.parametrize("schema", [None, usage(), usage(completion_tokens_details={"type": "object"})], ids=str)
async def test_tokens_are_told_apart_only_where_the_usage_has_a_place_for_them(schema: Json | None) -> None:
    contract = made(request=request(), reply=schema, event=COUNTED)
    assert "completion_tokens_details" not in (await complete("low", contract))["usage"]
    assert "completion_tokens_details" in (await streamed("low", contract))[-1]["usage"]


async def test_a_message_that_is_closed_has_the_answer_only() -> None:
    parts: Json = {"type": "object", "properties": {"content": STRING}, "additionalProperties": False}
    choice = {"type": "object", "properties": {"message": parts}}
    contract = made(request=request(), reply={"type": "object", "properties": {"choices": {"items": choice}}})
    answer = await ask(mock(contract, keys=()), "POST", CHAT, body(reasoning={"effort": "low"}))
    assert answer.json["choices"][0]["message"].keys() == {"content"}
