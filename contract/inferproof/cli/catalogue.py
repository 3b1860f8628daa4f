"""The commands about requirements: the catalogue in its forms, and one requirement explained."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from inferproof.cli.group import contract_option, load_contract, main

if TYPE_CHECKING:
    from inferproof.document import Contract


@main.command(short_help="List every requirement, and what they cover.")
@contract_option()
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
@click.option("--against", metavar="NAME|DIR", help="How the contract differs from another one, as a page.")
@click.option("--coverage", "asks_coverage", is_flag=True, help="How much of the document is cited, and what is not.")
@click.option("--check", is_flag=True, help="What has moved in the document since the lock was written.")
@click.option("--accept", is_flag=True, help="Write the lock anew: what has moved was looked at.")
def catalogue(name: str, form: str, against: str | None, asks_coverage: bool, check: bool, accept: bool) -> None:
    """List every requirement; or tell how it stands with the document that they rest on.

    --coverage and --check end with exit code 1 where something is open or has moved.
    """
    from inferproof.catalogue import lock, pages
    from inferproof.catalogue.coverage import coverage, read_exclusions
    from inferproof.certify.plan import refuse_unjudged
    from inferproof.generated.requirements import requirements_of
    from inferproof.judge.requirement import held

    contract = load_contract(name)
    if against is not None:
        from inferproof.catalogue.comparison import comparison

        click.echo(comparison(contract, load_contract(against)), nl=False)
        return
    if accept:
        _accept(contract, name)
        return
    if check:
        moved = lock.unpinned(contract, lock.pinnable(contract), lock.read_lock(lock.lock_file(name)))
        for each in moved:
            click.echo(str(each))
        sys.exit(1 if moved else 0)
    refuse_unjudged(contract)
    requirements, others = requirements_of(contract), held(contract)[1]
    if asks_coverage:
        found = coverage(contract, requirements, read_exclusions(name))
        for line in pages.coverage_lines(found):
            click.echo(line)
        sys.exit(0 if found.whole else 1)
    elif form == "json":
        click.echo(pages.as_json(contract, requirements, others))
    elif form == "markdown":
        found = coverage(contract, requirements, read_exclusions(name))
        click.echo(pages.markdown(contract, requirements, found, others), nl=False)
    else:
        for line in (*pages.table(requirements, others), *pages.without_base(contract)):
            click.echo(line)


def _accept(contract: Contract, name: str) -> None:
    """Write the lock, and show the prose and the examples that are pinned by it: whoever accepts has read them."""
    from inferproof import writing
    from inferproof.catalogue import lock
    from inferproof.reports.words import printable

    path, requirements = lock.lock_file(name), lock.pinnable(contract)
    fresh = lock.unread(contract, requirements)
    writing.write(path, lock.written(contract, requirements))
    for pointer, text, ids in fresh:
        click.echo(printable(f"#{pointer}\n  {text}\n  is what {', '.join(ids)} rest on"))
    if fresh:
        click.echo(f"read each of these; where it does not say what a requirement demands, take its line out of {path}")
    click.echo(f"wrote {path}")


@main.command(short_help="Say everything about one requirement, or a member of a request.")
@click.argument("id", metavar="ID|MEMBER")
@contract_option()
def explain(id: str, name: str) -> None:
    """Say everything about one requirement: what it demands, why it may, what breaks it, what feeds it.

    Of a member of a request, as top_logprobs or chat.request#/top_logprobs, what each operation says of it.
    """
    from inferproof.catalogue.explain import explained, member_explained
    from inferproof.certify.target import UsageError
    from inferproof.document.errors import nearest
    from inferproof.generated.requirements import requirements_of
    from inferproof.judge.requirement import held

    contract = load_contract(name)
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
            f'there is no requirement or member "{id}"{nearest(id, known) or "."} `inferproof catalogue` lists them'
        )
