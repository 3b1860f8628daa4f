"""The tiny model on a real vLLM, on the CPU: what the reference builds on holds. `tox -e vllm` runs this."""

import asyncio
import json
import math
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from inferproof_reference.engine import SMALL_ARGUMENTS, SMALL_ENVIRONMENT, Engine, Runner, stage_of
from inferproof_reference.tiny_model import write_tiny_model
from tests.reference.vllm import MISSING, PYTHON, has_vllm

pytestmark = [
    pytest.mark.skipif(not has_vllm(), reason=MISSING),
    pytest.mark.asyncio(loop_scope="module"),
]

PlannedRequest = Callable[..., Any]

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "tags": {"type": "array"}},
    "required": ["name", "age", "tags"],
    "additionalProperties": False,
}
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    write_tiny_model(folder)
    return folder


async def started(model: Path, runner: Runner) -> Engine:
    stages: list[str] = []

    def note(line: str) -> None:
        if stage := stage_of(line):
            stages.append(stage)

    engine = await Engine.start(
        model,
        name="tiny",
        runner=runner,
        python=PYTHON,
        arguments=SMALL_ARGUMENTS,
        environment=SMALL_ENVIRONMENT,
        on_log=note,
    )
    assert stages[0] == "reading the model's configuration"
    assert stages[-1] == "ready"
    return engine


def asker(url: str) -> PlannedRequest:
    """A function that posts a body and gives the reply's JSON."""

    def post(path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as reply:
            return json.load(reply)

    return lambda path, **body: asyncio.to_thread(post, path, {"model": "tiny", **body})


async def chat(ask: PlannedRequest, text: str, **body: Any) -> Any:
    reply = await ask("/v1/chat/completions", messages=[{"role": "user", "content": text}], **body)
    return reply["choices"][0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def generate(tiny: Path) -> AsyncIterator[PlannedRequest]:
    async with await started(tiny, "generate") as engine:
        yield asker(engine.url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def embed(tiny: Path) -> AsyncIterator[PlannedRequest]:
    async with await started(tiny, "pooling") as engine:
        yield asker(engine.url)


async def test_an_answer_ends_by_itself_and_depends_on_the_prompt(generate: PlannedRequest) -> None:
    answers = [await chat(generate, text, temperature=0) for text in ("Hello", "Hello!", "日本語")]
    assert [answer["finish_reason"] for answer in answers] == ["stop"] * 3
    assert len({answer["message"]["content"] for answer in answers}) == 3


async def test_greedy_and_seeded_answers_are_the_same_at_every_concurrency(generate: PlannedRequest) -> None:
    for body in ({"temperature": 0}, {"temperature": 1, "seed": 7}):
        alone = [await chat(generate, f"Question {number}", **body) for number in range(8)]
        together = await asyncio.gather(*(chat(generate, f"Question {number}", **body) for number in range(8)))
        assert [one["message"] for one in alone] == [one["message"] for one in together]


@pytest.mark.parametrize("temperature", [0, 1])
async def test_constrained_json_closes(generate: PlannedRequest, temperature: float) -> None:
    answer = await chat(
        generate, "A person, please", temperature=temperature, seed=3, structured_outputs={"json": PERSON}
    )
    assert answer["finish_reason"] == "stop"
    assert json.loads(answer["message"]["content"]).keys() == {"name", "age", "tags"}


async def test_characters_that_no_token_has_are_put_together(generate: PlannedRequest) -> None:
    answer = await chat(generate, "Say it", structured_outputs={"choice": ["語テ😀"]})
    assert answer["message"]["content"] == "語テ😀"


async def test_the_arguments_of_a_forced_call_obey_the_tools_schema(generate: PlannedRequest) -> None:
    for choice in ("required", {"type": "function", "function": {"name": "weather"}}):
        answer = await chat(generate, "Weather?", temperature=0, tools=[WEATHER], tool_choice=choice)
        (call,) = answer["message"]["tool_calls"]
        assert call["function"]["name"] == "weather"
        assert isinstance(json.loads(call["function"]["arguments"])["city"], str)


async def test_the_first_request_for_log_probabilities_is_quick(generate: PlannedRequest) -> None:
    async with asyncio.timeout(5):
        answer = await chat(generate, "Hello", max_tokens=1, logprobs=True, top_logprobs=2)
    assert len(answer["logprobs"]["content"][0]["top_logprobs"]) == 2


async def test_a_history_with_tools_and_every_role_is_understood(generate: PlannedRequest) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
    reply = await generate(
        "/v1/chat/completions",
        max_tokens=1,
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "1", "content": "sunny"},
        ],
    )
    assert reply["usage"]["completion_tokens"] == 1


async def test_embeddings_have_unit_length_and_the_asked_dimensions(embed: PlannedRequest) -> None:
    reply = await embed("/v1/embeddings", input=["Hello", "Good bye"], dimensions=16)
    vectors = [item["embedding"] for item in reply["data"]]
    assert [len(vector) for vector in vectors] == [16, 16]
    assert all(math.isclose(math.hypot(*vector), 1, rel_tol=1e-5) for vector in vectors)
    assert vectors[0] != vectors[1]


async def test_dimensions_that_the_model_lacks_are_refused(embed: PlannedRequest) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400") as refused:
        await embed("/v1/embeddings", input="Hello", dimensions=17)
    refused.value.close()
