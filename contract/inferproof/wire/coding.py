"""Removes a Content-Encoding (RFC 9110 §8.4.1) piece by piece, so that each read's share of the body is known."""

from __future__ import annotations

import zlib

_GZIP, _ZLIB, _RAW = 31, 15, -15
"""zlib's `wbits` for the three framings."""


class BadCoding(ValueError):
    """The bytes are not what the Content-Encoding says."""


class TooLarge(ValueError):
    """The decoded body is over the cap."""


class Decoder:
    """Decodes `gzip`, `x-gzip` or `deflate`. `feed` raises BadCoding or TooLarge, `finish` BadCoding."""

    KNOWN = frozenset({"gzip", "x-gzip", "deflate"})

    def __init__(self, coding: str, cap: int) -> None:
        self._coding = coding
        self._left = cap
        self._undecided = b""
        self._stream = zlib.decompressobj(_GZIP) if coding != "deflate" else None

    def feed(self, data: bytes) -> bytes:
        if self._stream is None:
            data = self._undecided + data
            if len(data) < 2:
                self._undecided = data
                return b""
            self._stream = zlib.decompressobj(_ZLIB if _is_zlib(data) else _RAW)
        decoded = []
        while data:
            if self._stream.eof:
                if self._coding == "deflate":
                    raise BadCoding(f"{len(data)} bytes follow the end of the deflate stream")
                self._stream = zlib.decompressobj(_GZIP)  # a gzip body may have several members (RFC 1952 §2.2)
            try:
                piece = self._stream.decompress(data, self._left + 1)
            except zlib.error as error:
                raise BadCoding(f"the body is not {self._coding}, as its Content-Encoding says: {error}") from error
            self._left -= len(piece)
            decoded.append(piece)
            if self._left < 0:
                raise TooLarge
            data = self._stream.unused_data
        return b"".join(decoded)

    def finish(self) -> None:
        if self._stream is None or not self._stream.eof:
            raise BadCoding(f"the {self._coding} stream stops before its end mark")


def _is_zlib(data: bytes) -> bool:
    """Whether the first two bytes are a zlib header (RFC 1950 §2.2). Some servers send raw deflate instead."""
    return data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
