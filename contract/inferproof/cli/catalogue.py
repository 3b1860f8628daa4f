"""The commands about requirements: the catalogue in its forms, and one requirement explained."""

from __future__ import annotations

import sys

import click

from inferproof.cli.group import load_contract, main


@main.command(short_help="List every requirement, and what they cover.")
@click.option("--contract", "name", default="inflection", show_default=True, help="Contract, by name or folder.")
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
@click.option("--coverage", "asks_coverage", is_flag=True, help="How much of the document is cited, and what is not.")
@click.option("--check", is_flag=True, help="What has moved in the document since the lock was written.")
@click.option("--accept", is_flag=True, help="Write the lock anew: what has moved was looked at.")
def catalogue(name: str, form: str, asks_coverage: bool, check: bool, accept: bool) -> None:
    """List every requirement; or tell how it stands with the document that they rest on.

    --coverage and --check end with exit code 1 where something is open or has moved.
    """
    from inferproof import writing
    from inferproof.catalogue import lock, pages
    from inferproof.catalogue.coverage import coverage, read_exclusions
    from inferproof.generated.requirements import requirements_of

    contract = load_contract(name)
    requirements = requirements_of(contract)
    if accept:
        path = lock.lock_file(name)
        writing.write(path, lock.written(contract, requirements))
        click.echo(f"wrote {path}")
    elif check:
        moved = lock.moved(contract, requirements, lock.read_lock(lock.lock_file(name)))
        for each in moved:
            click.echo(str(each))
        sys.exit(1 if moved else 0)
    elif asks_coverage:
        found = coverage(contract, requirements, read_exclusions(name))
        for line in pages.coverage_lines(found):
            click.echo(line)
        sys.exit(0 if found.whole else 1)
    elif form == "json":
        click.echo(pages.as_json(contract, requirements))
    elif form == "markdown":
        found = coverage(contract, requirements, read_exclusions(name))
        click.echo(pages.markdown(contract, requirements, found), nl=False)
    else:
        for line in pages.table(requirements):
            click.echo(line)


@main.command(short_help="Say everything about one requirement.")
@click.argument("id")
@click.option("--contract", "name", default="inflection", show_default=True, help="Contract, by name or folder.")
def explain(id: str, name: str) -> None:
    """Say everything about one requirement: what it demands, why it may, what breaks it, what feeds it."""
    from inferproof.catalogue.explain import explained
    from inferproof.certify.target import UsageError
    from inferproof.document.errors import nearest
    from inferproof.generated.requirements import requirements_of

    contract = load_contract(name)
    requirements = {each.id: each for each in requirements_of(contract)}
    if id not in requirements:
        raise UsageError(f'there is no requirement "{id}"{nearest(id, requirements)} `inferproof catalogue` lists them')
    for line in explained(contract, requirements[id]):
        click.echo(line)
