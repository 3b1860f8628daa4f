"""Judge the stored transcripts again: `python -m tests.corpus.corpus`.

`verdicts.json` has, for each transcript, the verdict and every outcome but `pass`. What differs is printed as a table
for the CHANGELOG, and the exit code is 1; `--accept` then writes the file anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from inferproof.certify.certify import judged
from inferproof.document import load
from inferproof.judge.judge import Outcome
from inferproof.wire.transcript import read

HERE = Path(__file__).parent
TRANSCRIPTS = HERE / "transcripts"
VERDICTS = HERE / "verdicts.json"

VERDICT = "verdict"
"""Stands for the requirement where the verdict as a whole changed."""

Outcomes = Mapping[str, str]
"""Requirements that do not pass, with their outcomes, and the verdict."""


class Change(NamedTuple):
    transcript: str
    requirement: str
    before: str
    now: str


def stored() -> dict[str, Path]:
    """The transcripts by name."""
    return {path.name.removesuffix(".jsonl.gz"): path for path in sorted(TRANSCRIPTS.glob("*.jsonl.gz"))}


def outcomes(path: Path) -> Outcomes:
    """Judge one transcript under the contract that it was recorded for."""
    transcript = read(path)
    result = judged(load(transcript.header["contract"]["name"]), transcript)
    other = {each.requirement.id: each for each in result.judgements if each.outcome is not Outcome.PASS}
    return {VERDICT: result.verdict.value, **{id: other[id].outcome.value for id in sorted(other)}}


def accepted() -> dict[str, Outcomes]:
    found: dict[str, Outcomes] = json.loads(VERDICTS.read_text(encoding="utf-8"))
    return found


def changes(name: str, before: Outcomes, now: Outcomes) -> Iterator[Change]:
    for id in sorted({*before, *now}):
        was, is_ = before.get(id, Outcome.PASS.value), now.get(id, Outcome.PASS.value)
        if was != is_:
            yield Change(name, id, was, is_)


def table(found: Sequence[Change]) -> str:
    lines = ["| transcript | requirement | before | now |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {each[0]} | `{each[1]}` | {each[2]} | {each[3]} |" for each in found)])


def main(arguments: Sequence[str]) -> int:
    now = {name: outcomes(path) for name, path in stored().items()}
    before = accepted() if VERDICTS.exists() else {}
    found = [each for name in now for each in changes(name, before.get(name, {}), now[name])]
    if found:
        print(table(found))
    print(f"{len(now)} transcripts, {len(found)} verdicts changed")
    if "--accept" in arguments:
        VERDICTS.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return 0
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
