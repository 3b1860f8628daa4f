"""An exchange's request as a curl command that a person can paste."""

from __future__ import annotations

import re

from inferproof.document.credentials import TOKEN
from inferproof.judge.keys import GIVEN, KEY, LESS, SHORT_KEY, SWAPPED_KEY, WRONG_KEY
from inferproof.shell import printf, variable, word
from inferproof.wire.exchange import Exchange

_KEYS = re.compile(f"{re.escape(KEY)}|{re.escape(SHORT_KEY)}|{re.escape(SWAPPED_KEY)}|{GIVEN.pattern}")
_NO_LETTER = re.compile("[^A-Z0-9]")
_PLAIN_TARGET = re.compile(r"/(?!.*(/\.|%2[eE]))(?!\.)[A-Za-z0-9/._~?&=:,;+!$'()*@%-]*")
"""A request target that curl sends as it is: nothing to expand ([] and {}), no dot segments, no fragment."""


def curl(exchange: Exchange, url: str, key_variable: str = "INFERPROOF_API_KEY") -> str:
    """One line for a POSIX shell. The key stands as `$NAME`, and so do other keys of the user's, as `$REVOKED_KEY` or
    `$KEY_TOKEN`; a body that is not plain text is given through printf.

    A request sent as raw bytes has no curl line that would send the same; its nearest is given. So it is where a
    header has a name that no header can have: curl would read another meaning into it.
    """
    request = exchange.request
    words = ["curl", "-sS", "-i"]
    if request.method == "HEAD":
        words.append("-I")  # -X HEAD would wait for a body
    elif request.method != "GET":
        words += ["-X", word(request.method)]
    base = url.rstrip("/")
    if not _PLAIN_TARGET.fullmatch(request.target):
        words += ["-g", "--request-target", word(_path(base) + request.target)]
        words += ["--url", word(base)]
    elif base.startswith("-"):
        words += ["--url", word(base + request.target)]
    else:
        words.append(word(base + request.target))
    for name, value in request.headers:
        if TOKEN.fullmatch(name):
            words += ["-H", _header(name, value, key_variable)]
    line = " ".join(words)
    if not request.body:
        return line
    if all(0x20 <= byte < 0x7F for byte in request.body):
        return f"{line} --data-raw {word(request.body)}"  # --data-binary would read the file that an @ names
    return f"{printf(request.body)} | {line} --data-binary @-"


def _path(url: str) -> str:
    """The path of a base URL, which stands before every request target."""
    return re.sub(r"^[^:/?#]+://[^/?#]*", "", url)


def _header(name: str, value: str, key_variable: str) -> str:
    if not value.strip():
        return word(f"{name};")  # with a colon curl would leave it out
    line = f"{name}: {value}".replace(WRONG_KEY, "sk-a-key-that-nobody-issued")
    said, position = "", 0
    for marker in _KEYS.finditer(line):
        said += _word(line[position : marker.start()]) + _key(marker, key_variable)
        position = marker.end()
    return said + _word(line[position:])


def _key(marker: re.Match[str], key_variable: str) -> str:
    """The value of the variable that holds a key, or what is nearly that, as a part of a word."""
    if marker[1] is not None:
        return variable(_NO_LETTER.sub("_", marker[1].upper()))
    if marker[0] == SHORT_KEY:
        return variable(key_variable, without_last=LESS)
    if marker[0] == SWAPPED_KEY:
        return f'"$(printf %s {variable(key_variable)} | tr A-Za-z a-zA-Z)"'
    return variable(key_variable)


def _word(text: str) -> str:
    return word(_bytes(text)) if text else ""


def _bytes(text: str) -> bytes:
    """As the client sends a header."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
