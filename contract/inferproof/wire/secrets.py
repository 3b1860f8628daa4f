"""Finds secrets in bytes, in every encoding that a server may echo them in, and says what to put in their place."""

from __future__ import annotations

import base64
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

SHORTEST = 6
"""A shorter secret would be found by chance, in words or in base64."""

SHORTEST_REST = 8
"""How much of the beginning of a secret is worth hiding where a text was cut short in it."""

_LAYERS = 4
"""How many encodings around each other are taken off: JSON in a JSON string, percent-encoded, is three."""

_ENCODED = re.compile(
    rb"%[0-9a-fA-F]{2}"
    rb"|\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\"\\/])"
)
_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|[^\r\n])")
_WITH_SCHEME = re.compile(r"[A-Za-z]+ (\S+)")


MARKED = "{{secret:"
"""How each marker begins."""


def marker(name: str) -> str:
    """What stands for the secret of that name in everything that is planned, kept or shown."""
    return f"{MARKED}{name}}}}}"


@dataclass(frozen=True)
class Edit:
    """Replace `data[start:end]`."""

    start: int
    end: int
    replacement: bytes


class Secrets:
    """The secrets of a run by name. Raises ValueError for one that cannot be told from ordinary text."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._markers = {name: marker(name).encode() for name in secrets}
        self._plain: dict[bytes, bytes] = {}
        self._forms: dict[bytes, bytes] = {}
        for name, secret in secrets.items():
            _check(name, secret)
            self._know(secret, self._markers[name])
        for name, secret in secrets.items():
            with_scheme = _WITH_SCHEME.fullmatch(secret)  # "Bearer abc…" may be echoed without its first word
            if with_scheme and len(with_scheme[1]) >= SHORTEST:
                self._know(with_scheme[1], self._markers[name])
        for mark in self._markers.values():
            if any(form in mark for form in self._forms):
                raise ValueError(f"a secret is part of the marker {mark.decode()} that is to replace it; use another")
        by_length = sorted(self._forms, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, by_length)) or b"(?!)")
        self._quick = tuple(self._forms)

    def within(self, data: bytes) -> bool:
        """Whether there is anything to do. Cheap where there is not, because a run has thousands of bodies."""
        for _ in range(_LAYERS):
            for form in self._quick:
                if form in data:
                    return True
            if b"%" not in data and b"\\" not in data:
                return False
            decoded = _ENCODED.sub(lambda match: _decoded_unit(match[0]), data)
            if decoded == data:
                return False
            data = decoded
        return False

    def edits(self, data: bytes) -> list[Edit]:
        """What to replace, in order and without overlap. An escape sequence is replaced as a whole or not at all."""
        found = []
        layer: bytes = data
        offsets: Sequence[int] = range(len(data) + 1)
        for _ in range(_LAYERS):
            matched = [
                Edit(offsets[match.start()], offsets[match.end()], self._forms[match[0]])
                for match in self._pattern.finditer(layer)
            ]
            found += _whole_escapes(data, matched)
            decoded, offsets = _decoded(layer, offsets)
            if decoded == layer:
                break
            layer = decoded
        return _without_overlap(found)

    def cut_off(self, data: bytes) -> list[Edit]:
        """The beginning of a secret at the very end of a text that was cut short."""
        for secret, marker in self._forms.items():
            for length in range(len(secret) - 1, SHORTEST_REST - 1, -1):
                if data.endswith(secret[:length]):
                    return [Edit(len(data) - length, len(data), marker)]
        return []

    def begun(self, data: bytes) -> list[Edit]:
        """The beginning of a secret anywhere: for our own words that quote the first bytes of a reply."""
        found = []
        for secret, marker in self._plain.items():
            at = data.find(secret[:SHORTEST_REST])
            while at >= 0:
                length = next(size for size in range(len(secret), 0, -1) if data.startswith(secret[:size], at))
                found.append(Edit(at, at + length, marker))
                at = data.find(secret[:SHORTEST_REST], at + length)
        return _without_overlap(found)

    def _know(self, secret: str, marker: bytes) -> None:
        raw = secret.encode()
        self._plain.setdefault(raw, marker)
        misread = raw.decode("latin-1").encode()  # UTF-8 in a header is read as Latin-1, byte by byte
        for spelling in dict.fromkeys((raw, misread, secret.encode("latin-1", "ignore"))):
            if len(spelling) < len(secret):
                continue  # not all of it is in Latin-1
            for form in (spelling, spelling.hex().encode(), spelling.hex().upper().encode(), *_base64_forms(spelling)):
                self._forms.setdefault(form, marker)


def apply(data: bytes, edits: list[Edit]) -> bytes:
    pieces, position = [], 0
    for edit in edits:
        pieces += [data[position : edit.start], edit.replacement]
        position = edit.end
    return b"".join([*pieces, data[position:]])


def moved(offsets: Iterable[int], edits: list[Edit]) -> list[int]:
    """Where ascending offsets come to lie after the edits; one inside of a replaced part, where its replacement begins.

    Both are walked through once: a hostile reply has tens of thousands of either.
    """
    result, by, number = [], 0, 0
    for offset in offsets:
        while number < len(edits) and edits[number].end <= offset:
            edit = edits[number]
            by += len(edit.replacement) - (edit.end - edit.start)
            number += 1
        start = edits[number].start if number < len(edits) else offset
        result.append(min(offset, start) + by)
    return result


def _check(name: str, secret: str) -> None:
    if len(secret) < SHORTEST:
        raise ValueError(
            f"the secret {name!r} has {len(secret)} characters; under {SHORTEST} it cannot be told from ordinary text "
            "in a reply. Use a longer one"
        )
    if any(character < " " for character in secret):
        raise ValueError(f"the secret {name!r} holds a line break or another control character; take it out")


def _base64_forms(raw: bytes) -> Iterator[bytes]:
    """The characters that `raw` alone decides, at each of the three places it can have among other bytes."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        form = encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        yield form
        yield form.translate(bytes.maketrans(b"+/", b"-_"))


@lru_cache(maxsize=1024)
def _decoded_unit(unit: bytes) -> bytes:
    if unit[:1] == b"%":
        return bytes.fromhex(unit[1:].decode())
    if unit[1:2] != b"u":
        return unit[1:]
    units = bytes.fromhex(unit.replace(b"\\u", b"").decode())
    return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")


def _decoded(data: bytes, offsets: Sequence[int]) -> tuple[bytes, Sequence[int]]:
    """One layer of encoding taken off, with the offset in the original of each byte that is left."""
    pieces, position = [], 0
    kept = array("L")  # a list would take ten times the room
    for match in _ENCODED.finditer(data):
        unit = _decoded_unit(match[0])
        pieces += [data[position : match.start()], unit]
        kept.extend(offsets[position : match.start()])
        kept.extend([offsets[match.start()]] * len(unit))
        position = match.end()
    kept.extend(offsets[position:])
    return b"".join([*pieces, data[position:]]), kept


def _whole_escapes(data: bytes, edits: list[Edit]) -> list[Edit]:
    """Ordered edits, widened so that no JSON escape is cut in two (`\\n` before a secret that begins with n)."""
    if not edits or b"\\" not in data:
        return edits
    escapes = _ESCAPE.finditer(data)
    escape = next(escapes, None)
    widened = []
    for edit in edits:
        start, end = edit.start, edit.end
        while escape is not None and escape.end() <= start:
            escape = next(escapes, None)
        if escape is not None and escape.start() < start:
            start = escape.start()
        while escape is not None and escape.end() < end:
            escape = next(escapes, None)
        if escape is not None and escape.start() < end:
            end = max(end, escape.end())
        widened.append(Edit(start, end, edit.replacement))
    return widened


def _without_overlap(found: list[Edit]) -> list[Edit]:
    edits: list[Edit] = []
    for edit in sorted(found, key=lambda edit: (edit.start, -edit.end)):
        if edits and edit.start < edits[-1].end:
            last = edits[-1]
            edits[-1] = Edit(last.start, max(last.end, edit.end), last.replacement)
        else:
            edits.append(edit)
    return edits
