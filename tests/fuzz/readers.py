"""The readers of what others wrote, each as a function of bytes that fails where a promise of the reader is broken."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from inferproof.certify.certify import judged
from inferproof.document import DocumentError, load
from inferproof.document import overlay as overlays
from inferproof.document.files import openapi, parse
from inferproof.wire.exchange import Exchange, Fault, Reply, Request
from inferproof.wire.redact import Redactor
from inferproof.wire.sse import EventParser, read_events
from inferproof.wire.transcript import TranscriptError, read
from tests.proof.hostile.leaks import WINDOW

Reader = Callable[[bytes], None]

SECRET = "sk-0123456789-ABCDEFGH"
REDACTOR = Redactor({"key": SECRET})
MARKER = "{{secret:key}}"
HEADER = (
    b'{"inferproof": "0", "format": 1, "contract": {"name": "inflection", "digest": "sha256:0"}, '
    b'"target": {"url": "http://h"}}'
)
FOLDER = tempfile.TemporaryDirectory(prefix="inferproof-fuzz-")


def events(data: bytes) -> None:
    """An event stream is read to its end; how it was split into reads changes nothing."""
    whole = read_events(Reply(200, body=data))
    parser = EventParser()
    for at in range(0, len(data), 3):
        parser.feed(data[at : at + 3])
    again = parser.finish()
    assert [event.data for event in again.events] == [event.data for event in whole.events]
    assert again.faults == whole.faults
    assert again.retry == whole.retry
    ends = [0, *(event.end for event in whole.events), len(data)]
    assert ends == sorted(ends)


def transcript(data: bytes) -> None:
    """Any lines in the place of a transcript's are read or refused, and what was read can be judged."""
    path = Path(FOLDER.name) / "t.jsonl"
    lines = data.split(b"\n")
    if lines[0] == b"#":  # a good header stands in for this one
        lines[0] = HEADER
    if lines[-1] == b"#":  # and a footer that fits
        sha256 = hashlib.sha256(b"".join(line + b"\n" for line in lines[:-1])).hexdigest()
        lines[-1] = json.dumps({"exchanges": len(lines) - 2, "sha256": sha256}).encode()
    path.write_bytes(b"\n".join(lines))
    with suppress(TranscriptError):
        judged(load("inflection"), read(path), [])


def overlay(data: bytes) -> None:
    """A document and its corrections, separated by a line of three dashes, become a new document or an error."""
    document, _, corrections = data.partition(b"\n---\n")
    with suppress(DocumentError):
        published = openapi(document, "openapi.yaml")
        actions = overlays.check(parse(corrections, "corrections.yaml"), "corrections.yaml")
        overlays.apply(published, actions, "corrections.yaml")


def redactor(data: bytes) -> None:
    """No secret survives in a body, in headers or in a fault, whatever stands around it; reads stay in order."""
    body = data.replace(b"SECRET", SECRET.encode())
    for media in ("application/json", "text/event-stream", "text/plain"):
        reads = tuple((at, at) for at in range(0, len(body) + 1, max(1, len(body) // 5)))
        reply = Reply(200, "", (("Content-Type", media), ("X", body.decode("latin-1"))), body, reads, None, len(body))
        exchange = Exchange("p", 0, None, Request("GET", "/"), reply, Fault("closed", body.decode("utf-8", "replace")))
        found = REDACTOR.exchange(exchange)
        assert found.reply is not None
        assert found.fault is not None
        said = [
            found.reply.body.decode("utf-8", "replace"),
            found.fault.text,
            *(value for _, value in found.reply.headers),
        ]
        assert not any(SECRET in text for text in said)
        offsets = [offset for _, offset in found.reply.reads]
        assert offsets == sorted(offsets)
        assert not offsets or offsets[-1] <= len(found.reply.body)
        if SECRET[:WINDOW].encode() not in body and MARKER.encode() not in found.reply.body:
            assert found.reply == replace(reply, headers=found.reply.headers)


READERS: dict[str, Reader] = {"events": events, "transcript": transcript, "overlay": overlay, "redactor": redactor}

SEEDS: dict[str, tuple[bytes, ...]] = {
    "events": (
        b"data: a\n\n",
        b'event: x\r\nid: 1\rdata: {"a": 1}\ndata\n\n: hello\nretry: 10\n\n',
        b"\xef\xbb\xbfdata: \xff",
    ),
    "transcript": (
        b"#\n#",
        b'#\n{"probe":"p","step":0,"role":"chat","began":1.5,"request":{"method":"GET","target":"/","headers":[["A","b"]],'
        b'"body":""},"reply":{"status":200,"reason":"OK","headers":[],"body64":"/w==","reads":[[1,2]],"coding":null,'
        b'"wire_length":1},"fault":{"kind":"closed","text":"x"}}\n#',
        b'{"inferproof":"0","format":1}\n#',
    ),
    "overlay": (
        b"openapi: 3.1.0\npaths: {/a: {get: {x: [1, 2]}}}\n---\noverlay: 1.1.0\nactions:\n"
        b"- {target: $.paths, update: {/b: {}}}\n- {target: '$..x[?@>1]', remove: true}\n"
        b"- {target: $.b, copy: $.paths}\n",
        b'{"openapi": "3.0.0", "paths": {}}\n---\n'
        b'{"overlay": "1.0.0", "actions": [{"target": "$", "update": {"a": []}}]}',
        b"a: &a [*a]\n---\n&b {? *b : !!int x, <<: 1}",
    ),
    "redactor": (
        b'{"choices":[{"index":0,"delta":{"content":"SECRET"}}],"token":"\\u0073k-0"}',
        b'data: {"choices":[{"index":0,"delta":{"content":"sk-01234"}}]}\n\n'
        b'data: {"choices":[{"index":0,"delta":{"content":"56789-ABCDEFGH"}}]}\n\n',
        b"c2stMDEyMzQ1Njc4OS1BQkNERUZHSA== %73%6b-0123456789-ABCDEFGH 736b2d303132333435363738392d4142434445464748",
    ),
}
"""Where a fuzzer begins: something that is read whole, and something odd."""
