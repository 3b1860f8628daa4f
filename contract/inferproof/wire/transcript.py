"""A transcript on disk: JSON Lines, with a header, one line for each exchange, and a footer that closes it.

    {"inferproof": "0.1.0", "format": 1, "contract": {…}, "target": {…}, "seed": 7, …}
    {"probe": "chat.minimal", "step": 0, "role": "chat", "began": 1765432100.25, "origin": "written", "request": {…}, …}
    {"seconds": 0.4, "exchanges": 1, "sha256": "…"}

`origin` says who made a request, and `requirement` for which one, if it was made for one. A body that is UTF-8 stands
as text in `body`, any other as base64 in `body64`. `sha256` covers every byte before the footer. A name that ends in
`.gz` is compressed.

While a run is under way its exchanges stand in the order in which they ended; at its end the file is replaced by one in
the order of the plan. A file without a footer is of a run that was killed: it is read, a torn last line aside, and its
footer says in `interrupted` that no end was recorded.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import orjson

from inferproof import writing
from inferproof.errors import UserError
from inferproof.version import __version__
from inferproof.wire.exchange import Exchange, Fault, FaultKind, Headers, Origin, Reply, Request

FORMAT = 1

NAMED = {"gate": Origin.GENERATED, "kept": Origin.KEPT, "explore": Origin.FUZZED, "reduced": Origin.SHRUNK}
"""How the names of probes begin in transcripts whose lines have no `origin`, and what they say."""

NO_END = "no end was recorded: the run was killed, or the file was cut short"
"""Why a transcript without a footer is incomplete."""

Json = dict[str, Any]


class TranscriptError(UserError, ValueError):
    """A file that is no whole transcript. The text names the file, the line, the cause and the cure."""


@dataclass(frozen=True)
class Transcript:
    """What a run sent and received. `header` and `footer` are as they were written, `format` and counts included."""

    header: Json
    exchanges: tuple[Exchange, ...]
    footer: Json = field(default_factory=dict)


class Journal:
    """The transcript of a run under way. Each exchange is in the file as soon as it ended, however the process ends.

    It replaces what has the name, and goes through no link. Raises CannotWrite.
    """

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        self._file = writing.Growing(path, _line(_header(header)))

    def add(self, exchange: Exchange) -> None:
        self._file.add(_line(to_json(exchange)))

    def close(self) -> None:
        """Take no more; what is in the file stays, without a footer."""
        self._file.close()


def write(
    path: str | os.PathLike[str],
    header: Mapping[str, Any],
    exchanges: Iterable[Exchange],
    footer: Mapping[str, Any] | None = None,
) -> None:
    """Write a whole transcript. To `header` and `footer` comes what the format itself has there. Raises CannotWrite."""
    lines = [_line(_header(header)), *(_line(to_json(exchange)) for exchange in exchanges)]
    own = {"exchanges": len(lines) - 1, "sha256": hashlib.sha256(b"".join(lines)).hexdigest()}
    content = b"".join([*lines, _line(dict(footer or {}) | own)])
    writing.write(Path(path), gzip.compress(content, mtime=0) if Path(path).suffix == ".gz" else content)


def read(path: str | os.PathLike[str]) -> Transcript:
    """Also one of a run that was killed, whose footer then says so.

    Raises TranscriptError for a file that is missing, foreign, newer, corrupt or changed since.
    """
    content = _content(Path(path))
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    header = _object(path, 1, lines[0]) if lines else None
    _check_header(path, header)
    assert header is not None
    torn = len(lines) > 1 and not content.endswith(b"\n") and not _is_json(lines[-1])
    if torn:
        lines.pop()
    footer = _object(path, len(lines), lines[-1])
    if "sha256" not in footer or len(lines) < 2:
        exchanges = _exchanges(path, lines[1:])
        return Transcript(header, exchanges, _without_end(exchanges, torn))
    exchanges = _exchanges(path, lines[1:-1])
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
    return Transcript(header, exchanges, footer)


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _without_end(exchanges: Sequence[Exchange], torn: bool) -> Json:
    """The footer of a run that did not write one. What it cost is what its exchanges tell."""
    sent = [each.began for each in exchanges if each.began]
    return {
        "requests": len(sent),
        "seconds": round(max(sent, default=0.0) - min(sent, default=0.0), 3),
        "interrupted": NO_END + (", and its last line is torn" if torn else ""),
    }


def _exchanges(path: str | os.PathLike[str], lines: Sequence[bytes]) -> tuple[Exchange, ...]:
    exchanges = []
    for number, line in enumerate(lines, start=2):
        try:
            exchanges.append(from_json(_object(path, number, line)))
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, TranscriptError):
                raise
            raise TranscriptError(f"{path}:{number}: is no exchange: {_reason(error)}; record it again") from error
    return tuple(exchanges)


def _header(members: Mapping[str, Any]) -> Json:
    return {"inferproof": __version__, "format": FORMAT} | dict(members) | {"format": FORMAT}


def _line(members: Mapping[str, Any]) -> bytes:
    return orjson.dumps(members) + b"\n"


def to_json(exchange: Exchange) -> Json:
    """The exchange as an object; members without a value are left out."""
    request, reply, fault = exchange.request, exchange.reply, exchange.fault
    line: Json = {"probe": exchange.probe, "step": exchange.step, "role": exchange.role, "began": exchange.began}
    line["origin"] = exchange.origin.value
    if exchange.requirement:
        line["requirement"] = exchange.requirement
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
    probe: str = _typed(line, "probe", str)
    origin, requirement = _origin(line, probe)
    return Exchange(
        probe=probe,
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
        origin=origin,
        requirement=requirement,
    )


def _origin(line: Json, probe: str) -> tuple[Origin, str]:
    """Why the request was sent; of a transcript that does not say it yet, as its names said it."""
    if "origin" in line:
        return Origin(_typed(line, "origin", str)), _typed(line, "requirement", str) if "requirement" in line else ""
    first, _, rest = probe.partition(".")
    origin = NAMED.get(first, Origin.WRITTEN)
    return origin, rest if origin in (Origin.GENERATED, Origin.SHRUNK) else ""


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


def _content(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TranscriptError(f"{path}: the gzip file is cut short or damaged ({error}); record it again") from error
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read: {error.strerror or error}") from error
    return data


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
