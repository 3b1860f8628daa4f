"""Exploring alone, without the plan before it."""

from __future__ import annotations

import asyncio

from inferproof.certify.fuzz import Found, Pursuit
from inferproof.certify.result import Result
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.generated.requirements import requirements_of
from inferproof.probes.probe import RequestBuilder
from inferproof.wire.client import Client
from inferproof_mock.server import DEFAULT_KEY


def explored(contract: Contract, url: str, seed: int, seconds: float) -> Found:
    """What exploring the server at `url` finds; at least one round of requests."""
    models = (contract.request_example(role)["model"] for role in ("chat", "embeddings"))
    nothing = Result(contract=contract.name, digest=contract.digest, target={}, judgements=(), requests=0, seconds=0.0)

    async def run() -> Found:
        async with Client(url) as client:
            pursuit = Pursuit(
                contract, Target(url, key=DEFAULT_KEY), RequestBuilder(contract, *models, seed), client, nothing
            )
            await pursuit.explore(seconds, seed, requirements_of(contract))
            return pursuit.found

    return asyncio.run(run())
