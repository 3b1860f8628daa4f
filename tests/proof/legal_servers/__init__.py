"""Variants: servers that are odd but legal. A whole certification of each must raise nothing.

A variant is the mock behind an HTTP server of our own, which edits each reply before it sends it:

    @variant(of=chat_streams)
    def the_role_comes_with_the_first_words(reply):
        \"\"\"No chunk is spent on the role: it stands beside the first content.\"\"\"
        ...

`reply` is a Reply of `tests/proof/legal_servers/reply.py`: its `json`, `chunks`, `headers` and `status` may be changed
in place, and so may the way in which it is written: the JSON's spelling, an event's lines, the pieces, HTTP's framing.
A class stands for a server that remembers something: one is made for each server, and called with each reply; where it
has a method `ask`, that may change each request first.

What makes a variant legal is the published document, its corrections where a SHOULD rests on them, and the standards:
RFC 9110 and 9112 (HTTP), RFC 8259 (JSON), WHATWG HTML §9.2 (event streams), OpenAI's definitions of the members that
the document takes over. Each docstring says what is odd, and, where one might doubt it, what allows it.

These were thought of and are not legal, so they are no variants:

- `tool_calls: null`, in a message or a delta: the published schema knows a list only;
- base64 without its padding: RFC 4648 §3.2 asks for it;
- the items of embeddings in another order than the inputs, told apart by `index` alone: clients read by position;
- the JSON of an event on several `data` lines: the standard allows it, and clients that read line by line break;
- a stream without `[DONE]`, or with a `[DONE]` whose blank line is missing: a client never sees it;
- an `event` name other than `message` for chunks: a browser's EventSource does not deliver it to `onmessage`;
- JSON with a byte order mark: RFC 8259 §8.1 forbids a server to send one.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inferproof.document import Contract
from tests.proof.legal_servers.reply import Reply

NO_VARIANTS = frozenset({"reply", "server"})
REFUSING = frozenset({"busy", "errors", "limits"})


@dataclass(frozen=True)
class Variant:
    """`edit` is a function of a Reply, or a class of such functions. `of` chooses the replies that it edits.

    `roles` are the operations that a contract must have for it.
    """

    name: str
    sentence: str
    edit: Callable[..., Any]
    of: Callable[[Reply], bool]
    roles: tuple[str, ...] = ()

    def start(self) -> Any:
        """What edits the replies of one server."""
        return self.edit() if inspect.isclass(self.edit) else self.edit


VARIANTS: dict[str, Variant] = {}


def variant(*, of: Callable[[Reply], bool], roles: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """Register a variant; its docstring says what is odd about it. Without `roles` any contract's server may be so."""

    def register(edit: Any) -> Any:
        sentence = " ".join((inspect.getdoc(edit) or "").split())
        if not sentence or edit.__name__ in VARIANTS:
            raise ValueError(f"variant {edit.__name__!r}: it needs a docstring, and a name of its own")
        VARIANTS[edit.__name__] = Variant(edit.__name__, sentence, edit, of, roles)
        return edit

    return register


def load_all() -> dict[str, Variant]:
    """Every variant of every module in this folder."""
    for module in pkgutil.iter_modules(__path__):
        if module.name not in NO_VARIANTS and not module.name.startswith("test_"):
            importlib.import_module(f"{__name__}.{module.name}")
    return VARIANTS


def of_contract(contract: Contract) -> dict[str, Variant]:
    """Those of servers that have the operations of a contract."""
    return {name: each for name, each in load_all().items() if contract.roles.keys() >= set(each.roles)}


def refusing() -> dict[str, Variant]:
    """Those that refuse what others accept, or in another way: the generated requests must not stumble over them."""
    return {name: each for name, each in load_all().items() if each.edit.__module__.rpartition(".")[2] in REFUSING}
