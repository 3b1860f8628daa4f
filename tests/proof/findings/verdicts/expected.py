"""What must come out of a judgement. Each says in words what is wrong, and what was seen, for a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.proof.findings.verdicts.judging import Seen

SHOWN = 3
"""Ids that a table names."""


class Expected:
    """`wrong` is empty where all is as expected; `told` says in a few words what came out."""

    def wrong(self, seen: Seen) -> str:
        raise NotImplementedError

    def told(self, seen: Seen) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class Innocent(Expected):
    """Nothing is held against the server but the SHOULDs `warned`, and a MUST is verified unless it is `unseen`."""

    warned: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "nothing is held against it" + (f" but {', '.join(self.warned)}" if self.warned else "")

    def wrong(self, seen: Seen) -> str:
        accused, open_ = self._accused(seen), self._open(seen)
        if seen.result is None or seen.interrupted:
            return seen.ending
        return "; ".join(
            [*([f"accused: {some(accused)}"] if accused else []), *([f"not verified: {some(open_)}"] if open_ else [])]
        )

    def told(self, seen: Seen) -> str:
        return self.wrong(seen) or "nothing is held against it"

    def _accused(self, seen: Seen) -> list[str]:
        failed = [f"{row['level']} {row['id']}" for row in seen.rows("fail") if not self._may_be_warned(row)]
        return sorted(failed) + [f"our error {row['id']}" for row in seen.rows("harness error")]

    def _may_be_warned(self, row: dict[str, Any]) -> bool:
        return row["level"] != "MUST" and named(row, self.warned)

    def _open(self, seen: Seen) -> list[str]:
        open_ = [row for row in seen.rows("not verified") if row["level"] == "MUST"]
        return [row["id"] for row in open_ if not named(row, self.unseen)]


@dataclass(frozen=True)
class NotAccused(Expected):
    """None of these requirements fails; whatever else does is right, or another finding's."""

    ids: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.ids)} hold nothing against it"

    def wrong(self, seen: Seen) -> str:
        accused = [f"{row['level']} {row['id']}" for row in seen.rows("fail") if named(row, self.ids)]
        return seen.ending if seen.result is None else f"accused: {some(accused)}" if accused else ""

    def told(self, seen: Seen) -> str:
        return self.wrong(seen) or "not accused of it"


@dataclass(frozen=True)
class Caught(Expected):
    """A requirement fails whose id is one of these globs; any does where there are none."""

    by: tuple[str, ...] = ("*",)
    level: str = ""

    def __str__(self) -> str:
        return "caught" + (f" by {', '.join(self.by)}" if self.by != ("*",) else "")

    def wrong(self, seen: Seen) -> str:
        return "" if self._found(seen) else "missed" if seen.result is not None else seen.ending

    def told(self, seen: Seen) -> str:
        found = self._found(seen)
        return f"caught by {some(found)}" if found else self.wrong(seen)

    def _found(self, seen: Seen) -> list[str]:
        rows = [row for row in seen.rows("fail") if named(row, self.by) and self.level in ("", row["level"])]
        return [row["id"] for row in rows]


@dataclass(frozen=True)
class OurError(Expected):
    """The requirement is called a harness error, and neither a pass nor the server's fault."""

    id: str

    def __str__(self) -> str:
        return "a harness error"

    def wrong(self, seen: Seen) -> str:
        outcome = seen.outcome(self.id)
        return "" if outcome == "harness error" else f"it is called {outcome}"

    def told(self, seen: Seen) -> str:
        return seen.outcome(self.id)


@dataclass(frozen=True)
class Says(Expected):
    """Each of these expressions is found in what the terminal shows, or in the file that was written."""

    expressions: tuple[str, ...]
    words: str
    file: str = ""

    def __str__(self) -> str:
        return self.words

    def wrong(self, seen: Seen) -> str:
        text = seen.files.get(self.file, "") if self.file else seen.said
        missing = [each for each in self.expressions if not re.search(each, text, re.MULTILINE)]
        return f"not said: {', '.join(missing)}" if missing else ""

    def told(self, seen: Seen) -> str:
        return "not said" if self.wrong(seen) else "said"


@dataclass(frozen=True)
class Silent(Expected):
    """None of these expressions is found in what the terminal shows, or in the file that was written."""

    expressions: tuple[str, ...]
    words: str
    file: str = ""

    def __str__(self) -> str:
        return self.words

    def wrong(self, seen: Seen) -> str:
        text = seen.files.get(self.file, "") if self.file else seen.said
        found = [each for each in self.expressions if re.search(each, text, re.MULTILINE)]
        return f"said: {', '.join(found)}" if found else ""

    def told(self, seen: Seen) -> str:
        return "said all the same" if self.wrong(seen) else "not said"


@dataclass(frozen=True)
class Rows(Expected):
    """The terminal shows the failures in at most so many lines."""

    most: int

    def __str__(self) -> str:
        return f"read in at most {self.most} lines"

    def wrong(self, seen: Seen) -> str:
        lines = len(seen.stdout.splitlines())
        return f"{lines} lines" if lines > self.most else ""

    def told(self, seen: Seen) -> str:
        return f"{len(seen.stdout.splitlines())} lines"


@dataclass(frozen=True)
class Evidence(Expected):
    """`ask` holds of a number in `result.json`, which `words` name."""

    words: str
    ask: Any

    def __str__(self) -> str:
        return self.words

    def wrong(self, seen: Seen) -> str:
        if seen.result is None:
            return seen.ending
        return str(self.ask(seen) or "")

    def told(self, seen: Seen) -> str:
        return self.wrong(seen) or "so it is"


@dataclass(frozen=True)
class Both(Expected):
    """All of several."""

    all: tuple[Expected, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.all))

    def wrong(self, seen: Seen) -> str:
        return "; ".join(filter(None, (each.wrong(seen) for each in self.all)))

    def told(self, seen: Seen) -> str:
        return "; ".join(each.told(seen) for each in self.all)


def named(row: dict[str, Any], globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(row["id"], glob) for glob in globs)


def some(names: list[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
