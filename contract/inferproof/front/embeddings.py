"""The embeddings operation."""

from __future__ import annotations

from inferproof.document.contract import Contract
from inferproof.front.backend import Backend, Embedding, Json
from inferproof.front.named import named_members
from inferproof.front.response import Handler, Response, Whole

NEEDED = ("input", "messages", "model")
"""What an embedding is of, in either form, whatever the document says of it."""


def embeddings(contract: Contract, backend: Backend) -> Handler:
    named = named_members(contract, "embeddings", NEEDED)

    async def answer(body: Json, key: str | None) -> Response:
        return Whole(await backend.embed(Embedding(named(body), key)))

    return answer
