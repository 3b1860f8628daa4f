"""Run the three tools on every server, and write the table."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.detection.tools import Complaints, Tool, inferproof, prism_proxy, schemathesis
from inferproof.document import load
from inferproof_mock.prism import PrismError
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.proof.broken_servers import load_all as load_mutants
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers import load_all as load_variants
from tests.proof.legal_servers.server import Mock, Server, serving
from tools.pages.self_proof import write_section


@dataclass
class Score:
    """Of so many `wrong` and `odd` servers it `caught` and `accused` these; `noise` is said of the plain mock too."""

    tool: str
    wrong: int
    odd: int
    noise: Complaints = frozenset()
    caught: list[str] = field(default_factory=list)
    accused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that Prism ends with us
    contract = load("inflection")
    app = Mock(mock(contract, keys=(DEFAULT_KEY,)))
    wrong, odd = list(load_mutants().values()), list(load_variants().values())
    scores, skipped = [], []
    with serving(app, None) as server, ExitStack() as stack:
        tools: dict[str, tuple[Tool, int]] = {"`inferproof certify`": (inferproof(contract), options.every)}
        try:
            tools["Prism's proxy"] = (stack.enter_context(prism_proxy(contract, server)), options.every)
        except PrismError as reason:
            skipped.append(f"Prism's proxy was not run: {reason}")
        seldom = max(options.every, options.schemathesis_every)
        tools["`schemathesis run`"] = (stack.enter_context(schemathesis(contract)), seldom)
        for name, (tool, every) in tools.items():
            scores.append(_score(name, tool, server, wrong[::every], odd[::every]))
    asked = " ".join(sys.argv[1:])
    write_section("detection", "\n".join(_table(scores, len(wrong), len(odd), asked, skipped)))
    options.raw.write_text(json.dumps([_raw(score) for score in scores], indent=1), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection")
    parser.add_argument("--every", type=int, default=1, help="take every so many servers only")
    parser.add_argument("--schemathesis-every", type=int, default=1, help="the same, for the slowest of the tools")
    parser.add_argument("--raw", type=Path, default=Path("detection.json"), help="what each tool found, by server")
    return parser.parse_args()


def _score(name: str, tool: Tool, server: Server, wrong: Sequence[Variant], odd: Sequence[Variant]) -> Score:
    server.become(None)
    score = Score(name, len(wrong), len(odd), tool(server))
    for variants, found in ((wrong, score.caught), (odd, score.accused)):
        for variant in variants:
            server.become(variant)
            clock = time.perf_counter()
            if tool(server) - score.noise:
                found.append(variant.name)
            score.seconds.append(time.perf_counter() - clock)
            print(f"{name} {variant.name}: {'complains' if variant.name in found else 'silent'}", flush=True)
    return score


def _table(scores: Sequence[Score], wrong: int, odd: int, asked: str, skipped: Sequence[str]) -> list[str]:
    return [
        f"There are {wrong} wrong servers and {odd} odd but legal ones; who saw fewer saw every so many: "
        f"`tox -e detection{' -- ' if asked else ''}{asked}`.",
        "",
        "| tool | caught | wrongly accused | complaints about the right server | seconds a server |",
        "|---|--:|--:|--:|--:|",
        *(
            f"| {each.tool} | {len(each.caught)} of {each.wrong} | {len(each.accused)} of {each.odd} "
            f"| {len(each.noise)} | {sum(each.seconds) / len(each.seconds):.1f} |"
            for each in scores
        ),
        *(("", *skipped) if skipped else ()),
    ]


def _raw(score: Score) -> dict[str, object]:
    return {"tool": score.tool, "noise": sorted(score.noise), "caught": score.caught, "accused": score.accused}


if __name__ == "__main__":
    main()
