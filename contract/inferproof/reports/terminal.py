"""The console that reports are printed on."""

from __future__ import annotations

import os

from rich.console import Console


class Terminal(Console):
    """Falls silent where nobody reads any more, as in `certify | head -1`; rich itself would exit, with code 1."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        unread = os.open(os.devnull, os.O_WRONLY)
        os.dup2(unread, self.file.fileno())
        os.close(unread)
