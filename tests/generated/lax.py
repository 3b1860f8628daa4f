"""A server that reads types as pydantic does by default: `"0.5"` for 0.5, 1 for true."""

from __future__ import annotations

from typing import Any

import orjson

from inferproof.document import Contract
from inferproof.document.contract import Json
from inferproof.document.validate import Validator
from inferproof.judge.coercion import readings_of
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.generated.planted import App, once, whole


def lax(contract: Contract) -> App:
    """The mock behind a reader that turns what is invalid into what is valid where another type would do."""
    strict = mock(contract, keys=(DEFAULT_KEY,))
    validators = {
        operation.path: contract.validator(operation.request_schema)
        for operation in contract.operations
        if operation.request_schema
    }

    async def app(scope: Json, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] not in validators:
            return await strict(scope, receive, send)
        body = _read(await whole(receive), validators[scope["path"]])
        headers = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
        return await strict({**scope, "headers": headers}, once(body, receive), send)

    return app


def _read(body: bytes, validator: Validator) -> bytes:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    if validator.decides(value):
        return body
    return next((orjson.dumps(read) for read in readings_of(value) if validator.decides(read)), body)
