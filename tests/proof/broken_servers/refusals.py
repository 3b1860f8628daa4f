"""Refusals that come too late, in a stream that has begun; and what a client that left leaves behind."""

from __future__ import annotations

import json
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, messages, refuse
from tests.proof.legal_servers.reply import Reply


def _refused_stream(*statuses: int) -> Any:
    return lambda reply: reply.status in statuses and reply.asked.get("stream") is True


def _stream(reply: Reply) -> None:
    """Say the same as an event."""
    error = json.dumps(reply.json)
    reply.status, reply.reason, reply.framing = 200, "OK", "chunked"
    reply.header("content-type", "text/event-stream")
    reply.writes = [f"data: {error}\n\n".encode(), b"data: [DONE]\n\n"]


@defect("stream.refused", of=_refused_stream(400, 404), seen="ggml-org/llama.cpp#14566")
def the_engine_refuses_in_an_event(reply: Reply) -> None:
    """A stream begins before the engine has seen the request: what it refuses comes as an event in a 200."""
    _stream(reply)


@defect("stream.refused", "stream.invalid", of=_refused_stream(400, 404, 422))
def every_refusal_of_a_stream_is_an_event(reply: Reply) -> None:
    """Whatever is wrong with a request for a stream comes as an event in a 200."""
    _stream(reply)


@defect("stream.refused", of=_refused_stream(404))
def an_unknown_model_breaks_a_stream_down(reply: Reply) -> None:
    """An unknown model is a failure of the server where a stream is wanted."""
    refuse(reply, 500, "'NoneType' object has no attribute 'generate'")


class _OnceAClientLeft:
    """Something changes after the stream of a client that did not wait for its end."""

    def __init__(self) -> None:
        self.left = False

    def __call__(self, reply: Reply) -> None:
        if reply.asked.get("stream") and "Count to a thousand" in reply.request.body.decode("utf-8", "replace"):
            self.left = True
        elif self.left and chat(reply):
            self.spoil(reply)

    def spoil(self, reply: Reply) -> None:
        raise NotImplementedError


@defect("stream.hang-up.prompt", seen="sgl-project/sglang#36552", broad="prompts of all later requests are compared")
class OnceAClientLeftPromptsAreOneToken(_OnceAClientLeft):
    """Once a client has hung up, prompts are counted as one token."""

    def spoil(self, reply: Reply) -> None:
        usage = reply.json["usage"]
        usage["prompt_tokens"], usage["total_tokens"] = 1, 1 + usage["completion_tokens"]


@defect("stream.hang-up.text", broad="texts of all later requests are compared")
class OnceAClientLeftTheCacheIsBroken(_OnceAClientLeft):
    """Once a client has hung up, the cache of its prompt is broken, and answers are of something else."""

    def spoil(self, reply: Reply) -> None:
        for message in messages(reply):
            if message.get("content"):
                message["content"] = "!" * 8
