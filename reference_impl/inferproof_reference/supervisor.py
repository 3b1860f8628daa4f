"""Run a command that ends when its parent does: `python -m inferproof_reference.supervisor COMMAND...`.

Standard input is a pipe whose other end the parent alone holds. It closes when the parent closes it and when the
parent is gone, killed outright included; then the command and all that it started are ended. What the command started
is ended too where the command ends first: vLLM's engine outlives its server if that is killed (seen with 0.32).

It ends last, with the command's exit status, or 128 plus the number of the signal that ended the command.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

GRACE_S = 15.0  # vLLM 0.32 leaves within two seconds of SIGTERM
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def main() -> None:
    adopt_orphans()
    # A session of its own puts the command at the head of a process group, which its children stay in.
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
    ending = threading.Event()
    threading.Thread(target=end_with_parent, args=(command.pid, ending), daemon=True).start()
    status = command.wait()
    if not ending.is_set():
        tell(command.pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-command.pid, 0)
    sys.exit(status if status >= 0 else 128 - status)


def adopt_orphans() -> None:
    """Become the parent of what the command leaves behind, to see it end. Only Linux knows how; others do without."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_parent(group: int, ending: threading.Event) -> None:
    """Wait for the parent to go, then ask the group to end; where it is still there after the grace, make it."""
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written to it: this returns at its end
    ending.set()
    tell(group, signal.SIGTERM)
    time.sleep(GRACE_S)
    tell(group, signal.SIGKILL)


def tell(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # the latter is macOS's word for a dead group
        os.killpg(group, number)


if __name__ == "__main__":
    main()
