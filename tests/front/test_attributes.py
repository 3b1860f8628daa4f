from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from inferproof.document.contract import Contract
from inferproof.front.app import Front
from inferproof.front.attributes import DEFAULT_ATTRIBUTES
from tests.front.asgi import Reply, ask
from tests.front.scripted import Scripted, reply

PATH = "/v1/chat/attributes"
TALK = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "No way."}]
KIND = {"name": "Kind", "definition": "Is kind.", "categories": ["EQ", "User"]}
RUDE = {"name": "Rude", "definition": "Is rude.", "categories": ["Assistant"], "positive": False}
BARE = {"name": "Bare", "definition": "Has no category."}


class Judge(Scripted):
    """Answers what `guided_json` asks for."""

    async def complete(self, call: Any) -> Any:
        self.asked.append(call)
        asked = call.body["guided_json"]["properties"]
        scores = {
            name: {"score": 0.5, "positive": one["properties"]["positive"].get("const", True)}
            for name, one in asked.items()
        }
        Draft202012Validator(call.body["guided_json"]).validate(scores)
        return reply(json.dumps(scores))


@pytest.fixture
def backend() -> Judge:
    return Judge()


def scored(answer: Reply) -> dict[str, Any]:
    assert answer.status == 200
    scores = json.loads(answer.json["choices"][0]["message"]["content"])
    assert isinstance(scores, dict)
    return scores


def system_text(backend: Scripted) -> str:
    return "".join(one["content"] for one in backend.body["messages"] if one["role"] == "system")


async def test_exactly_the_attributes_asked_for_are_scored(front: Front, backend: Judge) -> None:
    scores = scored(await ask(front, "POST", PATH, {"messages": TALK, "attributes": [KIND, RUDE]}))
    assert scores == {"Kind": {"score": 0.5, "positive": True}, "Rude": {"score": 0.5, "positive": False}}
    assert backend.call.role == "attributes"


@pytest.mark.parametrize("attributes", [{}, {"attributes": None}, {"attributes": []}])
async def test_without_attributes_the_default_set_is_scored(front: Front, attributes: dict[str, Any]) -> None:
    scores = scored(await ask(front, "POST", PATH, {"messages": TALK, **attributes}))
    assert set(scores) == {one["name"] for one in DEFAULT_ATTRIBUTES}


async def test_the_default_set_has_something_for_every_category(front: Front, contract: Contract) -> None:
    for category in contract.at("/components/schemas/Category/enum"):
        answer = await ask(front, "POST", PATH, {"messages": TALK, "filter_categories": [category]})
        assert scored(answer), category


@pytest.mark.parametrize(
    ("categories", "names"),
    [
        (None, {"Kind", "Rude", "Bare"}),
        ([], {"Kind", "Rude", "Bare"}),
        (["Assistant"], {"Rude"}),
        (["User", "IQ"], {"Kind"}),
        (["EQ", "Assistant"], {"Kind", "Rude"}),
        (["Humour"], set()),
    ],
)
async def test_a_filter_keeps_what_has_any_of_its_categories(
    front: Front, categories: list[str] | None, names: set[str]
) -> None:
    sent = {"messages": TALK, "attributes": [KIND, RUDE, BARE], "filter_categories": categories}
    assert set(scored(await ask(front, "POST", PATH, sent))) == names


async def test_the_final_assistant_message_is_the_last_but_one(front: Front, backend: Judge) -> None:
    after = [{"role": "user", "content": "Thanks"}]
    await ask(front, "POST", PATH, {"messages": [*TALK, *after]})
    messages = backend.body["messages"]
    assert messages[-2] == TALK[-1]
    assert messages[-1]["role"] == "user"
    assert after[0] not in messages


async def test_a_conversation_without_an_assistant_message_is_422(front: Front, backend: Judge) -> None:
    answer = await ask(front, "POST", PATH, {"messages": TALK[:1]})
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"] == ["body", "messages"]
    assert backend.asked == []


@pytest.mark.parametrize("content", ["Be brief.", [{"type": "text", "text": "Be brief."}]])
async def test_the_prompt_joins_the_clients_system_message(front: Front, backend: Judge, content: Any) -> None:
    system = {"role": "system", "content": content}
    await ask(front, "POST", PATH, {"messages": [system, *TALK], "attributes": [KIND]})
    systems = [one for one in backend.body["messages"] if one["role"] == "system"]
    assert len(systems) == 1
    assert "Be brief." in json.dumps(systems)
    assert "Kind: Is kind." in json.dumps(systems)


async def test_the_prompt_can_be_disabled(front: Front, backend: Judge) -> None:
    await ask(front, "POST", PATH, {"messages": TALK, "attributes": [KIND]})
    assert "Kind" in system_text(backend)
    await ask(front, "POST", PATH, {"messages": TALK, "attributes": [KIND], "disable_attributes_prompt": True})
    assert system_text(backend) == ""
    assert list(backend.body["guided_json"]["properties"]) == ["Kind"]


async def test_what_would_shape_the_text_is_not_passed_on(front: Front, backend: Judge) -> None:
    shaping = {"stream": False, "n": 3, "max_tokens": 1, "stop": ["{"], "logprobs": True, "echo": True}
    answer = await ask(front, "POST", PATH, {"messages": TALK, "model": "m", "temperature": 0, "seed": 7, **shaping})
    assert answer.headers["content-type"] == "application/json"
    assert not shaping.keys() & backend.body.keys()
    assert {name: backend.body[name] for name in ("model", "temperature", "seed")} == {
        "model": "m",
        "temperature": 0,
        "seed": 7,
    }


async def test_what_the_engine_is_asked_is_valid_under_the_contract(
    front: Front, backend: Judge, contract: Contract
) -> None:
    await ask(front, "POST", PATH, {"messages": TALK, "model": "m"})
    schema = contract.operation("chat").request_schema
    assert schema is not None
    assert contract.validator(schema).violations(backend.body) == []


@pytest.mark.parametrize(
    "content",
    [
        None,
        "I would say 0.5.",
        "[]",
        "{}",
        '{"Kind": 0.5}',
        '{"Kind": {"score": 0.5}}',
        '{"Kind": {"score": 1.5, "positive": true}}',
        '{"Kind": {"score": true, "positive": true}}',
        '{"Kind": {"score": 0.5, "positive": 1}}',
        '{"Kind": {"score": 0.5, "positive": true}, "Other": {"score": 0.5, "positive": true}}',
        '{"Kind": {"score": 0.5, "positive": true',
    ],
)
async def test_an_engine_that_answers_in_another_form_is_502(contract: Contract, content: str | None) -> None:
    engine = Scripted()
    engine.reply = reply(content)
    answer = await ask(Front(contract, engine), "POST", PATH, {"messages": TALK, "attributes": [KIND]})
    assert answer.status == 502
    assert answer.json["error"]["code"] == "bad_gateway"
