"""The reference on a real vLLM. `tox -e vllm` runs this; elsewhere INFERPROOF_VLLM_PYTHON names who has vLLM.

The tests stand in an order: the last ones kill the engine that generates, and start it again on its port.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from openai import OpenAI

from inferproof.certify.certify import certify
from inferproof.certify.target import read_target_file, target_from
from inferproof.certify.ways import opening_all
from inferproof.document import Contract
from inferproof.front.serve import serving
from inferproof.judge.judge import Outcome
from inferproof_reference.engine import Engine
from inferproof_reference.server import CONSTRAINTS, Options, reference
from inferproof_reference.tiny_model import write_tiny_model
from tests.conftest import PACKS, contract_of
from tests.interop import langchain_checks
from tests.interop.openai_checks import Checked, Models, base_path, checks_of
from tests.reference.metrics import core_of, is_there, metric, processes, run_for, standing_still
from tests.reference.test_field_map import CALL, CUSTOM, HI
from tests.reference.vllm import LACKS, MISSING, has_vllm, start

pytestmark = [
    pytest.mark.skipif(not has_vllm(), reason=MISSING),
    pytest.mark.asyncio(loop_scope="module"),
]

KEY = "sk-reference-000000000000"
OPTIONS = Options(keys=(KEY,), compact_json=True)
CHAT = "/v1/chat/completions"
LONG_TOKENS = 4000
LONG = {"messages": HI, "max_tokens": LONG_TOKENS, "ignore_eos": True}
GENERATED = "vllm:generation_tokens_total"
ABORT_WITHIN_S = 1.0
RUN_S = 0.1
PATIENT_S = 60.0
TELL_WITHIN_S = 10.0


@dataclass
class Reference:
    """A running reference, the engines behind it, and a client for it."""

    url: str
    session: aiohttp.ClientSession
    generator: Engine
    embedder: Engine
    model: Path
    port: int = field(default=0)

    @contextlib.asynccontextmanager
    async def of(self, contract: Contract) -> AsyncIterator[str]:
        """The URL of a reference of this contract on the same engines."""
        async with (
            reference(contract, self.generator.url, self.embedder.url, OPTIONS) as front,
            serving(front) as url,
        ):
            yield url

    async def post(self, path: str, body: Any, url: str | None = None) -> tuple[int, Any]:
        async with self.session.post((url or self.url) + path, json=body) as reply:
            return reply.status, await reply.json()

    async def chat(self, **members: Any) -> Any:
        status, reply = await self.post(CHAT, {"messages": HI, "max_tokens": 8, "temperature": 0, **members})
        assert status == 200, reply
        return reply

    async def status(self) -> tuple[int, str]:
        async with self.session.get(f"{self.url}/status") as reply:
            return reply.status, await reply.text()

    async def restart(self) -> None:
        await self.generator.stop()
        self.generator = await start(self.model, port=self.port, arguments=CONSTRAINTS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ref(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Reference]:
    model = tmp_path_factory.mktemp("models") / "tiny"
    write_tiny_model(model)
    generator, embedder = await asyncio.gather(start(model, arguments=CONSTRAINTS), start(model, "pooling"))
    port = int(generator.url.rpartition(":")[2])
    async with (
        embedder,
        reference(contract, generator.url, embedder.url, OPTIONS) as front,
        serving(front) as url,
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session,
    ):
        running = Reference(url, session, generator, embedder, model, port)
        try:
            yield running
        finally:
            await running.generator.stop()


async def until(holds: Callable[[], Any], seconds: float) -> None:
    """Waits until the awaited condition holds; fails after `seconds`."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - the engine is another process, which tells nobody
            await asyncio.sleep(0.02)


def content(reply: Any, choice: int = 0) -> Any:
    return reply["choices"][choice]["message"]["content"]


async def test_several_choices_at_temperature_0_are_the_same(ref: Reference) -> None:
    one, three = await ref.chat(), await ref.chat(n=3)
    assert [content(three, index) for index in range(3)] == [content(one)] * 3


async def test_lengths_beyond_the_context_are_the_context(ref: Reference) -> None:
    reply = await ref.chat(max_tokens=100_000, stop=["a"])
    assert reply["usage"]["total_tokens"] <= 4096
    await ref.chat(truncate_prompt_tokens=100_000)
    assert (await ref.chat(truncate_prompt_tokens=5))["usage"]["prompt_tokens"] == 5


async def test_json_has_no_whitespace_where_a_pattern_allows_none(ref: Reference) -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "boolean"}, "b": {"type": "boolean"}},
        "required": ["a", "b"],
    }
    reply = await ref.chat(guided_json=schema, guided_whitespace_pattern="[ ]?", max_tokens=60)
    assert content(reply) == json.dumps(json.loads(content(reply)), separators=(",", ":"))


async def test_a_continued_message_is_the_assistant_s_and_may_be_echoed(ref: Reference) -> None:
    talk = [*HI, {"role": "assistant", "content": "The answer"}]
    members = {"messages": talk, "continue_final_message": True, "add_generation_prompt": False}
    reply = await ref.chat(**members, echo=True)
    assert content(reply).startswith("The answer")
    assert "prompt_logprobs" not in reply
    alone = await ref.chat(messages=talk, continue_final_message=True, echo=True)
    assert content(alone).startswith("The answer")
    reply = await ref.chat(add_generation_prompt=False)
    assert reply["choices"][0]["message"]["role"] == "assistant"


async def test_a_forced_call_has_an_object_for_its_arguments(ref: Reference) -> None:
    for choice in ("required", {"type": "function", "function": {"name": "f"}}):
        reply = await ref.chat(
            tools=[{"type": "function", "function": {"name": "f"}}], tool_choice=choice, max_tokens=200
        )
        [call] = reply["choices"][0]["message"]["tool_calls"]
        assert json.loads(call["function"]["arguments"]) == {}


@pytest.mark.parametrize(
    "members",
    [
        {"tools": []},
        {"tools": [], "tool_choice": "auto"},
        {"tool_choice": "none"},
        {"stream_options": None},
        {"top_logprobs": None},
        {"best_of": 1},
        {"priority": 0},
        {"logits_processors": []},
        {"cache_salt": "a-b_C9"},
        {"guided_decoding_backend": "outlines"},
        {"guided_meta": {"a": 1}},
        {"messages": [*HI, {"role": "assistant", "content": "a", "reasoning_content": "r"}, *HI]},
        {"messages": [*HI, {"role": "assistant", "content": None, "tool_calls": [CUSTOM, CALL]}, *HI]},
    ],
    ids=str,
)
async def test_what_vllm_would_refuse_or_ignore_is_translated(members: dict[str, Any], ref: Reference) -> None:
    await ref.chat(**members)


async def test_the_request_s_id_is_in_the_reply_s(ref: Reference) -> None:
    assert "mine-1" in (await ref.chat(request_id="mine-1"))["id"]


@pytest.mark.parametrize(
    ("members", "loc"),
    [
        ({"logit_bias": {"99999": 1}}, "logit_bias"),
        ({"allowed_token_ids": [99999]}, "allowed_token_ids"),
        ({"min_tokens": 9}, "min_tokens"),
        ({"guided_regex": "[a-"}, "guided_regex"),
        ({"guided_grammar": "root ::= ("}, "guided_grammar"),
        ({"guided_json": {"type": "banana"}}, "guided_json"),
        ({"structural_tag": "{}"}, "structural_tag"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,a"}}]}]},
            "messages",
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("stream", [False, True])
async def test_what_the_engine_refuses_is_a_422_that_points(
    members: dict[str, Any], loc: str, stream: bool, ref: Reference
) -> None:
    status, reply = await ref.post(CHAT, {"messages": HI, "max_tokens": 4, "stream": stream, **members})
    assert status == 422, reply
    assert reply["detail"][0]["loc"][:2] == ["body", loc]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_prompt_that_overflows_the_context_is_a_400(stream: bool, ref: Reference) -> None:
    talk = [{"role": "user", "content": "word " * 5000}]
    status, reply = await ref.post(CHAT, {"messages": talk, "stream": stream})
    assert status == 400
    assert reply["error"]["code"] == "context_length_exceeded"
    status, reply = await ref.post("/v1/embeddings", {"input": "word " * 5000})
    assert status == 400
    assert reply["error"]["param"] == "input"


async def test_dimensions_that_the_model_has_not_are_refused(ref: Reference) -> None:
    status, reply = await ref.post("/v1/embeddings", {"input": "a", "dimensions": 17})
    assert status == 422
    assert reply["detail"][0]["loc"] == ["body", "dimensions"]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_hangs_up_stops_its_generation(stream: bool, ref: Reference) -> None:
    before = await generated(ref)
    async with stopped_in_the_middle(ref, stream=stream) as asking:
        await asyncio.wait({asking}, timeout=ABORT_WITHIN_S)
        if asking.done():
            asking.result().close()
        asking.cancel()
        await asyncio.sleep(ABORT_WITHIN_S)
    await until(lambda: is_idle(ref.generator), PATIENT_S)
    assert await generated(ref) - before < LONG_TOKENS


@contextlib.asynccontextmanager
async def stopped_in_the_middle(ref: Reference, *, stream: bool) -> AsyncIterator[asyncio.Task[aiohttp.ClientResponse]]:
    """A long request of which the engine has generated some tokens, and generates no more while the block lasts.

    Left to run, the tiny model would be done before a test can look.
    """
    core, before = core_of(ref.generator), await generated(ref)
    with standing_still(core):
        asking = asyncio.create_task(ref.session.post(ref.url + CHAT, json={**LONG, "stream": stream}))
        async with asyncio.timeout(PATIENT_S):
            while await generated(ref) == before:
                if run_for(core, RUN_S) > 5 * RUN_S:
                    pytest.skip("the engine left the test no time to stop it midway; root may take it")
                await asyncio.sleep(RUN_S)
        yield asking


async def generated(ref: Reference) -> float:
    """How many tokens the engine has generated since its start, by its own count."""
    return await metric(ref.generator, GENERATED)


async def test_one_request_too_many_is_a_429(contract: Contract, ref: Reference) -> None:
    async with reference(contract, ref.generator.url, options=Options(max_queue=2)) as front, serving(front) as url:
        asking = [asyncio.create_task(ref.post(CHAT, {**LONG, "timeout_sec": 1}, url)) for _ in range(4)]
        answers = await asyncio.gather(*asking)
        assert [status for status, _ in answers].count(429) == 2
        status, _ = await ref.post(CHAT, {"messages": HI, "max_tokens": 1}, url)
        assert status == 200


async def test_the_deadline_of_a_request_ends_it(ref: Reference) -> None:
    status, reply = await ref.post(CHAT, {**LONG, "timeout_sec": 0.2})
    assert status == 504
    assert reply["error"]["code"] == "timeout"


@pytest.mark.parametrize(("pack", "check"), checks_of(PACKS), ids=lambda each: getattr(each, "__name__", each))
async def test_the_openai_client_can(pack: str, check: Checked, ref: Reference) -> None:
    contract = contract_of(pack)
    async with ref.of(contract) as url:
        with OpenAI(base_url=url + base_path(contract), api_key=KEY, max_retries=0, timeout=60) as client:
            await asyncio.to_thread(check, client, Models("tiny", "tiny-embed"))


@pytest.mark.skipif(not langchain_checks.INSTALLED, reason=langchain_checks.MISSING)
@pytest.mark.parametrize("check", langchain_checks.CHECKS, ids=lambda check: check.__name__)
async def test_the_vendor_s_client_can(check: langchain_checks.Checked, ref: Reference) -> None:
    contract = contract_of(langchain_checks.PACK)
    async with ref.of(contract) as url:
        client = langchain_checks.client_of(url + base_path(contract), KEY, "tiny")
        await asyncio.to_thread(check, client)


@pytest.mark.parametrize("pack", PACKS)
async def test_the_reference_is_certified(pack: str, ref: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERPROOF_API_KEY", KEY)
    data = read_target_file(Path(__file__).parent / "tiny.toml")
    async with ref.of(contract_of(pack)) as url:
        target = target_from(data, url=url, chat_model="tiny", embedding_model="tiny-embed")
        target = replace(
            opening_all(contract_of(pack), target, KEY), declined={**target.declined, **LACKS.get(pack, {})}
        )
        certification = await asyncio.to_thread(certify, contract_of(pack), target, generated=True)
    fine = (Outcome.PASS, Outcome.NOT_APPLICABLE)
    others = {str(one) for one in certification.result.judgements if one.outcome not in fine}
    assert others == set()
    left_out = certification.result.having(Outcome.NOT_APPLICABLE)
    assert {one.requirement.claims.partition(".")[0] for one in left_out} <= {"keys", *LACKS.get(pack, {})}
    assert certification.result.exit_code == 0


async def test_an_engine_killed_at_work_is_told_to_everybody_who_waits(ref: Reference) -> None:
    """Its core is killed in the middle of a stream, and while a whole reply and a stuck one are waited for."""
    group = processes(ref.generator.process.pid)
    core = core_of(ref.generator)
    async with stopped_in_the_middle(ref, stream=True) as asking:
        reply = await asking
        came = await what_came(reply)
        waiting = [asyncio.create_task(ref.post(CHAT, {**LONG, "stream": stream})) for stream in (False, True)]
        await asyncio.sleep(ABORT_WITHIN_S)
        os.kill(core, signal.SIGKILL)
    async with asyncio.timeout(TELL_WITHIN_S):
        came += await reply.content.read()
        answers = await asyncio.gather(*waiting)
    events = came.decode().strip().split("\n\n")
    assert json.loads(events[-1].removeprefix("data: "))["error"]["code"] == "bad_gateway"
    assert {status for status, _ in answers} <= {502, 503}
    assert all(answer["error"]["message"] for _, answer in answers)
    await says_not_ready(ref)
    status, answer = await ref.post(CHAT, {"messages": HI})
    assert status in (502, 503), answer
    await until(all_gone(list(group)), TELL_WITHIN_S)


async def what_came(reply: aiohttp.ClientResponse) -> bytes:
    """What is there of a stream that goes on no more."""
    came = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ABORT_WITHIN_S):
            async for piece in reply.content.iter_any():
                came += piece
    return came


async def test_an_engine_that_is_back_is_used_again(ref: Reference) -> None:
    await ref.restart()
    await until(lambda: is_ready(ref), TELL_WITHIN_S)
    await ref.chat()


async def test_an_engine_killed_while_idle_is_not_ready(ref: Reference) -> None:
    group = processes(ref.generator.process.pid)
    [server] = [process for process, command in group.items() if "api_server" in command]
    os.kill(server, signal.SIGKILL)
    await says_not_ready(ref)
    for stream in (False, True):
        status, answer = await ref.post(CHAT, {"messages": HI, "stream": stream})
        assert status == 503, answer
    status, _ = await ref.post("/v1/embeddings", {"input": "a"})
    assert status == 200
    await until(all_gone(list(group)), TELL_WITHIN_S)


async def is_idle(engine: Engine) -> bool:
    return await metric(engine, "vllm:num_requests_running") == 0


async def is_ready(ref: Reference) -> bool:
    return await ref.status() == (200, '{"status":"ok"}')


async def says_not_ready(ref: Reference) -> None:
    async def not_ready() -> bool:
        status, _ = await ref.status()
        return status == 503

    await until(not_ready, TELL_WITHIN_S)


def all_gone(group: list[int]) -> Callable[[], Any]:
    async def gone() -> bool:
        return not any(is_there(process) for process in group)

    return gone
