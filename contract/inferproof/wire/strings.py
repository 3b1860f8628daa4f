"""The JSON strings of a body with the place of each, so that a text spread over many of them can be put together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from inferproof.wire.sse import BOM, EventParser

Path = tuple[str | int, ...]

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_LINE = re.compile(rb"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One text at `body[start:end]`, quotes included where it is `quoted`. Pieces of one `path` belong together.

    An item of a list is known by its `index` member where it has one, as choices and tool calls do, else by `*`: the
    deltas of one choice share a path, and so do the tokens of `logprobs`.
    """

    path: Path
    start: int
    end: int
    text: str
    quoted: bool

    def spelt(self, text: str) -> bytes:
        """The bytes that put another text into its place."""
        return json.dumps(text).encode() if self.quoted else text.encode("utf-8", "surrogatepass")


def pieces_of_json(body: bytes) -> list[Piece]:
    """The string values of a JSON body, in order; none where it is something else."""
    return list(_pieces([(0, body)]))


def pieces_of_events(body: bytes) -> list[Piece]:
    """The string values in the data of a stream's events, in order; data that is not JSON is a piece itself."""
    parser = EventParser()
    parser.feed(body)
    found: list[Piece] = []
    for event in parser.events:
        lines = list(_data_lines(body, event.offset, event.end))
        found += _pieces(lines) or [
            Piece((), start, start + len(line), line.decode("utf-8", "replace"), quoted=False) for start, line in lines
        ]
    return found


class _Object(list[tuple[str, Any]]):
    """A JSON object as its members in order, so that a repeated one is not lost."""


_DECODER = json.JSONDecoder(object_pairs_hook=_Object)


def _pieces(lines: list[tuple[int, bytes]]) -> list[Piece]:
    """The string values of one JSON text that stands on these lines of the body."""
    try:
        text = b"\n".join(line for _, line in lines).decode()
        root = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return []
    # Offsets in the text count characters, those in the body bytes; a string lies on one line of either.
    line_starts = [0, *accumulate(len(line) + 1 for _, line in lines)]
    found = []
    characters = at = number = 0
    for (path, value), token in zip(_strings(root), _STRING.finditer(text), strict=True):
        at += len(text[characters : token.start()].encode())
        characters = token.start()
        while at >= line_starts[number + 1]:
            number += 1
        start = lines[number][0] + at - line_starts[number]
        if path is not None:
            found.append(Piece(path, start, start + len(token[0].encode()), value, quoted=True))
    return found


def _strings(root: Any) -> Iterator[tuple[Path | None, str]]:
    """Every string in the order of the text; the path of a member's name is None. No recursion: it may be deep."""
    under_way: list[Iterator[tuple[Path | None, Any]]] = [iter([((), root)])]
    while under_way:
        for path, node in under_way[-1]:
            if isinstance(node, str):
                yield path, node
            elif isinstance(node, list):
                under_way.append(_members(path or (), node))
                break
        else:
            under_way.pop()


def _members(path: Path, node: list[Any]) -> Iterator[tuple[Path | None, Any]]:
    if isinstance(node, _Object):
        for name, value in node:
            yield None, name
            yield (*path, name), value
        return
    item_path = (*path, "*")
    for item in node:
        index = next((value for name, value in item if name == "index"), None) if isinstance(item, _Object) else None
        yield (item_path if not isinstance(index, int) else (*path, index)), item


def _data_lines(body: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The value of each data line of the event at `body[start:end]`, with its offset."""
    for match in _LINE.finditer(body, start, end):
        line, at = match[0], match.start()
        if at == 0 and line.startswith(BOM):
            line, at = line[len(BOM) :], len(BOM)
        name, _, value = line.partition(b":")
        if name == b"data":
            skipped = len(line) - len(value)
            space = value.startswith(b" ")
            yield at + skipped + space, value[space:]
