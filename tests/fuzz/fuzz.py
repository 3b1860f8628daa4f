"""Fuzzes each reader with atheris, in processes of their own, for a bounded time and in bounded memory.

    python -m tests.fuzz.fuzz [READER …] [--seconds 60]

Two run at a time. Exit code 1 where one is broken; its input is printed and kept in the current folder as `crash-…`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.readers import READERS, SEEDS

SLOWEST_S = 10
"""Seconds that one input may take: they have at most 4 KiB."""

MOST_MIB = 1024

ALONE = ("sh", "-c", '"$@"; exit $?', "sh")
"""A shell between: a process is told the larger of its own peak memory and that of the process that started it."""


@dataclass(frozen=True)
class Fuzzed:
    """One reader after its time: how many inputs it was given, whether it held, and what the fuzzer printed."""

    reader: str
    inputs: int
    peak_mib: int
    holds: bool
    said: str


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("readers", nargs="*", metavar="READER", help=f"one of {', '.join(READERS)}; default all")
    arguments.add_argument("--seconds", type=int, default=60)
    options = arguments.parse_args()
    if options.readers and not set(options.readers) <= set(READERS):
        arguments.error(f"there is no reader of that name; there are {', '.join(READERS)}")
    if not installed():
        print("skipped: atheris is not installed; it has wheels for some Pythons only", file=sys.stderr)
        return 0
    broken = False
    for found in fuzzed(options.readers or READERS, options.seconds):
        print(f"{found.reader}: {found.inputs:,} inputs, {found.peak_mib} MiB: {'holds' if found.holds else 'BROKEN'}")
        if not found.holds:
            print(found.said, file=sys.stderr)
            broken = True
    return 1 if broken else 0


def installed() -> bool:
    return find_spec("atheris") is not None


def fuzzed(readers: Iterable[str], seconds: int) -> Iterator[Fuzzed]:
    """Fuzz each for so long, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(lambda name: _fuzz(name, seconds), readers)


def _fuzz(name: str, seconds: int) -> Fuzzed:
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS[name]):
            (Path(corpus) / str(number)).write_bytes(seed)
        limits = [f"-max_total_time={seconds}", f"-timeout={SLOWEST_S}", f"-rss_limit_mb={MOST_MIB}", "-max_len=4096"]
        command = [*ALONE, sys.executable, "-m", "tests.fuzz.one", name, *limits, "-print_final_stats=1", corpus]
        done = subprocess.run(command, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    return Fuzzed(name, _stat(said, "number_of_executed_units"), _stat(said, "peak_rss_mb"), done.returncode == 0, said)


def _stat(said: str, name: str) -> int:
    found = re.search(rf"stat::{name}:\s*(\d+)", said)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
