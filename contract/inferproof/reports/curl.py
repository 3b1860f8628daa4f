"""An exchange's request as a curl command that a person can paste."""

from __future__ import annotations

import shlex

from inferproof.probes.probe import KEY, WRONG_KEY
from inferproof.wire.exchange import Exchange


def curl(exchange: Exchange, url: str, key_variable: str = "INFERPROOF_API_KEY") -> str:
    """One line for a POSIX shell. The key stands as `$NAME`; a body that is not text is given through printf.

    A request sent as raw bytes has no curl line that would send the same; its nearest is given.
    """
    request = exchange.request
    words = ["curl", "-sS", "-i"]
    if request.method != "GET":
        words += ["-X", request.method]
    words.append(shlex.quote(url.rstrip("/") + request.target))
    for name, value in request.headers:
        words += ["-H", _header(f"{name}: {value}", key_variable)]
    command = " ".join(words)
    if not request.body:
        return command
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError:
        octal = "".join(f"\\{byte:03o}" for byte in request.body)
        return f"printf '{octal}' | {command} --data-binary @-"
    return f"{command} --data-binary {shlex.quote(text)}"


def _header(line: str, key_variable: str) -> str:
    line = line.replace(WRONG_KEY, "sk-a-key-that-nobody-issued")
    if KEY not in line:
        return shlex.quote(line)
    return '"' + line.replace(KEY, f"${key_variable}") + '"'
