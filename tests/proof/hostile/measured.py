"""`python measured.py FILE MODULE …` runs a module as `python -m` does, and writes its peak memory in KiB into FILE.

Who only waits for a child is told the larger of its peak and of the peak of the process that started it.
"""

from __future__ import annotations

import atexit
import re
import runpy
import sys
from pathlib import Path


def write(file: str) -> None:
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    Path(file).write_text(found[1] if found else "0", encoding="ascii")


if __name__ == "__main__":
    atexit.register(write, sys.argv[1])
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
