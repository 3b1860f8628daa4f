"""Bugs planted in a copy of the front: each changes what it believes of the document, or what it does with one request.

Each names the requirement that must find it. Planted together, no other generated requirement may fail.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from inferproof.document import Contract, pointers
from inferproof.document.contract import Json
from inferproof_mock.server import DEFAULT_KEY, mock

App = Callable[[Json, Any, Any], Any]

SCHEMAS = "/components/schemas"
CHAT = f"{SCHEMAS}/ChatCompletionRequest/properties"


@dataclass(frozen=True)
class Bug:
    """`edit` changes the corrected document that the front is built from."""

    owner: str
    edit: Callable[[Json], None] = lambda document: None


def _set(pointer: str, value: Any) -> Callable[[Json], None]:
    def edit(document: Json) -> None:
        *path, last = pointers.split(pointer)
        pointers.resolve(document, pointers.of_path(path))[last] = value

    return edit


def _any_number(document: Json) -> None:
    pointers.resolve(document, f"{CHAT}/seed/anyOf/0")["maximum"] = 2**32


def _no_base64(document: Json) -> None:
    pointers.resolve(document, f"{SCHEMAS}/EmbeddingCompletionRequest/properties/encoding_format")["enum"] = ["float"]


def _no_null(document: Json) -> None:
    branches = pointers.resolve(document, f"{CHAT}/stop/anyOf")
    branches[:] = [branch for branch in branches if branch.get("type") != "null"]


def _no_format(document: Json) -> None:
    for branch in pointers.resolve(document, f"{SCHEMAS}/ExternalTurn/properties/ts/anyOf"):
        branch.pop("format", None)


BUGS: dict[str, Bug] = {
    "a property that is not validated": Bug("chat.user.refuses", _set(f"{CHAT}/user", {})),
    "a bound off by one": Bug("chat.seed.refuses", _any_number),
    "an enum value missing": Bug("embeddings.encoding-format.accepts", _no_base64),
    "null refused": Bug("chat.stop.accepts", _no_null),
    "null accepted": Bug(
        "chat.ignore-eos.refuses", _set(f"{CHAT}/ignore_eos", {"type": ["boolean", "null"], "default": False})
    ),
    "items that are not validated": Bug(
        "attributes.filter-categories.refuses",
        _set(f"{SCHEMAS}/AttributesRequest/properties/filter_categories/anyOf/0/items", {}),
    ),
    "a required member that may be missing": Bug("attributes.messages.refuses"),
    "a format that is not checked": Bug("legacy.request.ts.format", _no_format),
    "a 500 on a rare object": Bug("chat.legacy.metadata.accepts"),
    "no key wanted on one route": Bug("auth.missing.refused"),
}


def buggy(contract: Contract) -> App:
    """The mock with every bug at once."""
    corrected = copy.deepcopy(contract.corrected)
    for bug in BUGS.values():
        bug.edit(corrected)
    believed = Contract(contract.name, contract.published, corrected)
    guarded, open_ = mock(believed, keys=(DEFAULT_KEY,)), mock(believed, keys=())
    legacy, open_route = contract.operation("chat.legacy").path, contract.operation("embeddings").path
    scoring = contract.operation("attributes").path

    async def app(scope: Json, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await guarded(scope, receive, send)
        if scope["path"] not in (legacy, scoring):
            return await (open_ if scope["path"] == open_route else guarded)(scope, receive, send)
        body = await whole(receive)
        if scope["path"] == scoring:
            return await guarded(scope, once(_with_messages(body), receive), send)
        if _is_rare(body):
            await send({"type": "http.response.start", "status": 500, "headers": []})
            return await send({"type": "http.response.body", "body": b"oops"})
        return await guarded(scope, once(body, receive), send)

    return app


async def whole(receive: Any) -> bytes:
    """The body of an ASGI request."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


def once(body: bytes, receive: Any) -> Any:
    """An ASGI `receive` that gives the body again, and then what comes."""
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Any:
        return next(messages, None) or await receive()

    return again


def _with_messages(body: bytes) -> bytes:
    """The body, with messages where it has none; anything else as it is."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    if not isinstance(asked, dict) or "messages" in asked:
        return body
    return orjson.dumps({**asked, "messages": [{"role": "assistant", "content": "Hello."}]})


def _is_rare(body: bytes) -> bool:
    try:
        metadata = orjson.loads(body)["metadata"]
        return bool(metadata["user_timezone"] == "" and metadata["user_country"] is None)
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        return False
