"""Certify servers that nobody here wrote, and write what was found, with the bytes, into `docs/foreign.md`.

Stock vLLM has a page of its own, `docs/stock-vllm.md`, with its bytes; that one is written too.

tox -e foreign-report
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from inferproof.certify.certify import Certification
from inferproof.judge.judge import Judgement, Outcome
from tests.foreign.reasons.reason import Reason
from tests.foreign.servers import FOREIGN, Foreign
from tools.pages import stock_vllm
from tools.pages.shown import code, messages, replaced, verdict

PAGE = Path(__file__).parents[2] / "docs" / "foreign.md"
COLUMNS = (Outcome.PASS, Outcome.FAIL, Outcome.NOT_VERIFIED, Outcome.NOT_APPLICABLE)
BYTES_ELSEWHERE = {"vLLM": "stock-vllm.md"}
"""Servers whose bytes stand on another page."""


def table(found: Sequence[tuple[Foreign, Certification]]) -> str:
    """One row for each server."""
    lines = [
        "| server | version | verdict | " + " | ".join(COLUMNS) + " | reasons |",
        "|---|---|---|" + "---:|" * (len(COLUMNS) + 1),
    ]
    for server, certification in found:
        result = certification.result
        counts = " | ".join(str(len(result.having(outcome))) for outcome in COLUMNS)
        anchor = server.name.lower().replace(" ", "-").replace(".", "")
        link = f"[{server.name}](#{anchor})"
        reasons = len(list(by_reason(server, certification)))
        lines.append(f"| {link} | {server.version()} | **{result.verdict.value}** | {counts} | {reasons} |")
    return "\n".join(lines)


def by_reason(server: Foreign, found: Certification) -> Iterator[tuple[Reason, list[Judgement]]]:
    """What fails under each reason; what no reason has comes last, for somebody to read."""
    failed = found.result.having(Outcome.FAIL)
    known = [*server.reasons, Reason("Not yet read", "No reason is known for these.", tuple(unread(server, found)))]
    for reason in known:
        members = [each for each in failed if each.requirement.id in (*reason.fails, *reason.at_times)]
        if members:
            yield reason, members


def unread(server: Foreign, found: Certification) -> set[str]:
    """What fails under no reason that is known."""
    known = {name for reason in server.reasons for name in (*reason.fails, *reason.at_times)}
    return {each.requirement.id for each in found.result.having(Outcome.FAIL)} - known


def section(server: Foreign, found: Certification) -> str:
    """The page's part for one server: the verdict, then reason by reason what fails, with the bytes."""
    lines = [verdict(found.result), ""]
    for reason, members in by_reason(server, found):
        lines += [f"### {reason.title}", "", reason.what, ""]
        if server.name in BYTES_ELSEWHERE:
            lines += [", ".join(f"`{each.requirement.id}`" for each in members), ""]
        else:
            lines += ["<details>", f"<summary>{len(members)}, with their bytes</summary>", ""]
            lines += [*_shown(members), "", "</details>", ""]
    return "\n".join(lines)


def _shown(members: Sequence[Judgement]) -> Iterator[str]:
    """Each failure with the first exchange that shows it; those that one exchange shows stand above it together."""
    groups: dict[str, list[Judgement]] = {}
    for each in members:
        groups.setdefault(each.failures[0].exchange.name, []).append(each)
    for together in groups.values():
        yield from map(_line, together)
        yield from (f"  {line}".rstrip() for line in messages(together[0].failures[0].exchange))


def _line(judgement: Judgement) -> str:
    requirement, first = judgement.requirement, judgement.failures[0]
    others = len(judgement.failures) - 1
    where = f"`{first.exchange.name}`" + (f" and {others} more" if others else "")
    told = f"expected {code(first.finding.expected)}, found {code(first.finding.found)}"
    return (
        f"- **`{requirement.id}`** ({requirement.level.value}): {requirement.sentence} In {where}, "
        f"at {first.finding.at or 'the reply'}: {told}."
    )


def certified(server: Foreign) -> Certification:
    if server.name == "vLLM":
        return stock_vllm.write_page("inflection")
    with tempfile.TemporaryDirectory(prefix="inferproof-") as folder:
        return server.certified(Path(folder), {})


def by_claims(servers: Iterable[Foreign]) -> str:
    """One row for each server that is certified by what it claims, too."""
    lines = ["| server | " + " | ".join(COLUMNS) + " | declined |", "|---|" + "---:|" * len(COLUMNS) + "---|"]
    for server in servers:
        if server.declined:
            with tempfile.TemporaryDirectory(prefix="inferproof-") as folder:
                result = server.by_its_claims(Path(folder)).result
            counts = " | ".join(str(len(result.having(outcome))) for outcome in COLUMNS)
            declined = ", ".join(f"`{name}`" for name in sorted(server.declined))
            lines.append(f"| {server.name} | {counts} | {declined} |")
    return "\n".join(lines)


def main() -> None:
    found = [(server, certified(server)) for server in FOREIGN]
    page = replaced(PAGE.read_text(encoding="utf-8"), "servers", table(found))
    page = replaced(page, "claims", by_claims(FOREIGN))
    for server, certification in found:
        page = replaced(page, server.name, section(server, certification))
        for name in sorted(unread(server, certification)):
            print(f"{server.name}: nobody has read {name} yet; see tests/foreign/reasons.py")
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
