"""The embeddings operation."""

from __future__ import annotations

from inferproof.document.contract import Contract
from inferproof.front.backend import Backend, Embedding, Json
from inferproof.front.response import Handler, Response, Whole


def embeddings(contract: Contract, backend: Backend) -> Handler:
    async def answer(body: Json, key: str | None) -> Response:
        return Whole(await backend.embed(Embedding(body, key)))

    return answer
