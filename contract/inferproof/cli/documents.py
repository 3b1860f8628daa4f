"""The commands about documents: lint, drift, and the corrected contract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from inferproof.cli.group import contract_option, load_contract, main


def _rules(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    from inferproof.document.lint import RULES

    if wanted:
        for rule, what in RULES.items():
            click.echo(f"{rule:9} {what}")
        context.exit()


@main.command(short_help="Check an OpenAPI document, with its examples.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rules", is_flag=True, is_eager=True, expose_value=False, callback=_rules, help="List the rules.")
def lint(file: Path) -> None:
    """Check an OpenAPI document: structure, examples, defaults, credentials. Exit code 1 where something is found."""
    from inferproof.document.lint import lint_file

    findings = lint_file(file)
    for finding in findings:
        click.echo(f"#{finding.pointer}: {finding.message} [{finding.rule}]")
    if not findings:
        click.echo("no findings", err=True)
    sys.exit(1 if findings else 0)


@main.command(short_help="Compare a vendor's document with our base.")
@click.argument("file", type=click.Path(path_type=Path))
@contract_option()
def drift(file: Path, name: str) -> None:
    """Compare a vendor's document with our base, structure only. Exit code 1 where it moved."""
    from inferproof.document.drift import drift as compare
    from inferproof.document.files import base_document, read_document

    changes = compare(base_document(name), read_document(file))
    for change in changes:
        click.echo(str(change))
    if not changes:
        click.echo("no differences of structure", err=True)
    sys.exit(1 if changes else 0)


@main.command(short_help="Write the corrected contract out.")
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
    from inferproof.document.export import written

    contract = load_contract(name)
    if purpose == "prism":
        from inferproof.document.prism import for_prism

        click.echo(written(for_prism(contract), form), nl=False)
    else:
        click.echo(written(contract.corrected, form), nl=False)
