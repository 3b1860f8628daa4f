"""What a server says in its own words where it refuses or fails, whichever form its errors have."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from inferproof.wire.exchange import Exchange, NotJson, Reply

LONGEST = 200
"""Characters of a server's words that are told: what comes behind is mostly a trace or the request again."""

READ = 4_000
"""Characters of a text that are looked at to find them."""

SAYING = ("message", "msg", "detail", "error_description", "error", "errors", "title", "reason", "description")
"""Members that say what is wrong, the most telling first: of OpenAI's errors, FastAPI's, RFC 9457's and RFC 6749's."""

PLACES = ("loc", "param")
"""Members beside them that say where: FastAPI's path, OpenAI's parameter."""

DEEPEST, ENTRIES = 6, 3
"""How deep an error is searched for words, and how many of a list of errors are told."""

_QUOTED = re.compile(r"(?<!\w)(['\"`])(.{0,200}?)\1(?!\w)")
_NAME = re.compile(r"(?=[\w-]*\d)[\w-]{12,}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_MARKUP = re.compile(r"<(?:script|style)\b.{0,4000}?</(?:script|style)>|<[^<>]{0,400}>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Said:
    """`where` is the place that an error names, as `body.n`; empty where it names none. `text` is one line."""

    where: str = ""
    text: str = ""

    def __str__(self) -> str:
        there = not self.where or re.search(rf"(?<!\w){re.escape(self.where)}(?!\w)", self.text)
        told = self.text if there else f"{self.where}: {self.text}"
        return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def said(exchange: Exchange) -> Said:
    """The server's own words where it refused or failed; none where it answered, or said nothing."""
    reply = exchange.reply
    if reply is None:
        return Said()
    found = next(_errors(reply), None)
    if found is None:
        return Said()
    where, text = _told(found, DEEPEST)
    return Said(_line(where), _line(text))


def normal(text: str, names: Collection[str] = ()) -> str:
    """The text without what changes from one request to the next: numbers, ids and quoted values.

    What is quoted and one of `names` stays: it says which member is meant. A normal text is its own normal text.
    """

    def quoted(match: re.Match[str]) -> str:
        return match[0] if match[2] in names else "…"

    line = _QUOTED.sub(quoted, _line(text))
    line = _NUMBER.sub("#", _NAME.sub("#", line))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _errors(reply: Reply) -> Iterator[Any]:
    """What says that something went wrong: the body of a refusal, or an error in an answer."""
    if reply.status >= 400:
        try:
            yield reply.json
        except NotJson:
            yield _MARKUP.sub(" ", reply.body[:READ].decode("utf-8", "replace"))
    elif b'"error"' in reply.body:
        for value in _values(reply):
            if isinstance(value, dict) and value.get("error"):
                yield value


def _values(reply: Reply) -> Iterator[Any]:
    if reply.media_type != "text/event-stream":
        try:
            yield reply.json
        except NotJson:
            return
    for line in reply.body.splitlines():
        if line.startswith(b"data:") and b'"error"' in line:
            try:
                yield json.loads(line[len(b"data:") :])
            except (ValueError, RecursionError):
                continue


def _told(value: Any, depth: int) -> tuple[str, str]:
    """The place and the words of an error of any form; of one without words, its JSON."""
    where, text = _words(value, depth)
    if text or value in (None, "", {}, []):
        return where, text
    try:
        return "", json.dumps(value, ensure_ascii=False)[:READ]
    except (ValueError, RecursionError):
        return "", ""


def _words(value: Any, depth: int) -> tuple[str, str]:
    if isinstance(value, str):
        return "", value[:READ]
    if depth and isinstance(value, list):
        told = [found for each in value[:ENTRIES] if (found := _words(each, depth - 1))[1]]
        more = f" (and {len(value) - 1} more)" if told and len(value) > 1 else ""
        return (told[0][0], told[0][1] + more) if told else ("", "")
    if depth and isinstance(value, dict):
        for name in SAYING:
            where, text = _words(value.get(name), depth - 1)
            if text:
                return where or _place(value), text
    return "", ""


def _place(error: dict[str, Any]) -> str:
    for name in PLACES:
        place = error.get(name)
        if isinstance(place, str) and place:
            return place
        if isinstance(place, list) and place:
            return ".".join(str(part) for part in place[:DEEPEST])
    return ""


def _line(text: str) -> str:
    """One line without needless space, and without half surrogate pairs."""
    return " ".join(text[:READ].encode("utf-8", "replace").decode().split())
