"""The mock, but for one member of a chat request that it refuses in words of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from inferproof.document import Contract
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.generated.planted import once, whole


@dataclass
class Refusing:
    """`words` may be changed between two runs; where they are empty, nothing is refused."""

    contract: Contract
    member: str
    words: str
    status: int = 400

    def __post_init__(self) -> None:
        self._good = mock(self.contract, keys=(DEFAULT_KEY,))
        self._path = self.contract.operation("chat").path

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != self._path or not self.words:
            await self._good(scope, receive, send)
            return
        body = await whole(receive)
        if self._refuses(body):
            said = json.dumps({"error": {"message": self.words}}).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(said)).encode())]
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            await send({"type": "http.response.body", "body": said})
        else:
            await self._good(scope, once(body, receive), send)

    def _refuses(self, body: bytes) -> bool:
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            return False
        return isinstance(asked, dict) and bool(asked.get(self.member))
