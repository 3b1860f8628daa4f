"""What a server says in an error, for people."""

from __future__ import annotations

from collections.abc import Iterator

from inferproof.wire.exchange import NotJson, Reply

MOST = 120
"""Characters of a server's words that a cause repeats."""


def words(reply: Reply) -> str:
    """The status, and what the server says beside it: its message where the body has one, else the body."""
    text = next(messages(reply), None) or reply.body.decode("utf-8", "replace")
    text = "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
    shown = text if len(text) <= MOST else text[: MOST - 1] + "…"
    return f"{reply.status} ({shown})" if shown else str(reply.status)


def messages(reply: Reply) -> Iterator[str]:
    """The sentences of an error: texts where servers put them, and each `msg` of a list of details."""
    try:
        body = reply.json
    except NotJson:
        return
    inner = body.get("error") if isinstance(body, dict) else None
    for node in (body, inner):
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            details = node.get("detail")
            entries = details if isinstance(details, list) else []
            said = [node.get("message"), details, *(each.get("msg") for each in entries if isinstance(each, dict))]
            yield from (words for words in said if isinstance(words, str))
