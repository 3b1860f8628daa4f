"""vLLM behind the front: one engine that generates, and beside it one that embeds."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

import orjson

from inferproof.front.backend import Chat, Embedding, Health, Json, Refusal
from inferproof_reference import replies
from inferproof_reference.catalogue import Catalogue, Model
from inferproof_reference.fields import Documented, chat_to_engine, embeddings_to_engine
from inferproof_reference.refusals import bad_gateway, in_stream
from inferproof_reference.upstream import Upstream, is_healthy

MAX_QUEUE = 1024
HEALTH_LASTS_S = 1.0
HEALTH_WITHIN_S = 2.0

CHAT = "/v1/chat/completions"
EMBEDDINGS = "/v1/embeddings"


class VllmBackend:
    """Translates what the contract says into what vLLM understands, and back.

    `said` is what the contract says of members that a request leaves out. `embedder` may be missing: then there are no
    embeddings. `max_queue` is how many requests the engines may have at a time, waiting ones included; one more is
    refused with 429. `compact` says whether the engine that generates was told to write JSON without whitespace.
    """

    def __init__(
        self,
        generator: Upstream,
        embedder: Upstream | None,
        catalogue: Catalogue,
        said: Documented,
        *,
        max_queue: int = MAX_QUEUE,
        compact: bool = False,
    ) -> None:
        self._generator = generator
        self._embedder = embedder
        self._catalogue = catalogue
        self._said = said
        self._free = max_queue
        self._compact = compact
        self._health: tuple[float, Health] | None = None
        self._asking = asyncio.Lock()

    async def complete(self, call: Chat) -> Json:
        model, body = self._translated(call)
        with self._place():
            reply = await self._generator.post(CHAT, body, call.body)
        try:
            return replies.whole(reply, model.name, prompt_logprobs=body.get("prompt_logprobs") is not None)
        except (LookupError, TypeError, AttributeError):
            raise bad_gateway("The engine's answer is not a chat completion.") from None

    async def stream(self, call: Chat) -> AsyncIterator[Json]:
        model, body = self._translated(call)
        with self._place():
            async with contextlib.aclosing(self._generator.events(CHAT, body, call.body)) as events:
                async for data in events:
                    yield _chunk(data, model.name, call.body)

    async def embed(self, call: Embedding) -> Json:
        model = self._catalogue.model("embedding", call.body.get("model"))
        if self._embedder is None:
            raise Refusal(404, "No model here embeds.", loc=("body", "model"), code="model_not_found")
        with self._place():
            reply = await self._embedder.post(EMBEDDINGS, embeddings_to_engine(call.body, model, self._said), call.body)
        return replies.embeddings(reply, model.name)

    async def configs(self) -> list[Json]:
        return self._catalogue.configs()

    async def chat_models(self) -> list[str]:
        return self._catalogue.names("chat")

    async def embedding_models(self) -> list[str]:
        return self._catalogue.names("embedding")

    async def health(self) -> Health:
        """What the engines say, at most a second old. Without the one that generates nothing is ready."""
        async with self._asking:
            if self._health is None or self._health[0] < time.monotonic() - HEALTH_LASTS_S:
                health = await self._ask_health()
                self._health = time.monotonic(), health
            return self._health[1]

    async def close(self) -> None:
        await self._generator.close()
        if self._embedder is not None:
            await self._embedder.close()

    def _translated(self, call: Chat) -> tuple[Model, Json]:
        """The model, and the request as the engine understands it. Raises Refusal."""
        model = self._catalogue.model("chat", call.body.get("model"))
        body = call.body
        if call.role == "attributes" and not self._compact:
            # The front asks for compact scores to be brief; no client did, and an engine that cannot may have spaces.
            body = {name: value for name, value in body.items() if name != "guided_whitespace_pattern"}
        return model, chat_to_engine(body, model, self._said, compact=self._compact)

    async def _ask_health(self) -> Health:
        engines = [engine for engine in (self._generator, self._embedder) if engine is not None]
        answers = await asyncio.gather(*(is_healthy(engine, within_s=HEALTH_WITHIN_S) for engine in engines))
        if not answers[0]:
            return Health(False, "the engine does not answer")
        if not all(answers):
            return Health(True, "degraded: the engine for embeddings does not answer")
        return Health(True, "ok")

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        """A place in the queue, for as long as the engine works on the request."""
        if self._free < 1:
            raise Refusal(429, "The engine is full: try again soon.", code="queue_full", headers={"Retry-After": "1"})
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


def _chunk(data: bytes, name: str, asked: Json) -> Json:
    """The chunk that an event of the engine holds. Raises Refusal for an error, and for what is no chunk."""
    try:
        event = orjson.loads(data)
        if "error" not in event:
            return replies.chunk(event, name)
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        raise bad_gateway("The engine sent an event that is no chunk of a chat completion.") from None
    raise in_stream(event, asked)
