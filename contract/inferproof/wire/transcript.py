"""A transcript on disk: JSON Lines, with a header, one line for each exchange, and a footer that closes it.

    {"inferproof": "0.1.0", "format": 1, "contract": {…}, "target": {…}, "seed": 7, …}
    {"probe": "chat.minimal", "step": 0, "role": "chat", "began": 1765432100.25, "request": {…}, "reply": {…}}
    {"seconds": 0.4, "exchanges": 1, "sha256": "…"}

A body that is UTF-8 stands as text in `body`, any other as base64 in `body64`. `sha256` covers every byte before the
footer. A name that ends in `.gz` is compressed.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast, get_args

import orjson

from inferproof import __version__, writing
from inferproof.wire.exchange import Exchange, Fault, FaultKind, Headers, Reply, Request

FORMAT = 1

Json = dict[str, Any]


class TranscriptError(ValueError):
    """A file that is no whole transcript. The text names the file, the line, the cause and the cure."""


@dataclass(frozen=True)
class Transcript:
    """What a run sent and received. `header` and `footer` are as they were written, `format` and counts included."""

    header: Json
    exchanges: tuple[Exchange, ...]
    footer: Json = field(default_factory=dict)


class Writer:
    """Writes a transcript as exchanges come. The file has its name only once `close` has put the footer.

    As a context manager it closes at the end; after an exception it leaves `NAME.part` behind, as evidence. Raises
    OSError where the file cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], header: Mapping[str, Any]) -> None:
        self._path = Path(path)
        self._hash = hashlib.sha256()
        self._exchanges = 0
        self._closed = False
        self._draft = writing.Draft(self._path)
        self._file: IO[bytes] = self._draft.file
        if self._path.suffix == ".gz":
            self._file = cast("IO[bytes]", gzip.GzipFile(filename="", mode="wb", fileobj=self._draft.file, mtime=0))
        self._write({"inferproof": __version__, "format": FORMAT} | dict(header) | {"format": FORMAT})

    def add(self, exchange: Exchange) -> None:
        self._write(to_json(exchange))
        self._exchanges += 1

    def close(self, footer: Mapping[str, Any] | None = None) -> None:
        """Put the footer, with these members in it, and give the file its name."""
        own = {"exchanges": self._exchanges, "sha256": self._hash.hexdigest()}
        self._write(dict(footer or {}) | own)
        self._file.close()
        self._draft.finish()
        self._closed = True

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            with suppress(OSError):
                self._file.close()
                self._draft.finish(self._path.with_name(self._path.name + ".part"))
        elif not self._closed:
            self.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        data = orjson.dumps(line) + b"\n"
        self._hash.update(data)
        self._file.write(data)


def write(
    path: str | os.PathLike[str],
    header: Mapping[str, Any],
    exchanges: Iterable[Exchange],
    footer: Mapping[str, Any] | None = None,
) -> None:
    """Write a whole transcript. To `header` and `footer` comes what the format itself has there."""
    with Writer(path, header) as writer:
        for exchange in exchanges:
            writer.add(exchange)
        writer.close(footer)


def read(path: str | os.PathLike[str]) -> Transcript:
    """Raises TranscriptError for a file that is missing, foreign, newer, cut short, corrupt or changed since."""
    lines = _lines(Path(path))
    header = _object(path, 1, lines[0]) if lines else None
    _check_header(path, header)
    assert header is not None
    footer = _object(path, len(lines), lines[-1])
    if "sha256" not in footer or len(lines) < 2:
        raise TranscriptError(
            f"{path}:{len(lines)}: the footer is missing, so the run was interrupted or the file was cut short; "
            "record it again"
        )
    exchanges = []
    for number, line in enumerate(lines[1:-1], start=2):
        try:
            exchanges.append(from_json(_object(path, number, line)))
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, TranscriptError):
                raise
            raise TranscriptError(f"{path}:{number}: is no exchange: {_reason(error)}; record it again") from error
    if footer.get("exchanges") != len(exchanges):
        raise TranscriptError(
            f"{path}:{len(lines)}: the footer counts {footer.get('exchanges')} exchanges, but there are "
            f"{len(exchanges)}: lines were added or taken out. Go back to the file as it was recorded"
        )
    if footer["sha256"] != hashlib.sha256(b"".join(line + b"\n" for line in lines[:-1])).hexdigest():
        raise TranscriptError(
            f"{path}: the lines do not match the sha256 in the footer: the file was changed after it was recorded. "
            "Go back to the file as it was recorded"
        )
    return Transcript(header, tuple(exchanges), footer)


def to_json(exchange: Exchange) -> Json:
    """The exchange as an object; members without a value are left out."""
    request, reply, fault = exchange.request, exchange.reply, exchange.fault
    line: Json = {"probe": exchange.probe, "step": exchange.step, "role": exchange.role, "began": exchange.began}
    line["request"] = {"method": request.method, "target": request.target, "headers": request.headers}
    line["request"] |= _bytes("body", request.body)
    if request.raw is not None:
        line["request"] |= _bytes("raw", request.raw)
    if reply is not None:
        line["reply"] = {
            "status": reply.status,
            "reason": reply.reason,
            "headers": reply.headers,
            **_bytes("body", reply.body),
            "reads": reply.reads,
            "coding": reply.coding,
            "wire_length": reply.wire_length,
        }
    if fault is not None:
        line["fault"] = {"kind": fault.kind, "text": fault.text}
    return line


def from_json(line: Json) -> Exchange:
    """The exchange that `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    request: Json = _typed(line, "request", dict)
    return Exchange(
        probe=_typed(line, "probe", str),
        step=_typed(line, "step", int),
        role=_typed(line, "role", str, type(None)),
        began=_typed(line, "began", float, int),
        request=Request(
            method=_typed(request, "method", str),
            target=_typed(request, "target", str),
            headers=_headers(request),
            body=_from_bytes("body", request),
            raw=_from_bytes("raw", request) if "raw" in request or "raw64" in request else None,
        ),
        reply=_reply(_typed(line, "reply", dict)) if "reply" in line else None,
        fault=_fault(_typed(line, "fault", dict)) if "fault" in line else None,
    )


def _reply(node: Json) -> Reply:
    return Reply(
        status=_typed(node, "status", int),
        reason=_typed(node, "reason", str),
        headers=_headers(node),
        body=_from_bytes("body", node),
        reads=tuple((_int(at_us), _int(offset)) for at_us, offset in _typed(node, "reads", list)),
        coding=_typed(node, "coding", str, type(None)),
        wire_length=_typed(node, "wire_length", int),
    )


def _fault(node: Json) -> Fault:
    kind = _typed(node, "kind", str)
    if kind not in get_args(FaultKind):
        raise ValueError(f"{kind!r} is no kind of fault")
    return Fault(kind, _typed(node, "text", str))


def _headers(node: Json) -> Headers:
    headers = []
    for name, value in _typed(node, "headers", list):
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError("a header is a pair of strings")
        headers.append((name, value))
    return tuple(headers)


def _bytes(name: str, data: bytes) -> Json:
    try:
        return {name: data.decode("utf-8")}
    except UnicodeDecodeError:
        return {f"{name}64": base64.b64encode(data).decode()}


def _from_bytes(name: str, node: Json) -> bytes:
    if f"{name}64" in node:
        return base64.b64decode(_typed(node, f"{name}64", str), validate=True)
    text: str = _typed(node, name, str)
    return text.encode("utf-8")


def _typed(node: Json, name: str, *types: type) -> Any:
    value = node[name]
    if not isinstance(value, types) or isinstance(value, bool):
        raise TypeError(f"its {name!r} is {json.dumps(value)[:40]}")
    return value


def _int(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a read is a pair of whole numbers")
    return value


def _lines(path: Path) -> list[bytes]:
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TranscriptError(f"{path}: the gzip file is cut short or damaged ({error}); record it again") from error
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read: {error.strerror or error}") from error
    return data.removesuffix(b"\n").split(b"\n") if data else []


def _object(path: str | os.PathLike[str], number: int, line: bytes) -> Json:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise TranscriptError(
            f"{path}:{number}: is not JSON ({error}); the file was cut short or changed. Record it again"
        ) from error
    if not isinstance(value, dict):
        raise TranscriptError(f"{path}:{number}: is no JSON object; the file was changed. Record it again")
    return value


def _check_header(path: str | os.PathLike[str], header: Json | None) -> None:
    if header is None:
        raise TranscriptError(f"{path}: is empty; a transcript is written by `inferproof certify`")
    if "inferproof" not in header or not isinstance(header.get("format"), int):
        raise TranscriptError(
            f"{path}:1: is not the header of an Inferproof transcript; one is written by `inferproof certify`"
        )
    for name, member in (("contract", "name"), ("target", "url")):
        if not isinstance(header.get(name), dict) or not isinstance(header[name].get(member), str):
            raise TranscriptError(f"{path}:1: the header has no {name}.{member}; the file was changed. Record it again")
    if header["format"] > FORMAT:
        raise TranscriptError(
            f"{path}:1: has format {header['format']}, written by Inferproof {header['inferproof']}; this one "
            f"({__version__}) reads up to format {FORMAT}. Upgrade it"
        )


def _reason(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)
