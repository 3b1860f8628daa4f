from __future__ import annotations

import asyncio
import logging

import pytest

from inferproof.front.app import Front
from tests.front.asgi import ask
from tests.front.scripted import HELLO, Scripted, chunk
from tests.front.test_chat import CHAT

PATH = "/v1/chat/completions"
SHORT = {**CHAT, "timeout_sec": 0.02}


async def test_an_answer_that_takes_longer_than_timeout_sec_is_504(front: Front, backend: Scripted) -> None:
    backend.reply = asyncio.Event()
    answer = await ask(front, "POST", PATH, SHORT)
    assert answer.status == 504
    assert answer.json["error"]["type"] == "timeout_error"
    assert answer.json["error"]["param"] == "timeout_sec"
    assert backend.cancelled.is_set()


async def test_a_stream_that_does_not_begin_within_timeout_sec_is_504(front: Front, backend: Scripted) -> None:
    backend.chunks = [asyncio.Event()]
    assert (await ask(front, "POST", PATH, {**SHORT, "stream": True})).status == 504
    assert backend.closed.is_set()


async def test_a_stream_that_outlasts_timeout_sec_ends_with_an_error_event(front: Front, backend: Scripted) -> None:
    backend.chunks = [chunk(content="He"), asyncio.Event()]
    answer = await ask(front, "POST", PATH, {**SHORT, "stream": True})
    assert answer.status == 200
    assert answer.events[0] == chunk(content="He")
    assert answer.events[1]["error"]["type"] == "timeout_error"
    assert len(answer.events) == 2
    assert backend.cancelled.is_set()


async def test_what_ends_in_time_is_not_touched(front: Front) -> None:
    assert (await ask(front, "POST", PATH, {**CHAT, "timeout_sec": 60})).status == 200
    streamed = await ask(front, "POST", PATH, {**CHAT, "timeout_sec": 60, "stream": True})
    assert streamed.events == [*HELLO, "[DONE]"]


async def test_no_timeout_is_no_deadline(front: Front) -> None:
    assert (await ask(front, "POST", PATH, {**CHAT, "timeout_sec": None})).status == 200


async def test_a_timeout_inside_the_engine_is_not_taken_for_the_clients(
    front: Front, backend: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    backend.reply = TimeoutError()
    with caplog.at_level(logging.ERROR):
        assert (await ask(front, "POST", PATH, {**CHAT, "timeout_sec": 60})).status == 500
