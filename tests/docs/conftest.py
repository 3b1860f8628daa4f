"""What the pages talk about: the server that miscounts, and where the repository is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.serve import App, running
from inferproof_mock.server import DEFAULT_KEY, mock


@pytest.fixture
def miscounting_url(contract: Contract) -> Iterator[str]:
    """The server that counts wrongly: each digit of the total of an embedding is a 9."""
    with running(_miscounting(mock(contract, keys=(DEFAULT_KEY,)))) as url:
        yield url


def _miscounting(app: App) -> App:
    async def wrong(scope: Any, receive: Any, send: Any) -> None:
        async def changed(message: dict[str, Any]) -> None:
            if "body" in message and scope["path"] == "/v1/embeddings":
                body = re.sub(rb'(?<="total_tokens":)\d+', lambda found: b"9" * len(found[0]), message["body"])
                message = {**message, "body": body}
            await send(message)

        await app(scope, receive, changed)

    return wrong
