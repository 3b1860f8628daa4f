"""What a habit is, and the list of all.

    @refuses(*CHATS, at="n")
    def n_is_at_most_4(asked):
        \"\"\"More than four choices are refused.

        Allowed: each choice costs a whole answer, and a cap on a resource is the host's (project).
        \"\"\"
        return asked.above("n", 4)

There are four kinds, by what the function is given and gives back:

| decorator | given | gives |
|---|---|---|
| `refuses` | a request that the server would answer with success | why it is refused, or None |
| `answers` | any request, before the server sees it | an Answer in the server's place, or None |
| `asks` | the JSON of a request, a copy | nothing; it may be changed in place |
| `replies` | a request and its Answer | nothing; the Answer may be changed in place |

A class is for what remembers something: one is made for each server, and called as a function would be.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inferproof.document.contract import Contract
from inferproof.front.backend import INVALID

REFUSES, ANSWERS, ASKS, REPLIES = "refuses", "answers", "asks", "replies"

CHATS = ("chat", "chat.openai-path")
TALKS = (*CHATS, "attributes")
LEGACY = ("chat.legacy", "chat.legacy.stream")
BODIES = (*TALKS, *LEGACY, "embeddings")


@dataclass(frozen=True)
class Habit:
    """`sentence` says what the server does, `because` what allows it.

    `roles` are the operations that it touches, any where empty; a contract without them has no use for it. `at` is the
    member that a refusal names, with `status`. `declines` maps each capability that a target of this habit does not
    claim to its reason; `fails` are the ids of the SHOULDs that it fails; `open` those that it leaves nothing to judge
    by; `room` are the tokens that the target gives the model to reason. Those `beside` it belong to it. What `wraps`
    changes the bytes and not the words, so that it comes last.
    """

    name: str
    kind: str
    do: Callable[..., Any]
    sentence: str
    because: str
    roles: tuple[str, ...] = ()
    at: str = ""
    status: int = INVALID
    declines: Mapping[str, str] = field(default_factory=dict)
    fails: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    room: int = 0
    beside: tuple[str, ...] = ()
    wraps: bool = False

    def start(self) -> Callable[..., Any]:
        """What one server does."""
        made: Callable[..., Any] = self.do() if isinstance(self.do, type) else self.do
        return made

    def is_of(self, contract: Contract) -> bool:
        """A server of the contract may have it: one of the operations that it touches is there."""
        return not self.roles or not contract.roles.keys().isdisjoint(self.roles)

    def touches(self, role: str) -> bool:
        return not self.roles or role in self.roles


HABITS: dict[str, Habit] = {}

Register = Callable[[Any], Any]


def refuses(
    *roles: str,
    at: str = "",
    status: int = INVALID,
    declines: tuple[str, ...] = (),
    fails: tuple[str, ...] = (),
    open: tuple[str, ...] = (),
) -> Register:
    """What is given would be answered with success; the text that comes back says why it is refused instead."""
    return _register(REFUSES, roles, at=at, status=status, declines=declines, fails=fails, open=open)


def answers(*roles: str, fails: tuple[str, ...] = (), open: tuple[str, ...] = ()) -> Register:
    """In the server's place."""
    return _register(ANSWERS, roles, fails=fails, open=open)


def asks(
    *roles: str, declines: tuple[str, ...] = (), fails: tuple[str, ...] = (), open: tuple[str, ...] = ()
) -> Register:
    """The server is asked for something else."""
    return _register(ASKS, roles, declines=declines, fails=fails, open=open)


def replies(
    *roles: str,
    declines: tuple[str, ...] = (),
    fails: tuple[str, ...] = (),
    open: tuple[str, ...] = (),
    room: int = 0,
    beside: tuple[str, ...] = (),
    wraps: bool = False,
) -> Register:
    """The server says it otherwise."""
    facts = {"fails": fails, "open": open, "room": room, "beside": beside, "wraps": wraps}
    return _register(REPLIES, roles, declines=declines, **facts)


def _register(kind: str, roles: tuple[str, ...], *, declines: tuple[str, ...] = (), **facts: Any) -> Register:
    def register(do: Any) -> Any:
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", do.__name__).replace("_", "-").lower()
        said, _, because = (inspect.getdoc(do) or "").partition("\n\n")
        because = " ".join(because.split())
        if not said or not because.startswith("Allowed: ") or name in HABITS:
            raise ValueError(
                f"habit {name!r}: its docstring needs a sentence and `Allowed: …`, and its name is its own"
            )
        sentence = " ".join(said.split())
        because = because.removeprefix("Allowed: ")
        reasons = dict.fromkeys(declines, f"This server has a habit: {sentence}")
        HABITS[name] = Habit(
            name, kind, do, sentence, because.removeprefix("Allowed: "), roles, declines=reasons, **facts
        )
        return do

    return register
