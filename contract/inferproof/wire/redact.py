"""Replaces every secret in an exchange by the marker `{{secret:name}}`, before anybody judges or stores it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice, takewhile

from inferproof.wire.exchange import Exchange, Fault, Headers, Reply, Request
from inferproof.wire.secrets import Edit, Secrets, apply, moved
from inferproof.wire.strings import Piece, pieces_of_events, pieces_of_json

_LINE = re.compile(rb"[^\r\n]+")
_DATA = re.compile(rb"(?:\xef\xbb\xbf)?data: ?")
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^\s"\[\]{},:]+')


class Redactor:
    """Redacts exchanges. A secret is found raw, percent-encoded, JSON-escaped, in hex and in base64, at any alignment,
    and where it is spread over the deltas of a stream. JSON stays JSON, and events stay events.

    Raises ValueError for a secret too short to be told from ordinary text.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = Secrets(secrets)

    def text(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        if not self._secrets.within(data):
            return text
        return apply(data, self._secrets.edits(data)).decode("utf-8", "surrogatepass")

    def words(self, text: str) -> str:
        """Our own words about a reply, which may quote its first bytes, and so the beginning of a secret."""
        data = self.text(text).encode("utf-8", "surrogatepass")
        return apply(data, self._secrets.begun(data)).decode("utf-8", "replace")

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without its secrets. Reads move with the text they brought; `wire_length` stays what it was."""
        fault = exchange.fault
        return replace(
            exchange,
            request=self._request(exchange.request),
            reply=exchange.reply and self._reply(exchange.reply, cut=fault is not None),
            fault=fault and Fault(fault.kind, self.words(fault.text)),
        )

    def _request(self, request: Request) -> Request:
        body = apply(request.body, self._in_text(request.body))
        raw = request.raw and apply(request.raw, self._in_text(request.raw))
        return replace(
            request, target=self.text(request.target), headers=self._headers(request.headers), body=body, raw=raw
        )

    def _reply(self, reply: Reply, *, cut: bool) -> Reply:
        body, reads = reply.body, reply.reads
        stream = reply.media_type == "text/event-stream"
        find = [
            self._in_lines if stream else self._in_text,
            self._spread_over_events if stream else self._spread_over_tokens,
        ]
        if cut:
            find += [self._cut_off_in_events if stream else self._secrets.cut_off]
        for edits_of in find:
            if edits := edits_of(body):
                body = apply(body, edits)
                offsets = moved([offset for _, offset in reads], edits)
                reads = tuple((at_us, offset) for (at_us, _), offset in zip(reads, offsets, strict=True))
        return replace(
            reply, reason=self.text(reply.reason), headers=self._headers(reply.headers), body=body, reads=reads
        )

    def _headers(self, headers: Headers) -> Headers:
        if not self._secrets.within("\n".join([f"{name}: {value}" for name, value in headers]).encode()):
            return headers
        return tuple((self.text(name), self.text(value)) for name, value in headers)

    def _in_text(self, data: bytes) -> list[Edit]:
        if not self._secrets.within(data):
            return []
        edits = self._secrets.edits(data)
        if _is_json(data) and not _is_json(apply(data, edits)):
            by_token = self._in_tokens(data)
            if not self._secrets.within(apply(data, by_token)):
                return by_token
        return edits

    def _in_tokens(self, data: bytes) -> list[Edit]:
        """A number that holds a secret becomes a string; no marker reaches from one string into another."""
        edits = []
        for token in _TOKEN.finditer(data):
            found = self._secrets.edits(token[0].strip(b'"'))
            if found and token[0][:1] != b'"':
                edits.append(Edit(token.start(), token.end(), b'"%b"' % found[0].replacement))
            else:
                edits += [_shifted(edit, token.start() + 1) for edit in found]
        return edits

    def _in_lines(self, body: bytes) -> list[Edit]:
        if not self._secrets.within(body):
            return []
        edits = []
        for line in _LINE.finditer(body):
            prefix = _DATA.match(line[0])
            start = line.start() + (prefix.end() if prefix else 0)
            edits += [_shifted(edit, start) for edit in self._in_text(body[start : line.end()])]
        return edits if not self._secrets.within(apply(body, edits)) else self._secrets.edits(body)

    def _spread_over_events(self, body: bytes) -> list[Edit]:
        return self._spread(pieces_of_events(body), cut=False)

    def _spread_over_tokens(self, body: bytes) -> list[Edit]:
        return self._spread(pieces_of_json(body), cut=False) if b'"token"' in body else []

    def _cut_off_in_events(self, body: bytes) -> list[Edit]:
        return self._spread(pieces_of_events(body), cut=True) or self._secrets.cut_off(body)

    def _spread(self, pieces: list[Piece], *, cut: bool) -> list[Edit]:
        """The secrets in what the pieces of each path add up to: the marker goes into the first piece it touches."""
        edits: list[Edit] = []
        by_path: dict[tuple[str | int, ...], list[Piece]] = {}
        for piece in pieces:
            by_path.setdefault(piece.path, []).append(piece)
        for parts in by_path.values():
            texts = [piece.text.encode("utf-8", "surrogatepass") for piece in parts]
            whole = b"".join(texts)
            if cut:
                found = self._secrets.cut_off(whole)
            else:
                found = self._secrets.edits(whole) if self._secrets.within(whole) else []
            if found:
                edits += _shared_out(found, parts, texts)
        return sorted(edits, key=lambda edit: edit.start)


def _shared_out(found: list[Edit], parts: list[Piece], texts: list[bytes]) -> list[Edit]:
    edits = []
    end = first = 0
    for piece, text in zip(parts, texts, strict=True):
        start, end = end, end + len(text)
        while first < len(found) and found[first].end <= start:
            first += 1
        local = [
            Edit(max(edit.start, start) - start, min(edit.end, end) - start, edit.replacement * (edit.start >= start))
            for edit in takewhile(lambda edit: edit.start < end, islice(found, first, None))  # noqa: B023 - used at once
        ]
        if local:
            changed = apply(text, local).decode("utf-8", "surrogatepass")
            edits.append(Edit(piece.start, piece.end, piece.spelt(changed)))
    return edits


def _shifted(edit: Edit, by: int) -> Edit:
    return Edit(edit.start + by, edit.end + by, edit.replacement)


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
