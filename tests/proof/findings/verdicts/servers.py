"""How the servers of the findings are started: each is the mock with a habit, a defect, or an edit of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from inferproof.document import Contract
from inferproof.front.serve import App, running
from inferproof_mock.habits import habits
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.conftest import FIRST, contract_of
from tests.proof.broken_servers import Asking
from tests.proof.habits.held import Replayed, served
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers.reply import Reply, Request, every_reply
from tests.proof.legal_servers.server import Mock, serving

Server = Callable[[], AbstractContextManager[str]]
"""Starts a server; the block is given its URL."""

Edit = Callable[[Any], Any]


@cache
def the_mock() -> Mock:
    return Mock(mock(contract_of(FIRST), keys=(DEFAULT_KEY,)))


@cache
def _replayed() -> Replayed:
    return Replayed(contract_of(FIRST))


def path_of(role: str) -> str:
    return contract_of(FIRST).operation(role).path


def with_habits(*names: str) -> Server:
    """The mock with habits of its own list."""

    @contextlib.contextmanager
    def start() -> Iterator[str]:
        with served(_replayed(), contract_of(FIRST), [habits()[name] for name in names]) as (url, _):
            yield url

    return start


def edited(edit: Edit, of: Callable[[Reply], bool] = every_reply) -> Server:
    """The mock, whose replies are edited. A class remembers, and may change requests by its `ask`."""

    @contextlib.contextmanager
    def start() -> Iterator[str]:
        with serving(the_mock(), Variant("finding", "", edit, of)) as server:
            yield server.url

    return start


def asked(edit: Callable[[dict[str, Any]], Any], *roles: str, streamed: bool | None = None) -> Server:
    """The mock, which is asked for something else: `edit` changes the JSON of requests to operations of these roles.

    With `streamed` only those that ask for a stream, or only those that do not. What is invalid is refused as ever.
    """

    class AskedAtSome(Asking):
        def ask(self, request: Any) -> Any:
            wanted = streamed is None or (request.asked.get("stream") is True) is streamed
            return super().ask(request) if wanted and _is_valid(request, roles) else request

    return edited(AskedAtSome(edit))


def _is_valid(request: Request, roles: tuple[str, ...]) -> bool:
    """It is for an operation of these roles, or of any where there are none, and valid by the corrected document."""
    contract = contract_of(FIRST)
    operation = contract.match(request.method, request.path)
    if operation is None or operation.request_schema is None or (roles and operation.role not in roles):
        return False
    return contract.validator(operation.request_schema).is_valid(request.asked)


def app(make: Callable[[Contract], App]) -> Server:
    """A server made of a contract, started anew for each judge."""

    @contextlib.contextmanager
    def start() -> Iterator[str]:
        with running(make(contract_of(FIRST))) as url:
            yield url

    return start
