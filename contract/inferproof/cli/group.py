"""The group that all commands belong to, and what they share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from inferproof.errors import UserError
from inferproof.version import __version__

INTERRUPTED = 130
"""The exit code where Ctrl-C left nothing to say: 128 and the number of SIGINT, as shells have it."""


UNREAD = 141
"""The exit code where nobody read to the end, as in `catalogue | head -1`: 128 and the number of SIGPIPE."""


COMMANDS = {
    "catalogue": ("catalogue", "List the requirements, and tell what they cover."),
    "certify": ("certifying", "Certify the server at URL, or the embedded mock."),
    "document": ("documents", "Write the corrected contract out."),
    "drift": ("documents", "Compare a vendor's document with our base."),
    "explain": ("catalogue", "Say everything about one requirement, or a member of a request."),
    "init": ("certifying", "Look at a server and write an inferproof.toml for it."),
    "judge": ("certifying", "Judge a recorded transcript again, without a server."),
    "lint": ("documents", "Check an OpenAPI document, with its examples."),
    "mock": ("mocking", "Serve the API from a simulated model."),
    "prism": ("mocking", "Serve the contract with Stoplight Prism."),
    "replay": ("replaying", "Send one recorded request again and judge the answer."),
    "serve": ("serving", "Serve the API from vLLM."),
    "tiny-model": ("serving", "Write a tiny random model to run vLLM on."),
}
"""Each command with the module that has it, which is imported when it is asked for, and what it does."""


class Commands(click.Group):
    """Errors that name cause and cure end the command with exit code 2, never with a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"inferproof.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

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


def contract_option(parameter: str = "name", *, otherwise: str | None = None) -> Callable[[Any], Any]:
    """The option `--contract` of a command, which gets it as `parameter`.

    Without it a command uses the default contract, or finds one itself: `otherwise` says which.
    """
    said = "Contract, by name or folder"
    if otherwise is not None:
        return click.option("--contract", parameter, help=f"{said} [default: {otherwise}].")
    return click.option("--contract", parameter, cls=_ContractOption, show_default=True, help=f"{said}.")


def key_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which key is sent, and how."""
    variable = click.option(
        "--api-key-env", metavar="NAME", help="Variable that holds the key [default: INFERPROOF_API_KEY]."
    )
    header = click.option(
        "--key-header", metavar="NAME", help="Header that the key travels in [default: the first documented]."
    )
    return variable(header(command))


def target_option(
    parameter: str, help: str = "Target file [default: inferproof.toml, if any]."
) -> Callable[[Any], Any]:
    """The option `--target` of a command, which gets it as `parameter`."""
    return click.option("--target", parameter, type=click.Path(path_type=Path), help=help)
