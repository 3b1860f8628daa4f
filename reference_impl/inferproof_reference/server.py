"""The reference server: the front with vLLM behind it, on engines that run already or that it starts itself."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from inferproof.document import Contract
from inferproof.document.names import CHATS, EMBEDDINGS, requested
from inferproof.front.app import Front
from inferproof.front.backend import Json, Refusal
from inferproof.front.serve import serving
from inferproof_reference.backend import MAX_QUEUE, VllmBackend
from inferproof_reference.catalogue import Kind, catalogue_of, read_catalogue
from inferproof_reference.engine import SMALL_ARGUMENTS, SMALL_ENVIRONMENT, Engine, stage_of
from inferproof_reference.errors import CannotServe
from inferproof_reference.fields import documented
from inferproof_reference.tiny_model import write_tiny_model
from inferproof_reference.upstream import Upstream, served_models

TINY = "tiny"
"""The model that is written when it is asked for, instead of read from a folder."""

# Left to itself vLLM 0.32 decodes every constraint with what suited its first one, and answers 500 to one that does not
# fit; told what to use, it refuses that with 400.
CONSTRAINTS = ("--structured-outputs-config", '{"backend": "xgrammar", "disable_any_whitespace": true}')

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """`keys` are the API keys that are let in; `upstream_key` is the one that the engines want.

    `patience_s` is how long an engine may be silent within one request. `compact_json` says that vLLM was started
    with `--structured-outputs-config.disable_any_whitespace=true`, as the engines are that we start.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    keys: Sequence[str] = ()
    upstream_key: str | None = field(default=None, repr=False)
    catalogue: Path | None = None
    max_queue: int = MAX_QUEUE
    patience_s: float = 600.0
    compact_json: bool = False


@contextlib.asynccontextmanager
async def reference(
    contract: Contract, upstream: str, embeddings_upstream: str | None = None, options: Options = Options()
) -> AsyncIterator[Front]:
    """The reference on engines that answer at these URLs, as an ASGI app for the running event loop.

    Raises CannotServe where an engine does not answer, or does not serve what the catalogue names.
    """
    tables = read_catalogue(options.catalogue) if options.catalogue else {}
    async with _reference(contract, upstream, embeddings_upstream, options, tables) as front:
        yield front


async def serve_upstream(
    contract: Contract, upstream: str, embeddings_upstream: str | None, options: Options, say: Say
) -> None:
    """Serves until Ctrl-C or SIGTERM. Raises CannotServe and CannotListen."""
    stop = _stop_on_signals()
    async with reference(contract, upstream, embeddings_upstream, options) as front:
        await _serve(front, options, say, stop)


async def serve_model(
    contract: Contract,
    model: str,
    embedding_model: str | None,
    options: Options,
    say: Say,
    *,
    python: str,
    arguments: Sequence[str] = (),
) -> None:
    """Starts vLLM twice, to generate and to embed, and serves until Ctrl-C or SIGTERM; takes both down with itself.

    `model` and `embedding_model` are folders or `tiny`; without the latter the one model does both. They are served
    under the names that the document shows, unless there is a catalogue. `arguments` go to both engines. An engine
    that dies is not started again: `/status` says so, and requests get 503.
    Raises CannotServe, CannotListen and EngineFailed.
    """
    stop = _stop_on_signals()
    options = replace(options, compact_json=True)
    given = read_catalogue(options.catalogue) if options.catalogue else None
    with TemporaryDirectory(prefix="inferproof-") as scratch:
        starting = asyncio.create_task(
            _engines(Path(scratch), model, embedding_model or model, say, python=python, arguments=arguments)
        )
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            return
        generator, embedder = await starting
        async with generator, embedder:
            say(f"{generator.url} generates, {embedder.url} embeds; each has its /metrics")
            tables = given or _documented_names(contract, _name(model), _name(embedding_model or model))
            deaths = [asyncio.create_task(_tell_of_death(engine, say)) for engine in (generator, embedder)]
            try:
                async with _reference(contract, generator.url, embedder.url, options, tables) as front:
                    await _serve(front, options, say, stop)
            finally:
                stopped.cancel()
                for death in deaths:
                    death.cancel()


def event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop: uvloop's, which costs less CPU for an event, where it is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def require_client() -> None:
    """Raises CannotServe where the HTTP client of the reference is not installed."""
    if find_spec("aiohttp") is None:
        raise CannotServe(
            "The reference needs aiohttp: pip install 'inferproof[serve]', or in a checkout pip install '.[serve]'"
        )


@contextlib.asynccontextmanager
async def _reference(
    contract: Contract, upstream: str, embeddings_upstream: str | None, options: Options, tables: dict[str, Any]
) -> AsyncIterator[Front]:
    require_client()
    generator = Upstream(upstream, key=options.upstream_key, patience_s=options.patience_s)
    embedder = None
    if embeddings_upstream is not None:
        embedder = Upstream(embeddings_upstream, key=options.upstream_key, patience_s=options.patience_s)
    try:
        served: dict[Kind, list[Json]] = {"chat": await _served(generator)}
        if embedder is not None:
            served["embedding"] = await _served(embedder)
        catalogue = catalogue_of(tables, served, str(options.catalogue or "The default catalogue"))
        backend = VllmBackend(
            generator,
            embedder,
            catalogue,
            documented(contract),
            max_queue=options.max_queue,
            compact=options.compact_json,
        )
        yield Front(contract, backend, keys=options.keys)
    finally:
        await generator.close()
        if embedder is not None:
            await embedder.close()


async def _served(upstream: Upstream) -> list[Json]:
    if not upstream.url.startswith(("http://", "https://")):
        raise CannotServe(f"{upstream.url!r} is not a URL of a server: write it as http://host:port")
    try:
        return await served_models(upstream)
    except Refusal as refusal:
        raise CannotServe(
            f"There is no vLLM server to be used at {upstream.url}: {refusal.message} Start one, or mend the URL."
        ) from refusal


async def _serve(front: Front, options: Options, say: Say, stop: asyncio.Event) -> None:
    async with serving(front, options.host, options.port) as url:
        say(f"inferproof serve: {url} ({len(options.keys)} key(s)); Ctrl-C stops it")
        await stop.wait()


async def _engines(
    scratch: Path, model: str, embedding_model: str, say: Say, *, python: str, arguments: Sequence[str]
) -> tuple[Engine, Engine]:
    """Both engines, started at the same time; where one fails the other is stopped. Raises EngineFailed."""
    folder, embedding_folder = (_folder(scratch, one) for one in (model, embedding_model))

    async def start(of: Path, what: str, own: Sequence[str] = (), **options: Any) -> Engine:
        small = of.parent == scratch
        return await Engine.start(
            of,
            name=_name(str(of)),
            python=python,
            arguments=[*(SMALL_ARGUMENTS if small else ()), *own, *arguments],
            environment=SMALL_ENVIRONMENT if small else {},
            on_log=_progress(what, say),
            **options,
        )

    tasks = [
        asyncio.create_task(start(folder, "the engine that generates", CONSTRAINTS)),
        asyncio.create_task(start(embedding_folder, "the engine that embeds", runner="pooling")),
    ]
    try:
        generator, embedder = await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Engine):
                await ended.stop()
        raise
    return generator, embedder


def _folder(scratch: Path, model: str) -> Path:
    if model != TINY:
        return Path(model).resolve()
    folder = scratch / TINY
    if not folder.is_dir():
        write_tiny_model(folder)
    return folder


def _name(model: str) -> str:
    """What the engine calls it: the last part of its path."""
    return Path(model).resolve().name


def _progress(what: str, say: Say) -> Say:
    def on_log(line: str) -> None:
        stage = stage_of(line)
        if stage is not None:
            say(f"{what}: {stage}")

    return on_log


async def _tell_of_death(engine: Engine, say: Say) -> None:
    died = await engine.died()
    say(f"{engine.url}: {died}")


def _documented_names(contract: Contract, generates: str, embeds: str) -> dict[str, Any]:
    """A catalogue in which every example of the document finds its model, and the engines' own names hold too."""
    names: dict[Kind, list[str]] = {"chat": requested(contract, CHATS), "embedding": requested(contract, EMBEDDINGS)}
    served = {"chat": generates, "embedding": embeds}
    return {
        kind: [
            {"name": name, "serves": served[kind], "tags": [kind], "description": f"{served[kind]}, by vLLM"}
            for name in dict.fromkeys([*names[kind], served[kind]])
        ]
        for kind in names
    }


def _stop_on_signals() -> asyncio.Event:
    """Set by Ctrl-C and by SIGTERM, for as long as this event loop runs."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
