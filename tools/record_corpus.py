"""Record the stored transcripts anew, or those whose names are given: `python -m tools.record_corpus mock-inflection`.

Runs are without generated requests, with the seed 0. The reference and the servers of others take a Python with vLLM
(`INFERPROOF_VLLM_PYTHON`, as `tox -e corpus` sets it); what cannot be started is told, and its transcript stays.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Target
from inferproof.certify.ways import opening_all
from inferproof.document import load
from inferproof.front.serve import serving as listening
from inferproof.wire.transcript import write
from inferproof_mock.server import DEFAULT_KEY, mock
from inferproof_reference.server import CONSTRAINTS, Options, reference
from inferproof_reference.tiny_model import write_tiny_model
from tests.conftest import PACKS, contract_of
from tests.corpus.corpus import TRANSCRIPTS
from tests.foreign.servers import FOREIGN, CannotStart, Foreign, NotInstalled
from tests.keys import holding_keys, with_keys
from tests.proof.broken_servers import of_contract
from tests.proof.legal_servers.server import Mock, serving
from tests.reference import vllm

Record = Callable[[], Certification]


def recordings() -> dict[str, Record]:
    """What there is to record, by name."""
    mocks = {f"mock-{pack}": partial(_mock, pack) for pack in PACKS}
    references = {f"reference-{pack}": partial(_reference, pack) for pack in PACKS}
    others = {f"foreign-{each.name.replace(' ', '-').lower()}": partial(_foreign, each) for each in FOREIGN}
    return {**mocks, **_broken(), **references, **others}


def _mock(pack: str) -> Certification:
    contract = contract_of(pack)
    with serving(Mock(holding_keys(contract)), None) as server:
        return certify(contract, with_keys(contract, server.url))


def _broken() -> dict[str, Record]:
    """The first broken server of each module: a kind of defect each."""
    contract = load("inflection")
    first = {mutant.module: mutant for mutant in reversed(of_contract(contract).values())}

    def record(module: str) -> Certification:
        with serving(Mock(mock(contract, keys=(DEFAULT_KEY,))), first[module]) as server:
            return certify(contract, Target(server.url, key=DEFAULT_KEY))

    return {f"broken-{first[module].name}": partial(record, module) for module in first}


def _reference(pack: str) -> Certification:
    if not vllm.has_vllm():
        raise NotInstalled(vllm.MISSING)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_on_the_engine(pack, Path(folder) / "tiny"))


async def _on_the_engine(pack: str, model: Path) -> Certification:
    """The reference in front of vLLM with the tiny model."""
    contract = contract_of(pack)
    write_tiny_model(model)
    generator, embedder = await asyncio.gather(vllm.start(model, arguments=CONSTRAINTS), vllm.start(model, "pooling"))
    async with (
        generator,
        embedder,
        reference(contract, generator.url, embedder.url, Options(keys=(DEFAULT_KEY,), compact_json=True)) as front,
        listening(front) as url,
    ):
        target = Target(url, key=DEFAULT_KEY, chat_model="tiny", embedding_model="tiny-embed")
        target = replace(opening_all(contract, target, DEFAULT_KEY), declined=vllm.LACKS.get(pack, {}))
        return await asyncio.to_thread(certify, contract, target)


def _foreign(server: Foreign) -> Certification:
    with tempfile.TemporaryDirectory() as folder:
        return server.certified(Path(folder))


def main(names: Sequence[str]) -> int:
    every = recordings()
    if unknown := set(names) - every.keys():
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(every)}", file=sys.stderr)
        return 2
    TRANSCRIPTS.mkdir(exist_ok=True)
    for name in names or every:
        try:
            found = every[name]().transcript
        except CannotStart as why:
            print(f"{name}: not recorded: {why}", file=sys.stderr)
            continue
        write(TRANSCRIPTS / f"{name}.jsonl.gz", found.header, found.exchanges, found.footer)
        print(f"{name}: {len(found.exchanges)} exchanges")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
