"""Finds what is left of a secret in what a run wrote or printed; shares no code with the redaction that it checks."""

from __future__ import annotations

import base64
import binascii
import json
import re
from urllib.parse import unquote

WINDOW = 10
"""Characters in a row of a secret that are a leak."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{14,}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){10,}")


def leaked(text: str, secret: str) -> set[str]:
    """The parts of the secret that stand in the text, whatever they are encoded in."""
    windows = {secret[at : at + WINDOW] for at in range(len(secret) - WINDOW + 1)}
    readings = "\0".join(_readings(text))
    return {window for window in windows if window in readings}


def _readings(text: str) -> list[str]:
    readings = [text]
    for _ in range(3):
        readings.append(unquote(readings[-1]))
        readings.append(_unescaped(readings[-1]))
    found = [*readings]
    for reading in dict.fromkeys(readings):
        for run in _BASE64.findall(reading):
            standard = run.replace("-", "+").replace("_", "/")
            found += [_from_base64(standard[skip:]) for skip in range(4)]
        found += [bytes.fromhex(run).decode("latin-1") for run in _HEX.findall(reading)]
        found.append(_folded(reading))
    return found


def _unescaped(text: str) -> str:
    """JSON's escapes taken off, wherever they stand."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    return re.sub(r'\\(["\\/])', r"\1", text)


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text[: len(text) // 4 * 4]).decode("latin-1")
    except binascii.Error:
        return ""


def _folded(text: str) -> str:
    """What the deltas of a stream add up to: every text of a `content`, `text`, `arguments` or `token`, joined."""
    found = re.findall(r'"(?:content|text|arguments|token)"\s*:\s*("(?:[^"\\]|\\.)*")', text)
    return "".join(_said(each) for each in found)


def _said(quoted: str) -> str:
    """The text of a JSON string; of one with the escapes of a shell, what stands there."""
    try:
        return str(json.loads(quoted))
    except json.JSONDecodeError:
        return quoted[1:-1]


def spellings(secret: str) -> dict[str, str]:
    """A secret as servers may spell it."""
    raw = secret.encode()
    return {
        "raw": secret,
        "base64": base64.b64encode(raw).decode(),
        "base64 of user:key": base64.b64encode(b"user:" + raw).decode(),
        "base64 for URLs": base64.urlsafe_b64encode(b"u" + raw).decode(),
        "percent-encoded": "".join(f"%{byte:02X}" for byte in raw),
        "percent-encoded in JSON in a URL": "".join(f"%5Cu{ord(character):04x}" for character in secret),
        "hex": raw.hex(),
        "JSON": "".join(f"\\u{ord(character):04x}" for character in secret),
        "JSON in JSON": json.dumps(json.dumps(secret)),
    }
