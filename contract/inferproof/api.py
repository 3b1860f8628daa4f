"""What `inferproof` offers to Python: the commands `certify` and `judge` as functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from inferproof.certify.certify import certify as run
from inferproof.certify.certify import judged, trying
from inferproof.certify.lookup import looked_up
from inferproof.certify.result import Result
from inferproof.certify.target import Target, server_url, target_from
from inferproof.document import Contract, load
from inferproof.reports.files import Evidence, check_report, transcript_at, write_report
from inferproof.wire.transcript import Transcript, read

Found = TypeVar("Found")


def certify(
    target: Target | str | Path,
    contract: Contract | str | None = None,
    *,
    only: Sequence[str] = (),
    quick: bool = False,
    strict: bool = False,
    seed: int = 0,
    cases: str | Path | None = None,
    report: str | Path | None = None,
    noted: Callable[[str], None] = lambda said: None,
) -> Result:
    """Certify a server, as `inferproof certify` does.

    A string is the server's URL, whose key is in INFERPROOF_API_KEY; a path is a target file, and a Target says it all.
    No other target file is read. `contract` is one that was loaded, or a name or a folder; by default it is the target
    file's, else the first one. `report` is a folder for `result.json` and `transcript.jsonl`; `noted` is told what the
    run finds out about the server's limits. The other options are those of the command.

    Ctrl-C ends a run early; its result says so. Raises UserError.
    """
    contract, target = _meant(target, contract)
    folder = Path(report) if report is not None else None
    if folder is not None:
        check_report(folder)
    with closing(Evidence(folder, noted)) as evidence:
        found = _outside_of_a_loop(
            lambda: run(
                contract,
                target,
                seed=seed,
                only=only,
                strict=strict,
                generated=not quick,
                cases=Path(cases) if cases is not None else None,
                journal=evidence,
            )
        )
    if folder is not None:
        write_report(found, folder)
    return found.result


def judge(
    transcript: Transcript | str | Path,
    contract: Contract | str | None = None,
    *,
    target: str | Path | None = None,
) -> Result:
    """Judge what was recorded, as `inferproof judge` does: the same result as the run's, without its server.

    A path is a transcript's, or that of a report's folder. `contract` is the transcript's by default. With a target
    file, what it declares today counts, not what the run was told. Raises UserError.
    """
    if not isinstance(transcript, Transcript):
        transcript = read(transcript_at(Path(transcript)))
    if not isinstance(contract, Contract):
        contract = load(contract or transcript.header["contract"]["name"])
    if target is not None:
        transcript = trying(contract, transcript, Path(target))
    return judged(contract, transcript)


def _meant(target: Target | str | Path, contract: Contract | str | None) -> tuple[Contract, Target]:
    if isinstance(target, Path):
        loaded, file = looked_up(contract.name if isinstance(contract, Contract) else contract, target)
        return loaded if not isinstance(contract, Contract) else contract, file.target()
    if isinstance(target, str):
        target = target_from({}, url=target)
    server_url(target.url)
    return contract if isinstance(contract, Contract) else load(contract), target


def _outside_of_a_loop(call: Callable[[], Found]) -> Found:
    """The call's result; in a thread of its own where this one runs an event loop, as a notebook's does."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(call).result()
