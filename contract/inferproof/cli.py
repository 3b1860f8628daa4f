"""The `inferproof` command. Each command is a thin edge: it reads options, calls one part of the house, prints."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inferproof import __version__

if TYPE_CHECKING:
    from inferproof.certify.certify import Certification
    from inferproof.document import Contract

CANNOT = 2
"""The exit code for what the user must mend: usage, files, an unreachable target."""


INTERRUPTED = 130
"""The exit code where Ctrl-C left nothing to say: 128 and the number of SIGINT, as shells have it."""


class Commands(click.Group):
    """Errors that name cause and cure end the command with exit code 2, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from inferproof.certify.target import UsageError
        from inferproof.document import DocumentError
        from inferproof.front.serve import CannotListen
        from inferproof.properties.kept import CaseError
        from inferproof.reports.words import printable
        from inferproof.wire.transcript import TranscriptError
        from inferproof_reference.errors import CannotServe

        try:
            return super().invoke(ctx)
        except (UsageError, DocumentError, TranscriptError, CannotListen, CannotServe, CaseError) as error:
            click.echo(printable(f"inferproof: {error}"), err=True)
            ctx.exit(CANNOT)
        except KeyboardInterrupt:
            click.echo("inferproof: interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            ctx.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="inferproof")
def main() -> None:
    """Certify LLM inference servers against their published API documents."""


@main.command()
@click.argument("url", required=False)
@click.option("--contract", "name", default="inflection", show_default=True, help="Contract, by name or folder.")
@click.option(
    "--target", "file", type=click.Path(path_type=Path), help="Target file [default: inferproof.toml, if any]."
)
@click.option("--api-key-env", metavar="NAME", help="Variable that holds the key [default: INFERPROOF_API_KEY].")
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Send this header too. Repeatable.")
@click.option("--ca-file", type=click.Path(exists=True, dir_okay=False), help="CA certificates for the target, PEM.")
@click.option("--model", help="Chat model [default: discovery's, else the documented one].")
@click.option("--embedding-model", help="Embedding model [default: the documented one].")
@click.option(
    "--report", type=click.Path(file_okay=False, path_type=Path), help="Write result.json and transcript.jsonl here."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Everything random follows from it."
)
@click.option("--jobs", type=click.IntRange(1, 64), help="Requests at a time [default: 8].")
@click.option("--only", multiple=True, metavar="GLOB", help="Only requirements whose id matches. Repeatable.")
@click.option("--strict", is_flag=True, help="A failure at SHOULD is a failure.")
@click.option("--quick", is_flag=True, help="Leave the generated cases out: a few hundred requests, no certificate.")
@click.option("--cases", type=click.Path(file_okay=False, path_type=Path), help="Folder of cases kept for this target.")
def certify(
    url: str | None,
    name: str,
    file: Path | None,
    api_key_env: str | None,
    headers: tuple[str, ...],
    ca_file: str | None,
    model: str | None,
    embedding_model: str | None,
    report: Path | None,
    seed: int,
    jobs: int | None,
    only: tuple[str, ...],
    strict: bool,
    quick: bool,
    cases: Path | None,
) -> None:
    """Certify the server at URL; without one, the embedded mock, to show a whole run.

    Exit codes: 0 conformant, 1 not conformant, 2 usage or unreachable target, 3 incomplete.
    """
    from inferproof.certify.target import DEFAULT_FILE, read_target_file, target_from

    if file is None and Path(DEFAULT_FILE).is_file():
        file = Path(DEFAULT_FILE)
    data = read_target_file(file) if file else {}
    contract = _load(name)
    options: dict[str, Any] = {
        "headers": [_header(line) for line in headers],
        "ca_file": ca_file,
        "chat_model": model,
        "embedding_model": embedding_model,
        "concurrency": jobs,
    }
    how: dict[str, Any] = {"seed": seed, "only": only, "strict": strict, "generated": not quick, "cases": cases}
    if url or data.get("url"):
        target = target_from(data, url=url, key_variable=api_key_env, **options)
        _certify(contract, target, report, **how)
        return
    from dataclasses import replace

    from inferproof.front.serve import running
    from inferproof_mock.server import DEFAULT_KEY, mock

    with running(mock(contract, keys=(DEFAULT_KEY,))) as address:
        click.echo(f"No URL given: certifying the embedded mock at {address}", err=True)
        target = replace(target_from(data, url=address, **options), key=DEFAULT_KEY)
        _certify(contract, target, report, **how)


def _certify(contract: Contract, target: Any, report: Path | None, **options: Any) -> None:
    from inferproof.certify.certify import certify as run
    from inferproof.certify.interrupts import Interrupts
    from inferproof.reports.files import write_report
    from inferproof.reports.progress import watch

    with Interrupts() as interrupts:
        with watch() as progress:
            found = run(contract, target, progress=progress, interrupts=interrupts, **options)
        if report is not None:
            _try_to_write(found, report, write_report)
            whole, found = found, found.ended_by(interrupts.cause)
            if found is not whole:  # interrupted while it was written
                _try_to_write(found, report, write_report)
        _conclude(found.ended_by(interrupts.cause), target.key_variable)


def _try_to_write(certification: Certification, report: Path, write: Any) -> None:
    try:
        write(certification, report)
    except OSError as error:
        click.echo(f"inferproof: the report could not be written to {report}: {error}", err=True)


def _conclude(certification: Certification, key_variable: str) -> None:
    """Print the summary and exit with the verdict's code."""
    from rich.console import Console

    from inferproof.reports.summary import summary
    from inferproof.reports.words import printable

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what a server said may not fit the terminal's encoding
    console = Console(highlight=False, soft_wrap=True)
    for line in summary(certification.result, key_variable, _this_command()):
        console.print(printable(line))
    sys.exit(certification.result.exit_code)


def _this_command() -> str:
    """The command line as typed, for the line that runs one requirement again: no `--only`, no header's value."""
    words: list[str] = []
    typed = iter(sys.argv[1:])
    for word in typed:
        option, equals, value = word.partition("=")
        if option in ("--only", "--header"):
            value = value if equals else next(typed, "")
        if option == "--header":
            words += [option, shlex.quote(value.partition(":")[0] + ": …")]
        elif option != "--only":
            words.append(shlex.quote(word))
    return " ".join(["inferproof", *words])


@main.command()
@click.argument("url")
@click.option("--contract", "name", default="inflection", show_default=True, help="Contract, by name or folder.")
@click.option("--api-key-env", metavar="NAME", help="Variable that holds the key [default: INFERPROOF_API_KEY].")
@click.option("--force", is_flag=True, help="Replace an inferproof.toml that is there already.")
def init(url: str, name: str, api_key_env: str | None, force: bool) -> None:
    """Look at the server at URL and write an inferproof.toml with what was found."""
    from inferproof.certify.certify import certify as run
    from inferproof.certify.look import target_file
    from inferproof.certify.target import DEFAULT_FILE, UsageError, target_from
    from inferproof.reports.progress import watch

    path = Path(DEFAULT_FILE)
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; --force replaces it")
    target = target_from({}, url=url, key_variable=api_key_env)
    with watch() as progress:
        seen = run(_load(name), target, progress=progress)
    path.write_text(target_file(seen, target.key and target.key_variable), encoding="utf-8")
    click.echo(f"wrote {path}: read it, give up what the server does not offer, then run: inferproof certify")


@main.command()
@click.argument("transcript", type=click.Path(path_type=Path))
@click.option("--contract", "name", help="Contract, by name or folder [default: the transcript's].")
def judge(transcript: Path, name: str | None) -> None:
    """Judge a recorded transcript again, without a server: the same verdict, the same exit codes."""
    from inferproof.certify.certify import Certification, judged
    from inferproof.wire.transcript import read

    recorded = read(transcript)
    contract = _load(name or recorded.header["contract"]["name"])
    if contract.digest != recorded.header["contract"]["digest"]:
        click.echo("inferproof: note: the transcript was recorded under another version of this contract", err=True)
    _conclude(Certification(judged(contract, recorded), recorded), "INFERPROOF_API_KEY")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=4010, show_default=True, help="0 takes a free one.")
@click.option(
    "--api-key", "keys", multiple=True, help="A key that opens it. Repeatable [default: one that is printed]."
)
@click.option("--contract", "name", default="inflection", show_default=True, help="Contract, by name or folder.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
def mock(host: str, port: int, keys: tuple[str, ...], name: str, seed: int) -> None:
    """Serve the API from a simulated model that keeps the contract."""
    from inferproof.front.serve import serve
    from inferproof_mock.server import DEFAULT_KEY
    from inferproof_mock.server import mock as build

    keys = keys or (DEFAULT_KEY,)
    front = build(_load(name), keys=keys, seed=seed)

    def ready(address: str) -> None:
        shown = f"key {DEFAULT_KEY}" if keys == (DEFAULT_KEY,) else f"{len(keys)} key(s) given"
        click.echo(f"inferproof mock: {address} ({shown}); Ctrl-C stops it")

    serve(front, host, port, ready)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=4010, show_default=True, help="0 takes a free one.")
@click.option("--image", help="Image of Prism for Docker [default: stoplight/prism:5].")
@click.option("--proxy", metavar="URL", help="Stand before the server at URL and validate, instead of mocking one.")
@click.option("--contract", "name", default="inflection", show_default=True, help="Contract, by name or folder.")
def prism(port: int, image: str | None, proxy: str | None, name: str) -> None:
    """Serve the contract with Stoplight Prism: by Docker where an engine answers, else by npx."""
    from inferproof.document.prism import for_prism
    from inferproof_mock.prism import IMAGE, run

    sys.exit(run(for_prism(_load(name)), port=port, image=image or IMAGE, proxy=proxy, log=click.echo))


@main.command()
@click.option("--upstream", metavar="URL", help="A vLLM server that runs, without /v1.")
@click.option("--embeddings-upstream", metavar="URL", help="One that embeds (vLLM with --runner pooling).")
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
    help="A key that opens it. Repeatable [default: a random one that is printed].",
)
@click.option("--upstream-key-env", metavar="NAME", help="Variable that holds the key that the engines want.")
@click.option("--compact-json", is_flag=True, help="The upstream was told to write JSON without whitespace.")
@click.option("--max-queue", type=click.IntRange(1), default=1024, show_default=True, help="Requests at a time.")
@click.option("--patience", type=click.FloatRange(1), default=600.0, show_default=True, help="Seconds of silence.")
@click.option("--contract", "name", default="inflection", show_default=True, help="Contract, by name or folder.")
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
    import asyncio
    import os
    import secrets

    from inferproof_reference.server import Options, serve_model, serve_upstream

    if (upstream is None) == (model is None):
        raise click.UsageError("Give either --upstream, the URL of a vLLM server, or --model, to start one.")
    if upstream_key_env is not None and not os.environ.get(upstream_key_env):
        raise click.UsageError(f"The environment variable {upstream_key_env} is not set: put the engines' key in it.")
    if not keys:
        keys = (f"sk-local-{secrets.token_urlsafe(18)}",)
        click.echo(f"inferproof serve: the key is {keys[0]}")
    upstream_key = os.environ.get(upstream_key_env) if upstream_key_env else None
    settings = Options(keys=keys, upstream_key=upstream_key, patience_s=patience, **options)
    contract = _load(name)
    if upstream is not None:
        asyncio.run(serve_upstream(contract, upstream, embeddings_upstream, settings, click.echo))
        return
    assert model is not None
    python = python or sys.executable
    asyncio.run(serve_model(contract, model, embedding_model, settings, click.echo, python=python, arguments=arguments))


@main.command("tiny-model")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def tiny_model(folder: Path) -> None:
    """Write the random two-layer model with which anyone can run vLLM, without a download; the same every time."""
    from inferproof_reference.tiny_model import write_tiny_model

    write_tiny_model(folder)
    click.echo(f"{folder}: a model for `inferproof serve --model {folder}` or vLLM itself")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def lint(file: Path) -> None:
    """Check an OpenAPI document: references, structure, and every example. Exit code 1 where something is found."""
    from inferproof.document.files import read_document
    from inferproof.document.lint import lint as check

    findings = check(read_document(file))
    for finding in findings:
        click.echo(f"#{finding.pointer}: {finding.message} [{finding.rule}]")
    sys.exit(1 if findings else 0)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--contract", "name", default="inflection", show_default=True)
def drift(file: Path, name: str) -> None:
    """Compare a vendor's document with our base, structure only. Exit code 1 where it moved."""
    from inferproof.document.drift import drift as compare
    from inferproof.document.files import base_document, read_document

    changes = compare(base_document(name), read_document(file))
    for change in changes:
        click.echo(str(change))
    sys.exit(1 if changes else 0)


@main.command()
@click.option("--contract", "name", default="inflection", show_default=True)
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["people", "prism"]),
    default="people",
    show_default=True,
    help="`prism` lowers it to OpenAPI 3.1 as Stoplight Prism reads it.",
)
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def document(name: str, purpose: str, form: str) -> None:
    """Write the corrected contract out."""
    from inferproof.document.export import written

    contract = _load(name)
    if purpose == "prism":
        from inferproof.document.prism import for_prism

        click.echo(written(for_prism(contract), form), nl=False)
    else:
        click.echo(written(contract.corrected, form), nl=False)


@main.command()
@click.option("--contract", "name", default="inflection", show_default=True)
def catalogue(name: str) -> None:
    """List the requirements: id, level, basis, profile, sentence."""
    from inferproof.properties.owners import requirements_of

    for each in requirements_of(_load(name)):
        click.echo(f"{each.id:44} {each.level.value:6} {each.basis.value:10} {each.claims:28} {each.sentence}")


def _load(name: str) -> Contract:
    from inferproof.document import load

    return load(name)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise click.BadParameter(f"{line!r}: write it as 'Name: value'", param_hint="--header")
    return name.strip(), value.strip()
