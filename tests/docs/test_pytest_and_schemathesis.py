"""docs/pytest-and-schemathesis.md, followed from an empty folder."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.serve import App, running
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.docs.page import Reader

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "pytest-and-schemathesis.md"
INSTALLS = os.environ.get("INFERPROOF_INSTALL") == "1"
"""Whether the page's own installation is run, too; else this environment stands for the one that it makes."""


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


def test_the_page_does_what_it_says(tmp_path: Path, mock_url: str, miscounting_url: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    environment = {**os.environ, "INFERPROOF": str(ROOT), "COLUMNS": "80"}
    skips: tuple[str, ...] = ()
    if not INSTALLS:
        (folder / ".venv").symlink_to(sys.prefix)
        skips = ("python3 -m venv", ".venv/bin/pip install")
    stands_for = {"http://127.0.0.1:4010": mock_url, "http://127.0.0.1:4011": miscounting_url}
    Reader(folder, environment, stands_for, skips).follow(PAGE)
