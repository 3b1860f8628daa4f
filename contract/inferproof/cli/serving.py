"""The commands of the reference: serve from vLLM, and the tiny model to try that with."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from inferproof.cli.group import contract_option
from inferproof.document import load
from inferproof.shell import command
from inferproof_reference.server import Options, event_loop, require_client, serve_model, serve_upstream
from inferproof_reference.tiny_model import write_tiny_model


@click.command()
@click.option("--upstream", metavar="URL", help="A vLLM server that runs, without /v1.")
@click.option("--embeddings-upstream", metavar="URL", help="A vLLM server for embeddings (--runner pooling).")
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
    help="An accepted API key. Repeatable [default: a random one that is printed].",
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
    contract = load(name)
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        if upstream is not None:
            runner.run(serve_upstream(contract, upstream, embeddings_upstream, settings, click.echo))
        elif model is not None:
            python = python or sys.executable
            runner.run(
                serve_model(contract, model, embedding_model, settings, click.echo, python=python, arguments=arguments)
            )


@click.command("tiny-model")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def tiny_model(folder: Path) -> None:
    """Write the random two-layer model with which anyone can run vLLM, without a download; the same every time."""
    write_tiny_model(folder)
    click.echo(f"{folder}: a model for vLLM itself, or for: {command('inferproof', 'serve', '--model', str(folder))}")
