"""Live progress on a terminal; silent where nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from inferproof.certify.budget import Estimate
from inferproof.certify.certify import Progress
from inferproof.certify.plan import Plan
from inferproof.probes.probe import Probe
from inferproof.reports.terminal import Terminal
from inferproof.reports.words import many, printable


@contextmanager
def watch() -> Iterator[Progress]:
    """On standard error: what the run will cost, when all is sent and when more is, and on a terminal a bar with the
    last probe.
    """
    console = Terminal(stderr=True)
    columns = (
        TextColumn("probes"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    bar = Bar(*columns, console=console, transient=True)
    with bar if console.is_terminal else nullcontext():  # a bar that is only disabled may end with an empty line
        task = bar.add_task("connecting", total=None)

        def planned(plan: Plan, estimate: Estimate) -> None:
            console.print(f"{many(len(plan.requirements), 'requirement')}: {estimate}", highlight=False)
            bar.update(task, total=len(plan.probes))

        def done(probe: Probe) -> None:
            bar.update(task, advance=1, description=probe.name)

        def judging(exchanges: int) -> None:
            said = f"judging {many(exchanges, 'exchange')}"
            bar.update(task, description=said)
            if not console.is_terminal:
                console.print(said, highlight=False)

        def noted(said: str) -> None:
            console.print(printable(said), highlight=False, markup=False)

        def shrinking(causes: int, most: int) -> None:
            said = f"shrinking the requests of {many(causes, 'cause')}: {most:,} more requests at most"
            bar.update(task, description=said)
            if not console.is_terminal:
                console.print(said, highlight=False)

        yield Progress(planned, done, judging, noted, shrinking)
