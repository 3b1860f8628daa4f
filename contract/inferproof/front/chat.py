"""The chat operations: whole or streamed, and the path that supports the core members only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from inferproof.document.contract import Contract
from inferproof.front.backend import Backend, Chat, Json
from inferproof.front.deadline import stream_within, within
from inferproof.front.expressions import require_bounded
from inferproof.front.named import named_members
from inferproof.front.response import Events, Handler, Response, Whole
from inferproof.front.sse import closing

OPENAI_PATH = "chat.openai-path"

ALWAYS_READ = ("messages", "model", "stream", "return_tokens_as_token_ids")
"""Whatever the document says of them: what a chat is about, and what shows which tokens came, for others to verify."""


def chat(contract: Contract, backend: Backend) -> Handler:
    streams = _streams(contract, "chat")
    named = named_members(contract, "chat", ALWAYS_READ)

    async def answer(body: Json, key: str | None) -> Response:
        call = Chat(named(body), "chat", key)
        require_bounded(call.body)
        if streams(call.body):
            return Events(stream(backend, call))
        return Whole(await complete(backend, call))

    return answer


def chat_core(contract: Contract, backend: Backend) -> Handler:
    """Log probabilities are dropped, which this path has not."""
    named = named_members(contract, OPENAI_PATH)
    streams = _streams(contract, OPENAI_PATH)

    async def answer(body: Json, key: str | None) -> Response:
        call = Chat(named(body), OPENAI_PATH, key)
        require_bounded(call.body)
        if streams(call.body):
            return Events(_core_chunks(stream(backend, call)))
        return Whole(_without_logprobs(await complete(backend, call)))

    return answer


def _streams(contract: Contract, role: str) -> Callable[[Json], bool]:
    """Whether a request asks for a stream; one that does not say so has the documented default."""
    schema = contract.operation(role).request_schema
    default = dict(contract.defaults(schema)).get("stream") if schema is not None else None

    def streams(body: Json) -> bool:
        asked = body.get("stream")
        return bool(default if asked is None else asked)

    return streams


async def complete(backend: Backend, call: Chat) -> Json:
    return await within(call.body.get("timeout_sec"), backend.complete(call))


def stream(backend: Backend, call: Chat) -> AsyncIterator[Json]:
    return stream_within(call.body.get("timeout_sec"), backend.stream(call))


async def _core_chunks(chunks: AsyncIterator[Json]) -> AsyncIterator[Json]:
    async with closing(chunks):
        async for chunk in chunks:
            yield _without_logprobs(chunk)


def _without_logprobs(reply: Json) -> Json:
    choices = [{name: value for name, value in choice.items() if name != "logprobs"} for choice in reply["choices"]]
    return {**reply, "choices": choices}
