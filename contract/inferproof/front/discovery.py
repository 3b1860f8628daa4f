"""What a client asks before it chats: the configs there are, and whether the server is ready."""

from __future__ import annotations

from inferproof.document.contract import Contract
from inferproof.front.backend import Backend, Json, Refusal
from inferproof.front.response import Handler, Response, Whole


def configs(contract: Contract, backend: Backend) -> Handler:
    async def answer(body: Json, key: str | None) -> Response:
        return Whole(await backend.configs())

    return answer


def status(contract: Contract, backend: Backend) -> Handler:
    async def answer(body: Json, key: str | None) -> Response:
        health = await backend.health()
        if not health.ready:
            raise Refusal(503, f"The server is not ready: {health.status}.", code="not_ready")
        return Whole({"status": health.status})

    return answer
