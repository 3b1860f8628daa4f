"""The group that all commands belong to, and what they share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from inferproof.errors import UserError
from inferproof.version import __version__

if TYPE_CHECKING:
    from inferproof.document import Contract

INTERRUPTED = 130
"""The exit code where Ctrl-C left nothing to say: 128 and the number of SIGINT, as shells have it."""


UNREAD = 141
"""The exit code where nobody read to the end, as in `catalogue | head -1`: 128 and the number of SIGPIPE."""


class Commands(click.Group):
    """Errors that name cause and cure end the command with exit code 2, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from inferproof.reports.words import printable
        from inferproof.writing import CURES, NO_ROOM

        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(printable(f"inferproof: {error}"), err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("inferproof: interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            _silence_what_takes_no_more()
            ctx.exit(UNREAD)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            _silence_what_takes_no_more()
            click.echo(f"inferproof: the output cannot be written ({error.strerror}); {CURES[error.errno]}", err=True)
            ctx.exit(UserError.exit_code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="inferproof")
def main() -> None:
    """Certify LLM inference servers against their published API documents."""


def _silence_what_takes_no_more() -> None:
    from inferproof.reports.terminal import silence

    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            silence(stream)


def note(lines: Iterable[str]) -> None:
    """Say on standard error what the user should know of a run."""
    from inferproof.reports.words import printable

    for line in lines:
        click.echo(printable(f"inferproof: note: {line}"), err=True)


class _ContractOption(click.Option):
    """Its default is the contract that `openapi/DEFAULT` names, which is read when it is needed."""

    def get_default(self, ctx: click.Context, call: bool = True) -> Any:
        from inferproof.document.files import default

        return default()


def contract_option(parameter: str = "name") -> Callable[[Any], Any]:
    """The option `--contract` of a command, which gets it as `parameter`."""
    return click.option(
        "--contract", parameter, cls=_ContractOption, show_default=True, help="Contract, by name or folder."
    )


def load_contract(name: str | None) -> Contract:
    from inferproof.document import load

    return load(name)
