"""Which exchanges a requirement judges: by the operation's role, what was asked, and what kind of reply came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from inferproof.judge.statuses import ANSWERS, DECIDED, SAID, SOME
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip

JSON = "application/json"
EVENTS = "text/event-stream"

CHAT = ("chat", "chat.openai-path")
LEGACY = ("chat.legacy", "chat.legacy.stream")
STREAMING = (*CHAT, "chat.legacy.stream")
"""The operations that answer in streams, asked for or always."""

FEW = 6
"""Statuses that are named one by one."""

SUCCESS = (200,)

Predicate = Callable[[Subject], bool]
Sort = Callable[[Subject], str | None]


@dataclass(frozen=True)
class Of:
    """A selection. `where` looks at the request only, so that a run can tell what it asked from what it got.

    `status` None means any that is an answer to the request (`statuses.py`); `media` None means any. `whole` False
    admits replies that were cut short on purpose. A selection of successes alone has only those of requests that both
    documents allow. With `forms` it is of answers in whatever form, whole or streamed: one that the target does not
    claim is not judged, and what stands by correction only gates nothing (`judge.py`).

    `sort` and `kind` choose like `where`, for rules by hundreds: the answers are sorted once for all that have the same
    `sort`, and each rule has those of its `kind`.
    """

    roles: tuple[str, ...] = ()
    status: tuple[int, ...] | None = SUCCESS
    media: str | None = None
    where: Predicate | None = None
    whole: bool = True
    forms: bool = False
    sort: Sort | None = None
    kind: str | None = None

    def narrowed(self, where: Predicate) -> Of:
        """Those of its exchanges whose requests are of this kind too."""
        first = self.where
        return replace(self, where=where if first is None else lambda answer: first(answer) and where(answer))

    def matches_request(self, answer: Subject) -> bool:
        """The request is of this kind, whatever came back."""
        if self.roles and answer.role not in self.roles:
            return False
        if self.forms and not answer.form_is_claimed:
            return False
        try:
            of_kind = self.sort is None or self.sort(answer) == self.kind
            chosen = of_kind and (self.where is None or bool(self.where(answer)))
        except Skip:  # a generated or a live request may have any type anywhere
            return False
        return chosen and (self.status != SUCCESS or answer.allowed)

    def matches_reply(self, answer: Subject) -> bool:
        """The reply is of this kind."""
        exchange = answer.exchange
        if exchange.reply is None or (self.whole and exchange.fault is not None):
            return False
        if exchange.reply.status not in (ANSWERS if self.status is None else self.status):
            return False
        return self.media is None or exchange.reply.media_type == self.media

    def expected(self) -> str:
        """What kind of reply was needed, in words: for the reason of a `not verified`."""
        codes = ANSWERS if self.status is None else self.status
        status = " or ".join(str(code) for code in codes) if len(codes) <= FEW else SAID.get(codes, SOME)
        return f"{status} with {self.media}" if self.media else status


def replies(
    *roles: str, status: int | tuple[int, ...] | None = 200, media: str | None = JSON, where: Predicate | None = None
) -> Of:
    """Whole replies of these roles; JSON with status 200 unless said otherwise."""
    codes = (status,) if isinstance(status, int) else status
    return Of(roles, codes, media, where)


def answers(*roles: str, status: int | tuple[int, ...] | None = 200, where: Predicate | None = None) -> Of:
    """Answers of these roles in whatever form, whole or streamed; with status 200 unless said otherwise."""
    codes = (status,) if isinstance(status, int) else status
    return Of(roles, codes, where=where, forms=True)


def asked(*roles: str, where: Predicate | None = None) -> Of:
    """Whatever answers a request of these roles."""
    return Of(roles, None, where=where)


def decided(*roles: str, where: Predicate | None = None) -> Of:
    """What a server makes of a request of these roles: it serves or refuses it, or fails at it."""
    return Of(roles, DECIDED, where=where)


def served(*roles: str, where: Predicate | None = None) -> Of:
    """What a request of these roles is served, whole or streamed, with status 200."""
    return Of(roles, where=where)


def streams(*roles: str, where: Predicate | None = None) -> Of:
    """Event streams with status 200, complete ones."""
    return Of(roles, (200,), EVENTS, where)


chat_reply = replies(*CHAT)
chat_stream = streams(*CHAT)
