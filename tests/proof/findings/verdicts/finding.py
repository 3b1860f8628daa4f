"""A finding: how a server behaves, how it is judged, and the verdict that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inferproof_mock.habits import habits
from tests.proof.findings.verdicts.servers import Server, with_habits

if TYPE_CHECKING:
    from tests.proof.findings.verdicts.expected import Expected

OWN_BUGS = "our own errors"
ALARM = "false alarm at MUST"
WARNING = "false alarm at SHOULD"
LIMIT = "rate limit"
HOLE = "hole"
READING = "what a person reads"
STRANGER = "server of others"
FIRST_RUN = "the first run"
KINDS = (OWN_BUGS, ALARM, WARNING, LIMIT, HOLE, READING, STRANGER, FIRST_RUN)


@dataclass(frozen=True)
class Finding:
    """`sentence` says what the server does, `expected` what must come out.

    `only` are the globs of the run; `generated` sends the generated requests, too. The target file declines `declines`
    and has the lines `target`, and `newer` where the judge knows them. With `command` another one than `certify` runs.
    `bug` is a slip of ours, planted in the judge before it starts. A `slow` one waits for minutes.
    """

    id: str
    kind: str
    sentence: str
    server: Server
    expected: Expected
    only: tuple[str, ...] = ()
    generated: bool = False
    declines: tuple[str, ...] = ()
    target: str = ""
    newer: str = ""
    command: str = "certify"
    arguments: tuple[str, ...] = ()
    bug: str = ""
    slow: bool = False

    def target_file(self, *, newer: bool) -> str:
        """The text of it; empty where it would say nothing."""
        lines = [self.target] if self.target else []
        if self.newer and newer:
            lines.append(self.newer)
        if self.declines:
            lines += ["[capabilities]", *(f'"{name}" = "it has none"' for name in self.declines)]
        return "".join(f"{line}\n" for line in lines)


def of_habits(id: str, kind: str, *names: str, only: tuple[str, ...] = (), **members: object) -> Finding:
    """A server with these habits: nothing but what they name may be held against it."""
    from tests.proof.findings.verdicts.expected import Innocent

    chosen = [habits()[name] for name in names]
    return Finding(
        id,
        kind,
        " ".join(each.sentence for each in chosen),
        with_habits(*names),
        Innocent(
            warned=tuple(id for each in chosen for id in each.fails),
            unseen=tuple(id for each in chosen for id in (*each.open, *each.fails)),
        ),
        only=only,
        declines=tuple(dict.fromkeys(name for each in chosen for name in each.declines)),
        **members,  # type: ignore[arg-type]
    )
