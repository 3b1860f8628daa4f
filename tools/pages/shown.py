"""How the pages that are written from a certification show it: the verdict, and each failure with its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from inferproof.certify.result import Result
from inferproof.judge.judge import Judgement
from inferproof.judge.keys import KEY
from inferproof.wire.exchange import Exchange

LONGEST = 700
"""Characters of a body that a page shows."""

ELIDED = re.compile(
    r"(date|server|connection|keep-alive|vary|content-length|transfer-encoding|x-request-id|access-control-.*): .*"
    r"|content-type: application/json",
    re.IGNORECASE,
)
"""Headers that no finding is about; a page shows an ellipsis in their place."""


def replaced(page: str, name: str, text: str) -> str:
    """The page with another text between the markers of that name. Raises ValueError where it has none."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    marked = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    if not marked.search(page):
        raise ValueError(f"the page has no part between the markers of {name}")
    return marked.sub(lambda _: f"{begin}\n{text}\n{end}", page)


def verdict(result: Result) -> str:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in result.counts.items() if count)
    return f"Verdict: **{result.verdict.value}** ({counts}), in {result.requests} requests."


def failure(judgement: Judgement, *notes: str) -> Iterator[str]:
    """A section for one requirement that fails, with the first exchange that shows it; `notes` are more list items."""
    requirement, first = judgement.requirement, judgement.failures[0]
    others = len(judgement.failures) - 1
    more = f", and {others} more" if others else ""
    yield f"### `{requirement.id}` ({requirement.level.value}, {requirement.basis.value})"
    yield ""
    yield requirement.sentence
    yield ""
    yield f"- where: `{first.exchange.name}`{more}; {first.finding.at or 'the reply'}"
    yield f"- expected: {code(first.finding.expected)}"
    yield f"- found: {code(first.finding.found)}"
    yield from (f"- {note}" for note in notes)
    yield ""
    yield from messages(first.exchange)
    yield ""


def messages(exchange: Exchange) -> Iterator[str]:
    """Request and reply as they went over the wire, fenced."""
    yield "```http"
    yield from _request(exchange)
    yield ""
    yield from _reply(exchange)
    yield "```"


def _request(exchange: Exchange) -> Iterator[str]:
    request = exchange.request
    yield f"{request.method} {request.target} HTTP/1.1"
    # A target without a key is sent none, though the request is recorded with the place of one.
    yield from _headers([(name, value) for name, value in request.headers if KEY not in value])
    if request.body:
        yield _cut(request.body)


def _reply(exchange: Exchange) -> Iterator[str]:
    reply = exchange.reply
    if reply is None:
        yield f"(no reply: {exchange.fault.text if exchange.fault else 'nothing came'})"
        return
    yield f"HTTP/1.1 {reply.status} {reply.reason}"
    yield from _headers(reply.headers)
    yield _cut(reply.body)


def _headers(headers: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Those that tell something, and the line that ends them: an ellipsis where some were left out."""
    lines = [f"{name}: {value}" for name, value in headers]
    shown = [line for line in lines if not ELIDED.fullmatch(line)]
    yield from shown
    yield "" if shown == lines else "…"


def _cut(body: bytes) -> str:
    text = body.decode("utf-8", "backslashreplace").rstrip("\n")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(body)} bytes)"


def code(text: str) -> str:
    shown = _cut(text.encode()).replace("`", "'")
    return f"`{shown}`"
