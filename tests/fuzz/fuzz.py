"""Fuzzes each reader with atheris, in a process of its own, for a bounded time and in bounded memory.

    python -m tests.fuzz.fuzz [READER …] [--seconds 60]

Exit code 1 where one is broken; its input is printed and kept in the current folder as `crash-…`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.readers import READERS, SEEDS

SLOWEST_S = 10
"""Seconds that one input may take: they have at most 4 KiB."""

MOST_MIB = 1024


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("readers", nargs="*", metavar="READER", help=f"one of {', '.join(READERS)}; default all")
    arguments.add_argument("--seconds", type=int, default=60)
    options = arguments.parse_args()
    if options.readers and not set(options.readers) <= set(READERS):
        arguments.error(f"there is no reader of that name; there are {', '.join(READERS)}")
    try:
        import atheris  # noqa: F401
    except ImportError as error:
        print(f"skipped: atheris cannot be imported ({error}); it has wheels for some Pythons only", file=sys.stderr)
        return 0
    broken = [name for name in options.readers or READERS if not _holds(name, options.seconds)]
    for name in broken:
        print(f"the reader {name} is broken", file=sys.stderr)
    return 1 if broken else 0


def _holds(name: str, seconds: int) -> bool:
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS[name]):
            (Path(corpus) / str(number)).write_bytes(seed)
        limits = [f"-max_total_time={seconds}", f"-timeout={SLOWEST_S}", f"-rss_limit_mb={MOST_MIB}", "-max_len=4096"]
        return (
            subprocess.run([sys.executable, "-m", "tests.fuzz.one", name, *limits, corpus], check=False).returncode == 0
        )


if __name__ == "__main__":
    sys.exit(main())
