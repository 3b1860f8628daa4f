"""The reference in memory, with scripted engines behind it over loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof_reference.server import Options, reference
from tests.reference.scripted_engine import ScriptedEngine


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def embedder() -> ScriptedEngine:
    return ScriptedEngine(models=("tiny-embed",))


@pytest.fixture
async def front(contract: Contract, engine: ScriptedEngine, embedder: ScriptedEngine) -> AsyncIterator[Front]:
    options = Options(max_queue=2, patience_s=0.5, compact_json=True)
    async with (
        engine.running() as url,
        embedder.running() as embeddings_url,
        reference(contract, url, embeddings_url, options) as front,
    ):
        yield front
