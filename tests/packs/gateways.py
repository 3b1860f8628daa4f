"""Gateways before the mock, which decide by the keys of a request alone whether it is let in."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from inferproof_mock.server import DEFAULT_KEY

App = Callable[[Any, Any, Any], Awaitable[None]]
Line = tuple[str, str]
"""The name of a header in lower case, and the key in it; the whole value where it has no key of the scheme."""

WAYS = ("authorization", "x-api-key", "token")
"""In the order in which the contract names them."""


@dataclass(frozen=True)
class Asked:
    """What a gateway sees: the path, and the lines that can hold a key, in their order."""

    path: str
    lines: Sequence[Line]

    @property
    def keys(self) -> dict[str, str]:
        return dict(self.lines)

    @property
    def rights(self) -> list[bool]:
        return [key == DEFAULT_KEY for _, key in self.lines]


Decides = Callable[[Asked], int]
"""200 to let in, or the status of the refusal."""

CASES: dict[str, tuple[Decides, tuple[str, ...]]] = {}


def legal(decides: Decides) -> Decides:
    """Nothing may be held against it."""
    CASES[decides.__name__] = (decides, ())
    return decides


def broken(*caught_by: str) -> Callable[[Decides], Decides]:
    """Each of these requirements must catch it."""

    def register(decides: Decides) -> Decides:
        CASES[decides.__name__] = (decides, caught_by)
        return decides

    return register


@legal
def any_wrong_key_shuts(asked: Asked) -> int:
    return 200 if asked.rights and all(asked.rights) else 401


@legal
def any_right_key_opens(asked: Asked) -> int:
    return 200 if any(asked.rights) else 401


@legal
def the_first_of_the_document_counts(asked: Asked) -> int:
    return _of_first(asked, WAYS)


@legal
def the_last_of_the_document_counts(asked: Asked) -> int:
    return _of_first(asked, WAYS[::-1])


@legal
def one_key_is_enough(asked: Asked) -> int:
    """RFC 6750 §3.1: more than one method for a token is an invalid request."""
    return 400 if len(asked.lines) > 1 else any_right_key_opens(asked)


@legal
def strangers_are_forbidden(asked: Asked) -> int:
    return 200 if any(asked.rights) else 403


@legal
def a_key_needs_no_scheme(asked: Asked) -> int:
    """What stands in `Authorization` without `Bearer` is taken for the key, as some clients send it."""
    return any_right_key_opens(asked)


@broken("auth.several.order")
def the_first_line_counts(asked: Asked) -> int:
    return 200 if asked.rights[:1] == [True] else 401


@broken("auth.several.order")
def the_last_line_counts(asked: Asked) -> int:
    return 200 if asked.rights[-1:] == [True] else 401


@broken("auth.several.everywhere")
def one_service_is_stricter(asked: Asked) -> int:
    return any_wrong_key_shuts(asked) if asked.path.endswith("/embeddings") else any_right_key_opens(asked)


@broken("auth.several.everywhere")
def one_service_looks_elsewhere_first(asked: Asked) -> int:
    return _of_first(asked, WAYS[::-1] if asked.path.endswith("/models") else WAYS)


@broken("auth.wrong.refused")
def what_is_in_one_header_is_not_looked_at(asked: Asked) -> int:
    return 200 if asked.keys.get("token") else any_right_key_opens(asked)


@broken("auth.empty.refused")
def an_empty_header_opens(asked: Asked) -> int:
    return 200 if asked.keys.get("x-api-key") == "" else any_right_key_opens(asked)


@broken("auth.alternative.accepted")
def one_header_opens_nothing(asked: Asked) -> int:
    return 401 if asked.keys.keys() == {"token"} else any_right_key_opens(asked)


@broken("auth.several.agreeing")
def two_keys_are_refused_for_being_two(asked: Asked) -> int:
    return 401 if len(asked.lines) > 1 else any_right_key_opens(asked)


def only(*headers: str) -> Decides:
    """A server that knows no other header."""

    def decides(asked: Asked) -> int:
        return 200 if any(key == DEFAULT_KEY for name, key in asked.lines if name in headers) else 401

    return decides


def _of_first(asked: Asked, ways: Sequence[str]) -> int:
    sent = [asked.keys[name] for name in ways if asked.keys.get(name)]
    return 200 if sent[:1] == [DEFAULT_KEY] else 401


def behind(app: App, decides: Decides) -> App:
    """The app, to which a request comes with the right key or with none."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        kept = [pair for pair in scope["headers"] if pair[0].decode() not in WAYS]
        lines = [(name.decode(), _key(value)) for name, value in scope["headers"] if name.decode() in WAYS]
        status = decides(Asked(scope["path"], lines))
        if status in (400, 403):
            error = {"message": "Not with these keys.", "type": "invalid_request_error", "param": None, "code": None}
            said = json.dumps({"error": error}).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(said)).encode())]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": said})
            return
        key = [(b"authorization", f"Bearer {DEFAULT_KEY}".encode())] if status == 200 else []
        await app({**scope, "headers": [*kept, *key]}, receive, send)

    return serve


def _key(value: bytes) -> str:
    text = value.decode("latin-1")
    return text[7:] if text.lower().startswith("bearer ") else "" if text.lower() == "bearer" else text
