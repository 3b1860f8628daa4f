"""The embeddings operation."""

from __future__ import annotations

from inferproof.document.contract import Contract
from inferproof.front.backend import Backend, Embedding, Json
from inferproof.front.named import named_members
from inferproof.front.response import Handler, Response, Whole

ALWAYS_READ = ("input", "messages", "model")
"""Whatever the document says of them: what an embedding is of, in either form."""


def embeddings(contract: Contract, backend: Backend) -> Handler:
    named = named_members(contract, "embeddings", ALWAYS_READ)

    async def answer(body: Json, key: str | None) -> Response:
        return Whole(await backend.embed(Embedding(named(body), key)))

    return answer
