"""What a client asks before it chats: the models there are, by any list, whether the server is there, and ready."""

from __future__ import annotations

from typing import Any

from inferproof.document import pointers
from inferproof.document.contract import Contract
from inferproof.front.backend import Backend, Json, Refusal
from inferproof.front.listing import Listing
from inferproof.front.response import Handler, Response, Text, Whole
from inferproof.front.smallest import smallest

PONG = "pong"
"""The text of a ping where the document shows none."""


def configs(contract: Contract, backend: Backend) -> Handler:
    async def answer(body: Json, key: str | None) -> Response:
        return Whole(await backend.configs())

    return answer


def models(contract: Contract, backend: Backend) -> Handler:
    """The models that chat; those that embed, too, where the contract has no list of their own."""
    listing = Listing(contract, "models")
    alone = "models.embedding" not in contract.roles

    async def answer(body: Json, key: str | None) -> Response:
        names = await backend.chat_models()
        more = await backend.embedding_models() if alone else []
        return Whole(listing.of(list(dict.fromkeys([*names, *more]))))

    return answer


def embedding_models(contract: Contract, backend: Backend) -> Handler:
    listing = Listing(contract, "models.embedding")

    async def answer(body: Json, key: str | None) -> Response:
        return Whole(listing.of(await backend.embedding_models()))

    return answer


def status(contract: Contract, backend: Backend) -> Handler:
    async def answer(body: Json, key: str | None) -> Response:
        health = await backend.health()
        if not health.ready:
            raise Refusal(503, f"The server is not ready: {health.status}.", code="not_ready")
        return Whole({"status": health.status})

    return answer


def ping(contract: Contract, backend: Backend) -> Handler:
    """What the document shows, the same each time: the backend is not asked."""
    said = _said(contract)

    async def answer(body: Json, key: str | None) -> Response:
        return said

    return answer


def _said(contract: Contract) -> Whole | Text:
    """The documented JSON, or what its schema allows; text, where the document has no JSON."""
    media = _documented(contract)
    if "text/plain" in media and "application/json" not in media:
        return Text(str(_shown(contract, "text/plain", PONG)))
    schema = contract.operation("ping").reply_schema
    return Whole(_shown(contract, "application/json", smallest(contract, schema) if schema is not None else {}))


def _documented(contract: Contract) -> Any:
    """The media types of the reply; none where the document says nothing of it."""
    try:
        return contract.at(pointers.join(contract.operation("ping").pointer, "responses", "200", "content"))
    except KeyError:
        return ()


def _shown(contract: Contract, media: str, otherwise: Any) -> Any:
    try:
        return contract.reply_example("ping", media=media)
    except KeyError:
        return otherwise
