"""The commands about documents: lint, drift, and the corrected contract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from inferproof.cli.group import contract_option
from inferproof.document import load
from inferproof.document.drift import drift as compare
from inferproof.document.export import written
from inferproof.document.files import base_document, read_document
from inferproof.document.lint import RULES, lint_file
from inferproof.document.prism import for_prism


def _rules(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        for rule, what in RULES.items():
            click.echo(f"{rule:9} {what}")
        context.exit()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rules", is_flag=True, is_eager=True, expose_value=False, callback=_rules, help="List the rules.")
def lint(file: Path) -> None:
    """Check an OpenAPI document: structure, examples, defaults, credentials. Exit code 1 where something is found."""
    findings = lint_file(file)
    for finding in findings:
        click.echo(f"#{finding.pointer}: {finding.message} [{finding.rule}]")
    if not findings:
        click.echo("no findings", err=True)
    sys.exit(1 if findings else 0)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@contract_option()
def drift(file: Path, name: str) -> None:
    """Compare a vendor's document with our base, structure only. Exit code 1 where it moved."""
    changes = compare(base_document(name), read_document(file))
    for change in changes:
        click.echo(str(change))
    if not changes:
        click.echo("no differences of structure", err=True)
    sys.exit(1 if changes else 0)


@click.command()
@contract_option()
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["people", "prism"]),
    default="people",
    show_default=True,
    help="`prism` lowers it to OpenAPI 3.1 as Stoplight Prism reads it.",
)
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def document(name: str, purpose: str, form: Literal["yaml", "json"]) -> None:
    """Write the corrected contract out."""
    contract = load(name)
    if purpose == "prism":
        click.echo(written(for_prism(contract), form), nl=False)
    else:
        click.echo(written(contract.corrected, form), nl=False)
