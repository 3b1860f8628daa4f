"""The console that reports are printed on."""

from __future__ import annotations

import os
from typing import IO, Any

from rich.console import Console


class Terminal(Console):
    """Falls silent where nobody reads any more, as in `certify | head -1`; rich itself would exit, with code 1.

    A colon is a colon: rich would draw a picture for a `:key:` in the middle of a command.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(emoji=False, **settings)

    def on_broken_pipe(self) -> None:
        self.quiet = True
        silence(self.file)


def silence(stream: IO[str]) -> None:
    """What is still to be written to a closed pipe goes nowhere: Python would tell of it when it ends."""
    unread = os.open(os.devnull, os.O_WRONLY)
    os.dup2(unread, stream.fileno())
    os.close(unread)
