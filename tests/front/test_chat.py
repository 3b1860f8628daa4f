from __future__ import annotations

from inferproof.front.app import Front
from inferproof.front.backend import Refusal
from tests.front.asgi import ask
from tests.front.scripted import HELLO, Scripted, chunk, reply

CHAT = {"model": "inflection_3_pi", "messages": [{"role": "user", "content": "Hi"}]}


async def test_a_chat_request_is_answered_with_the_backends_json(front: Front, backend: Scripted) -> None:
    answer = await ask(front, "POST", "/v1/chat/completions", {**CHAT, "temperature": 0.5})
    assert answer.status == 200
    assert answer.headers == {"content-type": "application/json", "content-length": str(len(answer.body))}
    assert answer.json == reply()
    assert (backend.call.role, backend.call.key) == ("chat", None)
    assert backend.body == {**CHAT, "temperature": 0.5}


async def test_a_streamed_chat_is_one_event_a_chunk_and_done(front: Front, backend: Scripted) -> None:
    answer = await ask(front, "POST", "/v1/chat/completions", {**CHAT, "stream": True})
    assert answer.status == 200
    assert answer.headers == {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
        "x-accel-buffering": "no",
    }
    assert answer.events == [*HELLO, "[DONE]"]
    assert len(answer.pieces) == len(HELLO) + 1
    assert backend.closed.is_set()


async def test_line_breaks_in_the_text_do_not_break_an_event(front: Front, backend: Scripted) -> None:
    backend.chunks = [chunk(content="a\r\nb\n\nc\u2028d")]
    answer = await ask(front, "POST", "/v1/chat/completions", {**CHAT, "stream": True})
    assert answer.events == [*backend.chunks, "[DONE]"]


async def test_a_refusal_before_the_first_chunk_is_an_ordinary_error_reply(front: Front, backend: Scripted) -> None:
    backend.chunks = [Refusal(404, "no such model", loc=("body", "model"), code="model_not_found")]
    answer = await ask(front, "POST", "/v1/chat/completions", {**CHAT, "stream": True})
    assert (answer.status, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json == {
        "error": {"message": "no such model", "type": "not_found_error", "param": "model", "code": "model_not_found"}
    }


async def test_a_failure_after_the_first_chunk_is_an_error_event_without_done(front: Front, backend: Scripted) -> None:
    backend.chunks = [chunk(content="He"), Refusal(503, "the engine went away")]
    answer = await ask(front, "POST", "/v1/chat/completions", {**CHAT, "stream": True})
    assert answer.status == 200
    first, last = answer.events
    assert first == backend.chunks[0]
    assert last == {"error": {"message": "the engine went away", "type": "server_error", "param": None, "code": None}}


OPENAI_PATH = "/external/api/inference/openai/v1/chat/completions"
CORE = {
    **CHAT,
    "temperature": 0.5,
    "max_tokens": 5,
    "top_p": 0.9,
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "response_format": {"type": "text"},
    "stream": False,
}


async def test_the_openai_path_passes_on_its_eight_members_only(front: Front, backend: Scripted) -> None:
    unsupported = {"n": 2, "user": "u", "logit_bias": {"1": 1}, "logprobs": True, "seed": 1, "web_search": True}
    assert (await ask(front, "POST", OPENAI_PATH, {**CORE, **unsupported})).status == 200
    assert backend.body == CORE
    assert backend.call.role == "chat.openai-path"


async def test_the_openai_path_leaves_out_log_probabilities(front: Front, backend: Scripted) -> None:
    whole, part = reply(), chunk(content="x")
    whole["choices"][0]["logprobs"] = part["choices"][0]["logprobs"] = {"content": []}
    backend.reply, backend.chunks = whole, [part]
    answer = await ask(front, "POST", OPENAI_PATH, CORE)
    assert "logprobs" not in answer.json["choices"][0]
    streamed = await ask(front, "POST", OPENAI_PATH, {**CORE, "stream": True})
    assert streamed.events == [chunk(content="x"), "[DONE]"]
