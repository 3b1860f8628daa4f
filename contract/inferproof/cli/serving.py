"""The commands that serve: the mock, the reference, Prism; and the tiny model for the reference."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inferproof.cli.group import contract_option, load_contract, main
from inferproof.shell import command

if TYPE_CHECKING:
    from inferproof.document import Contract
    from inferproof.front.serve import App

LIST = "list"
"""In place of the name of a habit: which there are."""


@main.command(short_help="Serve the API from a simulated model.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=4010, show_default=True, help="0 takes a free one.")
@click.option(
    "--api-key", "keys", multiple=True, help="A key that opens it. Repeatable [default: one that is printed]."
)
@click.option("--revoked-key", "revoked", multiple=True, metavar="KEY", help="A key that is valid no longer.")
@click.option(
    "--restricted-key", "restricted", multiple=True, metavar="KEY=MODEL", help="A key that may use this model only."
)
@click.option("--exhausted-key", "exhausted", multiple=True, metavar="KEY", help="A key without credit.")
@click.option(
    "--habit",
    "habits",
    multiple=True,
    metavar="NAME",
    help="A legal habit of hosts and gateways to play. Repeatable; `list` tells which there are.",
)
@contract_option()
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
def mock(
    host: str,
    port: int,
    keys: tuple[str, ...],
    revoked: tuple[str, ...],
    restricted: tuple[str, ...],
    exhausted: tuple[str, ...],
    habits: tuple[str, ...],
    name: str,
    seed: int,
) -> None:
    """Serve the API from a simulated model that keeps the contract."""
    from inferproof.front.serve import serve
    from inferproof_mock.habits import with_habits
    from inferproof_mock.server import DEFAULT_KEY
    from inferproof_mock.server import mock as build

    contract = load_contract(name)
    if LIST in habits:
        _list_habits(contract)
        return
    keys = keys or (DEFAULT_KEY,)
    models = dict(_key_and_model(each) for each in restricted)
    app: App = build(contract, keys=keys, seed=seed, revoked=revoked, restricted=models, exhausted=exhausted)
    if habits:
        app = with_habits(app, contract, habits, seed=seed)

    def ready(address: str) -> None:
        shown = f"key {DEFAULT_KEY}" if keys == (DEFAULT_KEY,) else f"{len(keys)} key(s) given"
        click.echo(f"inferproof mock: {address} ({shown}); Ctrl-C stops it")

    serve(app, host, port, ready)


def _list_habits(contract: Contract) -> None:
    """Each habit that a server of the contract may have, with what it does and what a target of it declines."""
    from inferproof_mock.habits import habits_of

    for name, each in habits_of(contract).items():
        click.echo(f"{name}\n    {each.sentence}\n    Allowed: {each.because}")
        if each.declines:
            click.echo(f"    A target of it declines {', '.join(each.declines)}.")
        if each.room:
            click.echo(f"    A target of it says `room = {each.room}` in [limits].")
        if each.fails:
            click.echo(f"    It fails {', '.join(each.fails)}.")


def _key_and_model(text: str) -> tuple[str, str]:
    """Raises click.BadParameter."""
    key, equals, model = text.partition("=")
    if not (key and equals and model):
        raise click.BadParameter("write it as KEY=MODEL", param_hint="--restricted-key")
    return key, model


@main.command(short_help="Serve the contract with Stoplight Prism.")
@click.option("--port", type=click.IntRange(0, 65535), default=4010, show_default=True, help="0 takes a free one.")
@click.option("--image", help="Image of Prism for Docker [default: stoplight/prism:5].")
@click.option("--proxy", metavar="URL", help="Stand before the server at URL and validate, instead of mocking one.")
@contract_option()
def prism(port: int, image: str | None, proxy: str | None, name: str) -> None:
    """Serve the contract with Stoplight Prism: by Docker where an engine answers, else by npx."""
    from inferproof.document.prism import for_prism
    from inferproof_mock.prism import IMAGE, run

    sys.exit(run(for_prism(load_contract(name)), port=port, image=image or IMAGE, proxy=proxy, log=click.echo))


@main.command(short_help="Serve the API from vLLM.")
@click.option("--upstream", metavar="URL", help="A vLLM server that runs, without /v1.")
@click.option("--embeddings-upstream", metavar="URL", help="One that embeds (vLLM with --runner pooling).")
@click.option(
    "--model", metavar="tiny|PATH", help="Start vLLM on this model; `tiny` is a random one of a few hundred kB."
)
@click.option("--embedding-model", metavar="tiny|PATH", help="The model that embeds [default: the same].")
@click.option("--python", metavar="PATH", help="The interpreter that has vLLM [default: this one].")
@click.option("--vllm-arg", "arguments", multiple=True, metavar="ARG", help="Give this to vLLM. Repeatable.")
@click.option("--catalogue", type=click.Path(path_type=Path), help="Which models there are for clients, TOML.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option(
    "--api-key",
    "keys",
    multiple=True,
    envvar="INFERPROOF_SERVE_KEYS",
    show_envvar=True,
    help="A key that opens it. Repeatable [default: a random one that is printed].",
)
@click.option("--upstream-key-env", metavar="NAME", help="Variable that holds the key that the engines want.")
@click.option("--compact-json", is_flag=True, help="The upstream was told to write JSON without whitespace.")
@click.option("--max-queue", type=click.IntRange(1), default=1024, show_default=True, help="Requests at a time.")
@click.option("--patience", type=click.FloatRange(1), default=600.0, show_default=True, help="Seconds of silence.")
@contract_option()
def serve(
    upstream: str | None,
    embeddings_upstream: str | None,
    model: str | None,
    embedding_model: str | None,
    python: str | None,
    arguments: tuple[str, ...],
    upstream_key_env: str | None,
    keys: tuple[str, ...],
    patience: float,
    name: str,
    **options: Any,
) -> None:
    """Serve the API from vLLM: from servers that run, or from ones that it starts and takes down with itself."""
    import asyncio
    import os
    import secrets

    from inferproof_reference.server import Options, event_loop, require_client, serve_model, serve_upstream

    if (upstream is None) == (model is None):
        raise click.UsageError("Give either --upstream, the URL of a vLLM server, or --model, to start one.")
    if upstream_key_env is not None and not os.environ.get(upstream_key_env):
        raise click.UsageError(f"The environment variable {upstream_key_env} is not set: put the engines' key in it.")
    require_client()
    if not keys:
        keys = (f"sk-local-{secrets.token_urlsafe(18)}",)
        click.echo(f"inferproof serve: the key is {keys[0]}")
    upstream_key = os.environ.get(upstream_key_env) if upstream_key_env else None
    settings = Options(keys=keys, upstream_key=upstream_key, patience_s=patience, **options)
    contract = load_contract(name)
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        if upstream is not None:
            runner.run(serve_upstream(contract, upstream, embeddings_upstream, settings, click.echo))
        elif model is not None:
            python = python or sys.executable
            runner.run(
                serve_model(contract, model, embedding_model, settings, click.echo, python=python, arguments=arguments)
            )


@main.command("tiny-model", short_help="Write a tiny random model to run vLLM on.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def tiny_model(folder: Path) -> None:
    """Write the random two-layer model with which anyone can run vLLM, without a download; the same every time."""
    from inferproof_reference.tiny_model import write_tiny_model

    write_tiny_model(folder)
    click.echo(f"{folder}: a model for vLLM itself, or for: {command('inferproof', 'serve', '--model', str(folder))}")
