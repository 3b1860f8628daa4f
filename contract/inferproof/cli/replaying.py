"""The command that sends one recorded request again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from inferproof.cli.group import load_contract, main


@main.command(short_help="Send one recorded request again and judge the answer.")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("name", required=False)
@click.option("--url", help="Server [default: the one that the transcript was recorded from].")
@click.option("--api-key-env", metavar="NAME", help="Variable that holds the key [default: INFERPROOF_API_KEY].")
@click.option("--contract", default="inflection", show_default=True, help="Contract, by name or folder, of a case.")
def replay(file: Path, name: str | None, url: str | None, api_key_env: str | None, contract: str) -> None:
    """Send one request again and judge the answer: NAME of the transcript FILE, or a case that was kept.

    Without a NAME, a transcript's requests that broke a requirement are listed.

    Exit codes: 0 all that it can tell holds, 1 something does not, 2 usage or unreachable target.
    """
    from inferproof.certify.replay import from_case, from_transcript, replayed
    from inferproof.certify.target import target_from
    from inferproof.judge.judge import Outcome
    from inferproof.reports.files import transcript_at
    from inferproof.reports.words import printable

    file = transcript_at(file)
    if file.suffix == ".json":
        recorded = from_case(file, load_contract(contract))
    else:
        recorded = from_transcript(file, name, load_contract)
    target = target_from({}, url=url or recorded.url, key_variable=api_key_env)
    exchange, judgements = replayed(recorded, target)
    if exchange.reply is None:
        click.echo(f"no reply: {exchange.fault.text if exchange.fault else 'nothing came'}")
    else:
        click.echo(f"{exchange.reply.status} {exchange.reply.media_type}")
        click.echo(printable(exchange.reply.body.decode(errors="replace")))
    for judgement in judgements:
        for failure in judgement.failures:
            found = failure.finding
            click.echo(printable(f"fail {judgement.requirement.id}: expected {found.expected}, found {found.found}"))
    held = sum(judgement.outcome is Outcome.PASS for judgement in judgements)
    click.echo(f"{held} of the {len(judgements)} requirements that this request can tell of hold")
    sys.exit(0 if judgements and held == len(judgements) else 1)
