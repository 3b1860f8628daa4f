"""Certify servers that nobody here wrote, and write what was found, with the bytes, into `docs/foreign.md`.

tox -e foreign-report
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Target
from inferproof.document import load
from inferproof.probes.probe import KEY
from inferproof.requirements.judge import Judgement, Outcome
from inferproof.wire.exchange import Exchange
from tests.foreign.servers import aimock

PAGE = Path(__file__).parents[2] / "docs" / "foreign.md"
LONGEST = 700
"""Characters of a body that the page shows."""


def section(name: str, found: Certification) -> str:
    """The page's part for one server: the verdict, then each failure with the first exchange that shows it."""
    result = found.result
    counts = ", ".join(f"{count} {outcome}" for outcome, count in result.counts.items() if count)
    failed = result.having(Outcome.FAIL)
    lines = [
        f"<!-- {name}: begin -->",
        f"Verdict: **{result.verdict.value}** ({counts}), in {result.requests} requests.",
        "",
        *(line for judgement in failed for line in _failure(judgement)),
        f"<!-- {name}: end -->",
    ]
    return "\n".join(lines)


def replaced(page: str, name: str, text: str) -> str:
    """The page with another part for that server. Raises ValueError where it has none."""
    marked = re.compile(f"<!-- {name}: begin -->.*<!-- {name}: end -->", re.DOTALL)
    if not marked.search(page):
        raise ValueError(f"the page has no part between the markers of {name}")
    return marked.sub(lambda _: text, page)


def _failure(judgement: Judgement) -> Iterator[str]:
    requirement, first = judgement.requirement, judgement.failures[0]
    others = len(judgement.failures) - 1
    more = f", and {others} more" if others else ""
    yield f"### `{requirement.id}` ({requirement.level.value}, {requirement.basis.value})"
    yield ""
    yield requirement.sentence
    yield ""
    yield f"- where: `{first.exchange.name}`{more}; {first.finding.at or 'the reply'}"
    yield f"- expected: {_code(first.finding.expected)}"
    yield f"- found: {_code(first.finding.found)}"
    yield ""
    yield "```http"
    yield from _request(first.exchange)
    yield ""
    yield from _reply(first.exchange)
    yield "```"
    yield ""


def _request(exchange: Exchange) -> Iterator[str]:
    request = exchange.request
    yield f"{request.method} {request.target} HTTP/1.1"
    # A target without a key is sent none, though the request is recorded with the place of one.
    yield from (f"{name}: {value}" for name, value in request.headers if KEY not in value)
    if request.body:
        yield ""
        yield _cut(request.body)


def _reply(exchange: Exchange) -> Iterator[str]:
    reply = exchange.reply
    if reply is None:
        yield f"(no reply: {exchange.fault.text if exchange.fault else 'nothing came'})"
        return
    yield f"HTTP/1.1 {reply.status} {reply.reason}"
    yield from (f"{name}: {value}" for name, value in reply.headers)
    yield ""
    yield _cut(reply.body)


def _cut(body: bytes) -> str:
    text = body.decode("utf-8", "backslashreplace").rstrip("\n")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(body)} bytes)"


def _code(text: str) -> str:
    shown = _cut(text.encode()).replace("`", "'")
    return f"`{shown}`"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, aimock(Path(folder)) as url:
        found = certify(load("inflection"), Target(url))
    page = replaced(PAGE.read_text(encoding="utf-8"), "aimock", section("aimock", found))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
