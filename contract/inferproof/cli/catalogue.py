"""The commands about requirements: the catalogue in its forms, and one requirement explained."""

from __future__ import annotations

import sys

import click

from inferproof import writing
from inferproof.catalogue import lock, pages
from inferproof.catalogue.comparison import comparison
from inferproof.catalogue.coverage import Coverage, coverage, read_exclusions
from inferproof.catalogue.explain import explained, member_explained
from inferproof.certify.plan import refuse_unjudged
from inferproof.certify.target import UsageError
from inferproof.cli.group import contract_option
from inferproof.document import Contract, load
from inferproof.document.errors import nearest
from inferproof.generated.requirements import requirements_of
from inferproof.judge.requirement import held
from inferproof.reports.words import printable


@click.group()
def catalogue() -> None:
    """The requirements: list them, and say how they stand with the document that they rest on."""


@catalogue.command("list", short_help="List every requirement.")
@contract_option()
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
def list_requirements(name: str, form: str) -> None:
    """List every requirement, and those that do not hold in the contract, with the reason."""
    contract = _judged(name)
    requirements, others = requirements_of(contract), held(contract)[1]
    if form == "json":
        click.echo(pages.as_json(contract, requirements, others))
    elif form == "markdown":
        click.echo(pages.markdown(contract, requirements, _coverage(contract, name), others), nl=False)
    else:
        for line in (*pages.table(requirements, others), *pages.without_base(contract)):
            click.echo(line)


@catalogue.command("coverage", short_help="How much of the document is cited.")
@contract_option()
def show_coverage(name: str) -> None:
    """Say how much of the document is cited, and what is not. Exit code 1 where something is open."""
    found = _coverage(_judged(name), name)
    for line in pages.coverage_lines(found):
        click.echo(line)
    sys.exit(0 if found.whole else 1)


@catalogue.command(short_help="What has moved since the lock was written.")
@contract_option()
def check(name: str) -> None:
    """Say what has moved in the document since its lock was written. Exit code 1 where something has."""
    contract = load(name)
    moved = lock.unpinned(contract, lock.pinnable(contract), lock.read_lock(lock.lock_file(name)))
    for each in moved:
        click.echo(str(each))
    sys.exit(1 if moved else 0)


@catalogue.command(short_help="Write the lock anew.")
@contract_option()
def accept(name: str) -> None:
    """Write the lock anew, and show the prose and the examples that are pinned by it: whoever accepts has read them."""
    contract = load(name)
    path, requirements = lock.lock_file(name), lock.pinnable(contract)
    fresh = lock.unread(contract, requirements)
    writing.write(path, lock.written(contract, requirements))
    for pointer, text, ids in fresh:
        click.echo(printable(f"#{pointer}\n  {text}\n  is what {', '.join(ids)} rest on"))
    if fresh:
        click.echo(f"read each of these; where it does not say what a requirement demands, take its line out of {path}")
    click.echo(f"wrote {path}")


@catalogue.command(short_help="How a contract differs from another one.")
@click.argument("other", metavar="NAME|DIR")
@contract_option()
def compare(other: str, name: str) -> None:
    """Say how the contract differs from another one, by role and by member, as a page."""
    click.echo(comparison(load(name), load(other)), nl=False)


def _judged(name: str) -> Contract:
    """The contract, in which some requirement holds. Raises UserError."""
    contract = load(name)
    refuse_unjudged(contract)
    return contract


def _coverage(contract: Contract, name: str) -> Coverage:
    return coverage(contract, requirements_of(contract), read_exclusions(name))


@click.command()
@click.argument("id", metavar="ID|MEMBER")
@contract_option()
def explain(id: str, name: str) -> None:
    """Say everything about one requirement: what it demands, why it may, what breaks it, what feeds it.

    Of a member of a request, as top_logprobs or chat.request#/top_logprobs, what each operation says of it.
    """
    contract = load(name)
    requirements = {each.id: each for each in requirements_of(contract)}
    others = {each.id: (each, why) for each, why in held(contract)[1]}
    if id in others:
        each, why = others[id]
        click.echo(f"{each.id}\n  {each.sentence}\n\ndoes not hold for the contract {contract.name}\n  {why}")
        return
    lines = explained(contract, requirements[id]) if id in requirements else member_explained(contract, id)
    shown = False
    for line in lines:
        shown = True
        click.echo(line)
    if not shown:
        known = [*requirements, *others]
        raise UsageError(
            f'there is no requirement or member "{id}"{nearest(id, known) or "."} `inferproof catalogue list` has them'
        )
