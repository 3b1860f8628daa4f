"""What a client asks before it chats: the models there are, by either list, and whether the server is ready."""

from __future__ import annotations

import time

from inferproof.document.contract import Contract
from inferproof.front.backend import Backend, Json, Refusal
from inferproof.front.response import Handler, Response, Whole

OWNER = "inferproof"


def configs(contract: Contract, backend: Backend) -> Handler:
    async def answer(body: Json, key: str | None) -> Response:
        return Whole(await backend.configs())

    return answer


def models(contract: Contract, backend: Backend) -> Handler:
    """OpenAI's list. `created`, which OpenAI has for the model, is when this server began to offer it."""
    created = int(time.time())

    async def answer(body: Json, key: str | None) -> Response:
        listed = [
            {"id": name, "object": "model", "created": created, "owned_by": OWNER} for name in await backend.models()
        ]
        return Whole({"object": "list", "data": listed})

    return answer


def status(contract: Contract, backend: Backend) -> Handler:
    async def answer(body: Json, key: str | None) -> Response:
        health = await backend.health()
        if not health.ready:
            raise Refusal(503, f"The server is not ready: {health.status}.", code="not_ready")
        return Whole({"status": health.status})

    return answer
