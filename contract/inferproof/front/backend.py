"""What stands behind the front: a Backend completes, streams, embeds, lists its models and reports its health."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Json = dict[str, Any]

INVALID = 422
"""The status of a Refusal of what the body asks for, whichever status the contract has for it."""


@dataclass(frozen=True)
class Chat:
    """A chat request that is valid under the contract. Legacy and attributes requests arrive translated.

    `body` is what the client sent of what the contract names (defaults are not filled in); `role` is the role of the
    operation that it came through, for backends that must know; `key` the API key that let it in, if any.
    """

    body: Json
    role: str = "chat"
    key: str | None = None


@dataclass(frozen=True)
class Embedding:
    """An embeddings request, either form, valid under the contract."""

    body: Json
    key: str | None = None


@dataclass(frozen=True)
class Health:
    """The answer to `/status`: `ready` decides 200 or 503, `status` is the word that people read."""

    ready: bool
    status: str


class Backend(Protocol):
    """One engine. A method is cancelled when its client leaves; it refuses by raising Refusal."""

    async def complete(self, call: Chat) -> Json:
        """A whole reply of a chat, as the contract has it."""
        ...

    def stream(self, call: Chat) -> AsyncIterator[Json]:
        """The chunks of a streamed chat, as they are made; the front frames them and adds `[DONE]`.

        A Refusal before the first chunk becomes an ordinary error reply; after it, an error event.
        """
        ...

    async def embed(self, call: Embedding) -> Json:
        """A whole reply of embeddings."""
        ...

    async def configs(self) -> Any:
        """The models that a chat may name with their default parameters, as the contract lists them."""
        ...

    async def chat_models(self) -> list[str]:
        """The names of the models that chat, the default first."""
        ...

    async def embedding_models(self) -> list[str]:
        """The names of the models that embed, the default first."""
        ...

    async def health(self) -> Health: ...


@dataclass(eq=False)
class Refusal(Exception):
    """The engine will not do this. The front writes it in the shape that the contract documents for the status.

    `INVALID` stands for the status that the contract has for a body that breaks its schema. `loc` points at the member,
    as `("body", "guided_grammar")`; it is required then. Without a `type` the front writes the word of the status.
    """

    status: int
    message: str
    loc: tuple[str | int, ...] = ()
    type: str | None = None
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message
