"""Starting the reference: the catalogue against what the engines serve, and what `/status` says afterwards."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, cast

import pytest

from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof_reference import backend
from inferproof_reference.engine import Engine, EngineFailed
from inferproof_reference.errors import CannotServe
from inferproof_reference.server import Options, _tell_of_death, reference
from tests.front.asgi import ask
from tests.reference.scripted_engine import CHAT, EMBEDDINGS, ScriptedEngine
from tests.reference.test_field_map import HI

CATALOGUE = """
[[chat]]
name = "Pi"
serves = "tiny"
description = "A model"
tags = ["chat"]

[chat.defaults]
temperature = 0.7
topP = 0.95
maximumLength = 256
stopTokens = ["END"]

[[chat]]
name = "tiny"

[[embedding]]
name = "vectors"
serves = "tiny-embed"
"""


@pytest.fixture
async def engines(engine: ScriptedEngine, embedder: ScriptedEngine) -> Any:
    async with engine.running() as url, embedder.running() as embeddings_url:
        yield url, embeddings_url


def start(
    contract: Contract, engines: tuple[str, str], path: Path, text: str
) -> contextlib.AbstractAsyncContextManager[Front]:
    path.write_text(text)
    return reference(contract, *engines, Options(catalogue=path))


async def test_without_a_catalogue_the_models_have_the_engines_names(front: Front) -> None:
    configs = (await ask(front, "GET", "/v1/discovery/configs")).json
    assert [config["name"] for config in configs] == ["tiny"]
    assert configs[0]["default_parameters"]["maximumLength"] == {"range": [1, 4096], "value": 4096}


async def test_a_catalogue_names_the_models_and_their_defaults(
    contract: Contract, engine: ScriptedEngine, embedder: ScriptedEngine, engines: tuple[str, str], tmp_path: Path
) -> None:
    async with start(contract, engines, tmp_path / "c.toml", CATALOGUE) as front:
        configs = (await ask(front, "GET", "/v1/discovery/configs")).json
        assert [config["name"] for config in configs] == ["Pi", "tiny"]
        assert configs[0]["default_parameters"]["temperature"] == {"range": [0, 2], "value": 0.7}
        reply = await ask(front, "POST", CHAT, {"messages": HI})
        assert reply.json["model"] == "Pi"
        defaults = {"temperature": 0.7, "top_p": 0.95, "max_tokens": 256, "stop": ["END"]}
        assert {**engine.body, **defaults, "model": "tiny"} == engine.body
        await ask(front, "POST", CHAT, {"messages": HI, "max_completion_tokens": 300, "temperature": 0})
        assert (engine.body["max_completion_tokens"], engine.body["temperature"]) == (300, 0)
        await ask(front, "POST", EMBEDDINGS, {"input": "x", "model": "vectors"})
        assert embedder.body["model"] == "tiny-embed"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[chat]]\nname = "a"\nserves = "b"', r"'b', which the engine does not serve. It serves: tiny"),
        ('[[chat]]\nname = "tiny"\n[[chat]]\nname = "tiny"', "two chat models have the name 'tiny'"),
        ('[[chat]]\nnam = "tiny"', r"unknown chat.nam; did you mean 'name'"),
        ('[[chats]]\nname = "tiny"', r"unknown chats; did you mean 'chat'"),
        ("[[chat]]\nname = 5", "chat.name has to be a string"),
        ('[[chat]]\nserves = "tiny"', "has no name"),
        ('[chat]\nname = "tiny"', r"headed \[\[chat\]\]"),
        ('[[chat]]\nname = "tiny"\n[chat.defaults]\ntopP = "a"', "chat.defaults.topP has to be a number"),
        ("[[chat", "cannot be read"),
    ],
)
async def test_a_catalogue_that_does_not_fit_says_what_to_mend(
    text: str, says: str, contract: Contract, engines: tuple[str, str], tmp_path: Path
) -> None:
    with pytest.raises(CannotServe, match=says):
        async with start(contract, engines, tmp_path / "c.toml", text):
            pass


async def test_a_catalogue_that_is_not_there(contract: Contract, engines: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="no-such-file"):
        async with reference(contract, *engines, Options(catalogue=tmp_path / "no-such-file")):
            pass


@pytest.mark.parametrize(
    "answer", [(404, None), (200, {"data": None}), (200, b"<html>"), (401, None), (200, {"data": []})]
)
async def test_a_server_that_is_no_vllm_is_not_served(
    answer: tuple[int, Any], contract: Contract, engine: ScriptedEngine, engines: tuple[str, str]
) -> None:
    engine.answers["/v1/models"] = answer
    with pytest.raises(CannotServe):
        async with reference(contract, engines[0]):
            pass


async def test_no_server_at_all(contract: Contract) -> None:
    with pytest.raises(CannotServe, match="cannot be reached"):
        async with reference(contract, "http://127.0.0.1:9"):
            pass


async def test_the_engine_s_key_is_sent(contract: Contract, engine: ScriptedEngine, engines: tuple[str, str]) -> None:
    async with reference(contract, engines[0], options=Options(upstream_key="sk-engine")) as front:
        await ask(front, "POST", CHAT, {"messages": HI}, {"authorization": "Bearer sk-client"})
    assert {asked.headers.get("authorization") for asked in engine.asked} == {"Bearer sk-engine"}


async def test_without_an_engine_that_embeds_there_are_no_embeddings(
    contract: Contract, engines: tuple[str, str]
) -> None:
    async with reference(contract, engines[0]) as front:
        reply = await ask(front, "POST", EMBEDDINGS, {"input": "x"})
    assert reply.status == 404


@pytest.mark.parametrize(
    ("generates", "embeds", "status", "word"),
    [
        (200, 200, 200, "ok"),
        (200, 503, 200, "degraded"),
        (503, 200, 503, "does not answer"),
        ("cut", 200, 503, "does not answer"),
    ],
)
async def test_status_says_what_the_engines_say(
    generates: Any, embeds: Any, status: int, word: str, front: Front, engine: ScriptedEngine, embedder: ScriptedEngine
) -> None:
    engine.answers["/health"] = (generates, "cut" if generates == "cut" else None)
    embedder.answers["/health"] = (embeds, None)
    reply = await ask(front, "GET", "/status")
    assert reply.status == status
    assert word in reply.body.decode()


async def test_status_is_asked_of_the_engines_at_most_once_a_second(
    front: Front, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        await ask(front, "GET", "/status")
    assert [asked.path for asked in engine.asked].count("/health") == 1
    monkeypatch.setattr(backend, "HEALTH_LASTS_S", -1.0)
    await ask(front, "GET", "/status")
    assert [asked.path for asked in engine.asked].count("/health") == 2


async def test_an_engine_that_writes_whitespace_is_not_asked_for_patterns(
    contract: Contract, engine: ScriptedEngine, engines: tuple[str, str]
) -> None:
    constraint = {"guided_json": {"type": "object"}, "guided_whitespace_pattern": ""}
    talk = [*HI, {"role": "assistant", "content": "Hello."}, *HI]
    async with reference(contract, engines[0]) as front:
        refused = await ask(front, "POST", CHAT, {"messages": HI, **constraint})
        await ask(front, "POST", "/v1/chat/attributes", {"messages": talk})
    assert refused.status == 422
    assert refused.json["detail"][0]["loc"] == ["body", "guided_whitespace_pattern"]
    assert engine.body["structured_outputs"].keys() == {"json"}


async def test_the_log_says_which_engine_ended() -> None:
    class Gone:
        url = "http://127.0.0.1:9"

        async def died(self) -> EngineFailed:
            return EngineFailed("vLLM ended with status 0. It said nothing.")

    said: list[str] = []
    await _tell_of_death(cast(Engine, Gone()), said.append)
    assert said == ["http://127.0.0.1:9: vLLM ended with status 0. It said nothing."]
