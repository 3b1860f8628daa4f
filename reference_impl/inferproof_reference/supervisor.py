"""Run a command that ends when its parent does: `python -m inferproof_reference.supervisor COMMAND...`.

Standard input is a pipe whose other end the parent alone holds. It closes when the parent closes it and when the
parent is gone, killed outright included; then the command and all that it started are ended. What the command started
is ended too where the command ends first: vLLM's engine outlives its server if that is killed (seen with 0.32).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

GRACE_S = 15.0  # vLLM 0.32 leaves within two seconds of SIGTERM


def main() -> None:
    # A session of its own puts the command at the head of a process group, which its children stay in.
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=end_with_parent, args=(command.pid,), daemon=True).start()
    status = command.wait()
    tell(command.pid, signal.SIGKILL)
    sys.exit(status if status >= 0 else 128 - status)


def end_with_parent(group: int) -> None:
    """Wait for the parent to go, then ask the group to end, and make it."""
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written to it: this returns at its end
    tell(group, signal.SIGTERM)
    time.sleep(GRACE_S)  # the main thread ends this process, and this wait, as soon as the command is gone
    tell(group, signal.SIGKILL)


def tell(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # the latter is macOS's word for a dead group
        os.killpg(group, number)


if __name__ == "__main__":
    main()
