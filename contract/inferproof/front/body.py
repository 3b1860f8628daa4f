"""From the bytes of a request body to its JSON value. What is wrong with it is 415 or a 422 that says where."""

from __future__ import annotations

import json
from typing import Any

import orjson

from inferproof.document.nesting import too_deep
from inferproof.front.backend import Refusal
from inferproof.front.connection import Connection
from inferproof.front.errors import Invalid, detail

# orjson writes at most 254 levels (3.13); the rest is left for the envelope of a reply or an upstream request.
MAX_DEPTH = 200

# Above 2**53 a float no longer stands for one integer.
_EXACT = 2.0**53


async def read_json(client: Connection, limit: int) -> Any:
    """The request body as JSON. Raises Refusal (413, 415), Invalid, and ClientGone."""
    _require_no_coding(client.header(b"content-encoding"))
    body = await client.body(limit)
    if not body:
        raise Invalid([detail(("body",), "A JSON body is required; this one is empty.", "required")])
    _require_json(client.header(b"content-type"))
    return parse(body)


def parse(body: bytes) -> Any:
    """One JSON value in UTF-8 (RFC 8259); a name that occurs twice keeps its last value. Raises Invalid."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        _require_not_too_deep(body)  # orjson has a limit of its own, and calls what is below it no JSON
        raise Invalid([detail(("body", error.pos), f"The body is not JSON: {error.msg}.", "json_invalid")]) from None
    _require_not_too_deep(body)
    return _with_integers(value) if isinstance(value, dict) else value


def embedded(text: str) -> Any:
    """The value of JSON that a member of the body holds as text. Raises ValueError, which says what is wrong."""
    if too_deep(text, MAX_DEPTH) is not None:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
    return json.loads(text)


def _require_no_coding(coding: str | None) -> None:
    if coding is not None and coding.strip().lower() != "identity":
        raise _unsupported(f"The request body is coded with {coding!r}; send it as it is.")


def _require_json(content_type: str | None) -> None:
    if content_type is None:
        raise _unsupported("The Content-Type header is missing; send `Content-Type: application/json`.")
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise _unsupported(f"The request body is {media!r}; send JSON with `Content-Type: application/json`.")
    for name, _, value in (parameter.partition("=") for parameter in parameters):
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            raise _unsupported(f"The request body is in the charset {value.strip()}; JSON is sent in UTF-8.")


def _unsupported(message: str) -> Refusal:
    return Refusal(415, message, code="unsupported_media_type", headers={"Accept-Encoding": "identity"})


def _require_not_too_deep(body: bytes) -> None:
    # Brackets bound the depth, and counting them is far cheaper than following them.
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    if too_deep(body.decode("utf-8", "replace"), MAX_DEPTH) is not None:
        message = f"The body is nested more deeply than the {MAX_DEPTH} levels that this server accepts."
        raise Invalid([detail(("body",), message, "too_deep")])


def _with_integers(members: dict[str, Any]) -> dict[str, Any]:
    """`2.0` as `2`, by itself or in lists: JSON Schema takes both for an integer, Python's `range` does not."""
    for name, value in members.items():
        if isinstance(value, float | list):
            members[name] = _integer(value)
    return members


def _integer(value: Any) -> Any:
    if isinstance(value, list):
        return [_integer(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    return value
