"""What a certification costs: time, CPU and memory of `certify` on the embedded mock, gate included, and of `judge`.

    python -m benchmarks.certify_cost

Each is the command as a person runs it, with all that it starts. The first certification finds an empty cache, so that
it compiles the contract and makes the generated cases; the second finds both.
"""

from __future__ import annotations

import gzip
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

MB = 1_000_000


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, seconds on a CPU (user and system), and the most bytes of memory, of one command."""

    wall: float
    cpu: float
    memory: int

    def __str__(self) -> str:
        return f"{self.wall:5.1f} s  {self.cpu:5.1f} s CPU  {self.memory / MB:4.0f} MB"


def cost_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run `inferproof` once. Raises SystemExit where it fails."""
    began = time.perf_counter()
    process = Popen([sys.executable, "-m", "inferproof", *arguments], stdout=DEVNULL, stderr=DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"`inferproof {' '.join(arguments)}` failed; run it by itself to see why")
    kibibyte = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * kibibyte)


def main() -> None:
    with TemporaryDirectory() as folder:
        report, cache = Path(folder) / "report", Path(folder) / "cache"
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
        certify = ["certify", "--report", str(report)]
        print(f"certify, the first time  {cost_of(certify, environment)}", flush=True)
        print(f"certify, again           {cost_of(certify, environment)}", flush=True)
        transcript = report / "transcript.jsonl"
        print(f"judge                    {cost_of(['judge', str(transcript)], environment)}")
        data = transcript.read_bytes()
    print(f"transcript               {len(data) / MB:.1f} MB, {len(gzip.compress(data)) / MB:.1f} MB compressed")
    print(f"load of the machine      {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
