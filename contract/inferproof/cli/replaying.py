"""The command that sends one recorded request again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from inferproof.certify.credentials import announced
from inferproof.certify.replay import from_case, from_transcript, replayed
from inferproof.certify.target import UsageError, server_url, target_file
from inferproof.cli.group import contract_option, key_options, note, target_option
from inferproof.document import load
from inferproof.judge.capabilities import own as own_capabilities
from inferproof.judge.judge import Outcome
from inferproof.reports.failures import told
from inferproof.reports.files import transcript_at
from inferproof.reports.words import printable
from inferproof.shell import command


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("name", required=False)
@click.option("--url", help="Server [default: the target file's, where the transcript is of the same].")
@target_option("named")
@key_options
@contract_option("contract", otherwise="the transcript's; of a case, the usual one")
def replay(
    file: Path,
    name: str | None,
    url: str | None,
    named: Path | None,
    api_key_env: str | None,
    key_header: str | None,
    contract: str | None,
) -> None:
    """Send one request again and judge the answer: NAME of the transcript FILE, or a case that was kept.

    Without a NAME, a transcript's requests that broke a requirement are listed. The server is one that you name, by
    --url or in your target file: your key goes nowhere because a transcript says so.

    Exit codes: 0 all that it can tell holds, 1 something does not, 2 usage or unreachable target.
    """
    given, file = file, transcript_at(file)
    if file.suffix == ".json":
        recorded = from_case(file, load(contract))
    else:
        recorded = from_transcript(file, name, lambda recorded: load(contract or recorded))
    own = target_file(named, own_capabilities(recorded.contract))
    address = server_url(url) if url else own.url
    other = url is None and not own.named and recorded.url not in (None, address)
    if address is None or other:
        operands = [str(given), *([name] if name else [])]
        urls = [each for each in (own.url, recorded.url) if each] or ["URL"]
        lines = [f"  {command('inferproof', 'replay', '--url', each, operands=operands)}" for each in urls]
        raise UsageError("\n".join([_why(own.path, own.url, file, recorded.url), *lines]))
    target = own.target(url, key_variable=api_key_env, header=key_header)
    note(announced(target, own))
    exchange, judgements = replayed(recorded, target)
    if exchange.reply is None:
        click.echo(f"no reply: {exchange.fault.text if exchange.fault else 'nothing came'}")
    else:
        click.echo(f"{exchange.reply.status} {exchange.reply.media_type}")
        click.echo(printable(exchange.reply.body.decode(errors="replace")))
    for judgement in judgements:
        if judgement.failures:
            click.echo(told(judgement))
    held = sum(judgement.outcome is Outcome.PASS for judgement in judgements)
    click.echo(f"{held} of the {len(judgements)} requirements that this request can tell of hold")
    sys.exit(0 if judgements and held == len(judgements) else 1)


def _why(own: Path | None, named: str | None, file: Path, recorded: str | None) -> str:
    """Why nothing is sent."""
    if recorded is None:
        return f"{file} names no server: say where to send it"
    if named is None:
        return f"{file} says that it was recorded from {recorded}; your key goes only where you say so yourself"
    return f"{file} says that it was recorded from {recorded}, but {own} names {named}: say where to send it"
