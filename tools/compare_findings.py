"""What an older release says of each finding, and what this tree says.

    python -m tools.compare_findings --old /path/to/python [--kind HOLE] [--all] [ID …]

The servers run from this tree, and each is judged twice, by an installed release and by this one. Prints a table in
Markdown; the exit code is 1 where something is not as expected today and not known to be open.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.proof.findings.verdicts import load_all
from tests.proof.findings.verdicts.finding import KINDS, Finding
from tests.proof.findings.verdicts.judging import TODAY, Judge, Seen
from tests.proof.findings.verdicts.open import OPEN

HEAD = ("| finding | kind | before | today | expected |", "|---|---|---|---|---|")
GOOD, BAD = "", "**no:** "


def seen_by(judge: Judge, finding: Finding) -> Seen:
    """What comes out where a judge meets the server, which is started for it alone."""
    with tempfile.TemporaryDirectory() as folder, finding.server() as url:
        return judge(finding, url, Path(folder))


def cell(finding: Finding, seen: Seen) -> str:
    """What was seen, marked where it is not as expected; fit for a table."""
    mark = BAD if finding.expected.wrong(seen) else GOOD
    return mark + " ".join(finding.expected.told(seen).split()).replace("|", "\\|")[:300]


def rows(findings: Sequence[Finding], old: Judge | None) -> Iterator[tuple[str, bool]]:
    """A line for each finding, and whether today's judge does as expected."""
    for finding in findings:
        before = cell(finding, seen_by(old, finding)) if old else ""
        seen = seen_by(TODAY, finding)
        line = f"| {finding.sentence} (`{finding.id}`) | {finding.kind} | {before} | {cell(finding, seen)} |"
        yield f"{line} {finding.expected} |", not finding.expected.wrong(seen)


def main() -> int:
    asked = argparse.ArgumentParser(description="What an older release says of each finding, and what this tree says.")
    asked.add_argument("--old", help="the interpreter of an installed release; without it the column stays empty")
    asked.add_argument("--kind", choices=KINDS, help="findings of one kind only")
    asked.add_argument("--all", action="store_true", help="also those that wait for minutes")
    asked.add_argument("ids", nargs="*", help="these findings only")
    options = asked.parse_args()
    found = [each for each in load_all().values() if options.kind in (None, each.kind)]
    chosen = [each for each in found if (each.id in options.ids if options.ids else options.all or not each.slow)]
    old = Judge(options.old) if options.old else None
    print("\n".join(HEAD), flush=True)
    code = 0
    for finding, (line, as_expected) in zip(chosen, rows(chosen, old), strict=True):
        print(line, flush=True)
        code = code or int(as_expected is (finding.id in OPEN))
    return code


if __name__ == "__main__":
    sys.exit(main())
