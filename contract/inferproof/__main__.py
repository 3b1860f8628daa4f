"""`python -m inferproof` is the `inferproof` command."""

from __future__ import annotations

import signal

from inferproof.cli import main


def run() -> None:
    """The command as a process: once it has said all, a Ctrl-C has nothing to stop, and Python need not tell of it."""
    try:
        main(prog_name="inferproof")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    run()
