"""The front: a plain ASGI app, built from a contract, that any Backend stands behind."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson

from inferproof.document.contract import Contract, Operation
from inferproof.front.auth import Door
from inferproof.front.backend import Backend, Json, Refusal
from inferproof.front.body import read_json
from inferproof.front.connection import ClientGone, Connection, Receive, Scope, Send
from inferproof.front.errors import JSON_HEADER, Errors, Invalid
from inferproof.front.form import ANY, Form, Forms
from inferproof.front.query import Query
from inferproof.front.reads import reads_of
from inferproof.front.response import Events, Text
from inferproof.front.roles import HANDLERS
from inferproof.front.sse import closing, send_events

DEFAULT_MAX_BODY = 10_000_000


class Route:
    """One operation: what a request to it must be, who answers it, and the form of what is answered."""

    def __init__(self, contract: Contract, operation: Operation, backend: Backend, door: Door, forms: Forms) -> None:
        self.door = door
        self.errors = Errors(contract, operation)
        self.whole = forms.of(operation.reply_schema)
        self.event = forms.of(operation.event_schema)
        self.takes_body = operation.request_schema is not None
        self.answer = HANDLERS[operation.role](contract, backend)
        self._query = Query(contract, operation)
        self._reads = reads_of(operation.role)
        self._body = contract.validator(operation.request_schema) if operation.request_schema is not None else None

    def check_query(self, query: bytes) -> None:
        """Raises Invalid."""
        self._query.check(query)

    def check_body(self, body: Any) -> None:
        """Raises Invalid."""
        for validator in (self._body, self._reads):
            violations = validator.violations(body) if validator is not None else []
            if violations:
                raise Invalid.because(violations, "body")


class Front:
    """`keys` are the API keys that are let in, none of them meaning everybody; `max_body` counts bytes.

    Of `revoked` keys a refusal says that they were.
    """

    def __init__(
        self,
        contract: Contract,
        backend: Backend,
        *,
        keys: Sequence[str] = (),
        revoked: Sequence[str] = (),
        max_body: int = DEFAULT_MAX_BODY,
    ) -> None:
        self._errors = Errors(contract, None)
        self._max_body = max_body
        self._routes: dict[str, dict[str, Route]] = {}
        forms = Forms(contract)
        for operation in contract.operations:
            route = Route(contract, operation, backend, Door(operation.credentials, keys, revoked), forms)
            self._routes.setdefault(operation.path, {})[operation.method] = route
        for methods in self._routes.values():
            if "GET" in methods:
                methods.setdefault("HEAD", methods["GET"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            client = Connection(scope, receive, send)
            with contextlib.suppress(ClientGone):
                await self._serve(client)
        else:
            raise NotImplementedError(f"The front speaks HTTP, not {scope['type']}.")

    async def _serve(self, client: Connection) -> None:
        errors = self._errors
        try:
            route = self._route(client)
            errors = route.errors
            key = route.door.key(client.lines)
            route.check_query(client.query)
            body: Json = {}
            if route.takes_body:
                body = await read_json(client, self._max_body)
                route.check_body(body)
            await client.while_there(_answer(client, route, body, key))
        except ClientGone:
            raise
        except Exception as error:
            if client.answering:  # half a reply cannot be taken back: let the server cut the connection
                raise
            reply = errors.reply(error)
            await client.reply(reply.status, reply.headers, reply.body)

    def _route(self, client: Connection) -> Route:
        methods = self._routes.get(client.path)
        if methods is None:
            raise Refusal(404, f"There is nothing at {client.path}.", code="not_found")
        route = methods.get(client.method)
        if route is None:
            allowed = ", ".join(sorted(methods))
            message = f"{client.path} does not take {client.method}; use {allowed}."
            raise Refusal(405, message, code="method_not_allowed", headers={"Allow": allowed})
        return route


async def _answer(client: Connection, route: Route, body: Json, key: str | None) -> None:
    answer = await route.answer(body, key)
    if isinstance(answer, Events):
        chunks = answer.chunks if route.event == ANY else _fitting(answer.chunks, route.event)
        await send_events(client, chunks, route.errors.event)
    elif isinstance(answer, Text):
        await client.reply(200, [("Content-Type", "text/plain; charset=utf-8")], answer.text.encode())
    else:
        await client.reply(200, [JSON_HEADER], orjson.dumps(route.whole.fit(answer.value)))


async def _fitting(chunks: AsyncIterator[Json], form: Form) -> AsyncIterator[Json]:
    async with closing(chunks):
        async for chunk in chunks:
            yield form.fit(chunk)


async def _live(receive: Receive, send: Send) -> None:
    """The ASGI lifespan protocol: there is nothing to start or stop."""
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
