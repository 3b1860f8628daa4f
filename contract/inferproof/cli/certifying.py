"""The commands that judge: certify, init, judge."""

from __future__ import annotations

import io
import os
import secrets
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from inferproof import writing
from inferproof.certify import first_target_file
from inferproof.certify.certify import Certification, judged, trying
from inferproof.certify.certify import certify as run
from inferproof.certify.credentials import announced
from inferproof.certify.first_look import first_look
from inferproof.certify.interrupts import Interrupts
from inferproof.certify.known import day_of
from inferproof.certify.lookup import looked_up
from inferproof.certify.replay import recorded_url
from inferproof.certify.target import DEFAULT_FILE, Target, TargetFile, UsageError, server_url, target_from
from inferproof.certify.ways import opening_all
from inferproof.certify.write_known import check, gaps, write
from inferproof.cli.group import contract_option, key_options, note, target_option
from inferproof.document import Contract, load
from inferproof.errors import UserError
from inferproof.reports import files
from inferproof.reports.progress import watch
from inferproof.reports.summary import summary
from inferproof.reports.terminal import Terminal
from inferproof.reports.words import many, printable
from inferproof.shell import command
from inferproof.wire.transcript import read


@click.command()
@click.argument("url", required=False)
@contract_option(otherwise="the target file's, else the first")
@target_option("file")
@key_options
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Send this header too. Repeatable.")
@click.option("--ca-file", type=click.Path(exists=True, dir_okay=False), help="CA certificates for the target, PEM.")
@click.option("--model", help="Chat model [default: discovery's, else the documented one].")
@click.option("--embedding-model", help="Embedding model [default: the documented one].")
@click.option("--report", type=click.Path(path_type=Path), help="Write result.json and transcript.jsonl here.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    help="Random seed [default: 0; with --fuzz a new one, which is printed].",
)
@click.option(
    "--concurrency",
    "--jobs",
    "jobs",
    type=click.IntRange(1, 64),
    help="Requests at a time [default: 8]. --jobs is the old name.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="GLOB",
    help="Only requirements whose id matches. Repeatable; gate.* names generated requests to send for them, too.",
)
@click.option(
    "--budget",
    multiple=True,
    metavar="NAME=NUMBER",
    help="Do not start what takes more `requests`, `tokens` or `minutes`, and end there. Repeatable.",
)
@click.option("--strict", is_flag=True, help="A failure at SHOULD is a failure.")
@click.option("--quick", is_flag=True, help="Leave the generated cases out: a few hundred requests, no certificate.")
@click.option("--write-known", is_flag=True, help="Write what fails the run into [known] of the target file.")
@click.option("--cases", type=click.Path(file_okay=False, path_type=Path), help="Folder of cases kept for this target.")
@click.option(
    "--fuzz",
    "--explore",
    "explore",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MINUTES",
    help="Send random requests for so long; what they break is kept in the folder of cases. --explore is the old name.",
)
def certify(**options: Any) -> None:
    """Certify the server at URL; without one, the embedded mock, to show a whole run.

    Exit codes: 0 conformant, or conformant but for known failures of the target file; 1 not conformant, or the target
    file knows of a failure that there is not; 2 usage or unreachable target; 3 incomplete.
    """
    asked = Asked(**options)
    contract, file = looked_up(asked.name, asked.file)
    if asked.url or file.url:
        target = asked.target(file, asked.url)
        note(announced(target, file))
        _certify(contract, target, asked, _known_into(asked, file) if asked.write_known else None)
        return
    if asked.write_known:
        raise UsageError("--write-known is for a server of yours: name its URL")
    from inferproof.front.serve import running
    from inferproof_mock.server import DEFAULT_KEY, mock

    with running(mock(contract, keys=(DEFAULT_KEY,))) as address:
        click.echo(f"No URL given: certifying the embedded mock at {address}", err=True)
        _certify(contract, opening_all(contract, asked.target(file, address), DEFAULT_KEY), asked)


@dataclass(frozen=True)
class Asked:
    """The options of `certify`, as they were given."""

    url: str | None
    name: str | None
    file: Path | None
    api_key_env: str | None
    key_header: str | None
    headers: tuple[str, ...]
    ca_file: str | None
    model: str | None
    embedding_model: str | None
    report: Path | None
    seed: int | None
    jobs: int | None
    only: tuple[str, ...]
    budget: tuple[str, ...]
    strict: bool
    quick: bool
    write_known: bool
    cases: Path | None
    explore: float | None

    def target(self, file: TargetFile, url: str | None) -> Target:
        """The target of these options and of the target file. Raises UsageError."""
        return file.target(
            url,
            key_variable=self.api_key_env,
            header=self.key_header,
            headers=[_header(line) for line in self.headers],
            ca_file=self.ca_file,
            chat_model=self.model,
            embedding_model=self.embedding_model,
            concurrency=self.jobs,
            budget=dict(_allowed(each) for each in self.budget),
        )


def _known_into(asked: Asked, file: TargetFile) -> Path:
    """The target file that known failures are written into. Raises UsageError and CannotWrite."""
    path = file.path or Path(DEFAULT_FILE)
    if asked.url and file.url not in (None, server_url(asked.url)):
        raise UsageError(f"{path} is of {file.url}: --write-known writes what it knows of that server only")
    check(path)
    return path


def _write_known(found: Certification, path: Path, url: str) -> None:
    """Write the failures of the run into the target file, and say so."""
    if found.result.interrupted:
        click.echo(f"inferproof: {path} was not written: the run did not come to its end", err=True)
        return
    entries = gaps(found.result, day_of(found.transcript.header))
    if not entries:
        click.echo(f"Nothing to write into {path}: no failure fails this run", err=True)
        return
    try:
        write(path, entries, url)
    except UserError as error:
        click.echo(printable(f"inferproof: {error}"), err=True)
        return
    click.echo(f"Wrote {many(len(entries), 'known failure')} into {path}: say there why, and until when", err=True)


def _certify(contract: Contract, target: Target, asked: Asked, known_into: Path | None = None) -> None:
    seed, report, unwritten = asked.seed, asked.report, False
    if report is not None:
        files.check_report(report)
    if asked.explore and asked.cases is not None:
        writing.check_writable(asked.cases)
    if seed is None:
        seed = secrets.randbelow(2**32) if asked.explore else 0
    if asked.explore:
        click.echo(f"Exploring with --seed {seed}", err=True)
    earlier = files.started(report) if report is not None else None
    with Interrupts() as interrupts:
        with watch() as progress, closing(files.Evidence(report, progress.noted)) as evidence:
            found = run(
                contract,
                target,
                seed=seed,
                only=asked.only,
                strict=asked.strict,
                generated=not asked.quick,
                cases=asked.cases,
                explore=60 * (asked.explore or 0.0),
                progress=progress,
                interrupts=interrupts,
                journal=evidence,
            )
        if report is not None:
            unwritten = not _try_to_write(found, report)
            if earlier is not None and not unwritten:
                click.echo(f"Replaced the report of {earlier} in {report}", err=True)
            whole, found = found, found.ended_by(interrupts.cause)
            if found is not whole:  # interrupted while it was written
                unwritten = not _try_to_write(found, report)
        if "explored" in found.transcript.footer:
            click.echo(f"Explored with {found.transcript.footer['explored']} requests", err=True)
        found = found.ended_by(interrupts.cause)
        if known_into is not None:
            _write_known(found, known_into, target.url)
        transcript = report / files.TRANSCRIPT if report is not None and not unwritten else None
        _conclude(
            found, target.key_variable, _this_command(), transcript, otherwise=UserError.exit_code if unwritten else 0
        )


def _try_to_write(certification: Certification, report: Path) -> bool:
    try:
        files.write_report(certification, report)
    except OSError as error:
        click.echo(f"inferproof: the report could not be written to {report}: {error}", err=True)
        return False
    return True


def _conclude(
    certification: Certification, key_variable: str, rerun: str, transcript: Path | None = None, *, otherwise: int = 0
) -> None:
    """Print the summary, and exit with the verdict's code whether it was read or not; with `otherwise` for its 0.

    `rerun` is the command line that certifies again.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what a server said may not fit the terminal's encoding
    console = Terminal(highlight=False, soft_wrap=True)
    for line in summary(certification.result, key_variable, rerun, str(transcript or "")):
        console.print(printable(line))
    sys.exit(certification.result.exit_code or otherwise)


def _this_command() -> str:
    """The command line as typed, for the line that runs one requirement again.

    Without `--only`, without a header's value, and without `--report`, which would replace this run's evidence.
    """
    words: list[str] = []
    typed = iter(sys.argv[1:])
    for word in typed:
        option, equals, value = word.partition("=")
        if option in ("--only", "--report", "--header"):
            value = value if equals else next(typed, "")
        if option == "--header":
            words += [option, value.partition(":")[0] + ": ..."]
        elif option not in ("--only", "--report"):
            words.append(word)
    return command("inferproof", *words)


@click.command()
@click.argument("url")
@contract_option()
@key_options
@click.option("--force", is_flag=True, help="Replace an inferproof.toml that is there already.")
def init(url: str, name: str, api_key_env: str | None, key_header: str | None, force: bool) -> None:
    """Look at the server at URL and write an inferproof.toml with what was found."""
    path = Path(DEFAULT_FILE)
    if os.path.lexists(path) and not force:
        raise UsageError(f"{path} is there already; --force replaces it")
    writing.check_writable(path.parent, path.name)
    target = target_from({}, url=url, key_variable=api_key_env, header=key_header)
    with watch() as progress:
        seen = first_look(load(name), target, progress)
    if seen.result.interrupted:
        raise UsageError(f"{seen.result.interrupted}: {path} was not written")
    writing.write(path, first_target_file.target_file(seen, target.key and target.key_variable, name))
    click.echo(printable(f"wrote {path}: {first_target_file.in_brief(seen)}"))
    click.echo("read it, decline what the server does not offer, then run: inferproof certify")


@click.command()
@click.argument("transcript", type=click.Path(path_type=Path))
@contract_option(otherwise="the transcript's")
@target_option("file", "Judge as if this target file had been used: its capabilities and its known failures.")
def judge(transcript: Path, name: str | None, file: Path | None) -> None:
    """Judge a recorded transcript, or the one in a report's folder, again, without a server.

    The verdict and the exit codes are those of the run. With --target they are those that the file would bring today:
    so declarations are tried before a server is asked again.
    """
    transcript = files.transcript_at(transcript)
    recorded = read(transcript)
    url = recorded_url(transcript, recorded)
    contract = load(name or recorded.header["contract"]["name"])
    if contract.digest != recorded.header["contract"].get("digest"):
        click.echo(
            "inferproof: note: the contract has moved since this was recorded; it is judged as it stands", err=True
        )
    if file is not None:
        recorded = trying(contract, recorded, file)
    named = ("--target", str(file)) if file is not None else ()
    rerun = command("inferproof", "certify", *named, operands=[url])
    _conclude(Certification(judged(contract, recorded), recorded), "INFERPROOF_API_KEY", rerun, transcript)


def _allowed(text: str) -> tuple[str, float]:
    """What a budget allows. Raises click.BadParameter."""
    name, equals, number = text.partition("=")
    names = ("requests", "tokens", "minutes")
    amount = float(number) if number.isascii() and number.replace(".", "", 1).isdigit() else 0.0
    if name not in names or not equals or not 0 < amount < float("inf"):
        raise click.BadParameter(
            f"{text!r}: write it as NAME=NUMBER, where NAME is {', '.join(names[:-1])} or {names[-1]}",
            param_hint="--budget",
        )
    return name, amount


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise click.BadParameter(f"{line!r}: write it as 'Name: value'", param_hint="--header")
    return name.strip(), value.strip()
