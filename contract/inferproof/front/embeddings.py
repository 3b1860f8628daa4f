"""The embeddings operation."""

from __future__ import annotations

from inferproof.document.contract import Contract
from inferproof.front.answer import Answer, Handler, Whole
from inferproof.front.backend import Backend, Embedding, Json


def embeddings(contract: Contract, backend: Backend) -> Handler:
    async def answer(body: Json, key: str | None) -> Answer:
        return Whole(await backend.embed(Embedding(body, key)))

    return answer
