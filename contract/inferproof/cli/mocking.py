"""The commands that serve without a model: the mock, and Prism."""

from __future__ import annotations

import sys

import click

from inferproof.cli.group import contract_option
from inferproof.document import Contract, load
from inferproof.document.prism import for_prism
from inferproof.front.serve import App, serve
from inferproof_mock import prism as stoplight
from inferproof_mock.habits import habits_of, with_habits
from inferproof_mock.server import DEFAULT_KEY
from inferproof_mock.server import mock as mocked

LIST = "list"
"""In place of the name of a habit: which there are."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=4010, show_default=True, help="0 takes a free one.")
@click.option(
    "--api-key", "keys", multiple=True, help="An accepted API key. Repeatable [default: one that is printed]."
)
@click.option("--revoked-key", "revoked", multiple=True, metavar="KEY", help="A revoked key: the mock rejects it.")
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
    contract = load(name)
    if LIST in habits:
        _list_habits(contract)
        return
    keys = keys or (DEFAULT_KEY,)
    models = dict(_key_and_model(each) for each in restricted)
    app: App = mocked(contract, keys=keys, seed=seed, revoked=revoked, restricted=models, exhausted=exhausted)
    if habits:
        app = with_habits(app, contract, habits, seed=seed)

    def ready(address: str) -> None:
        shown = f"key {DEFAULT_KEY}" if keys == (DEFAULT_KEY,) else f"{len(keys)} key(s) given"
        click.echo(f"inferproof mock: {address} ({shown}); Ctrl-C stops it")

    serve(app, host, port, ready)


def _list_habits(contract: Contract) -> None:
    """Each habit that a server of the contract may have, with what it does and what a target of it declines."""
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


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=4010, show_default=True, help="0 takes a free one.")
@click.option("--image", help="Image of Prism for Docker [default: stoplight/prism:5].")
@click.option("--proxy", metavar="URL", help="Stand before the server at URL and validate, instead of mocking one.")
@contract_option()
def prism(port: int, image: str | None, proxy: str | None, name: str) -> None:
    """Serve the contract with Stoplight Prism: by Docker where an engine answers, else by npx."""
    sys.exit(
        stoplight.run(for_prism(load(name)), port=port, image=image or stoplight.IMAGE, proxy=proxy, log=click.echo)
    )
