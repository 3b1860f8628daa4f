"""Sends one planned request until it is answered: with its key, at the pace of the server, within the budget."""

from __future__ import annotations

from inferproof.certify.credentials import authorized, redactor, withheld
from inferproof.certify.pace import TOO_MANY, Pace, Turn, told_to_wait
from inferproof.certify.spending import Spending
from inferproof.certify.target import Target
from inferproof.certify.watchdog import Bounds, bounded
from inferproof.certify.words import words
from inferproof.judge.keys import is_right
from inferproof.judge.statuses import MOMENT
from inferproof.judge.subject import Subject
from inferproof.probes.auth import plain
from inferproof.probes.probe import PlannedRequest, RequestBuilder, user
from inferproof.wire.client import Client, SendResult
from inferproof.wire.exchange import Exchange, Fault, NotJson, Reply

HELLO = "Hello!"
"""What the model is told; an error that has it repeats the request, and says nothing of the model by naming it."""

PAYMENT_REQUIRED = 402

AGAIN_S = (0.2, 1.0)
"""Seconds before a request is sent again that met a status of the moment: a backend that is just replaced."""

PASSING = tuple(code for code in MOMENT if code != TOO_MANY)
"""Statuses of the moment that `Pace` does not wait for, unless they say when it is over."""

OF_CREDIT = ("credit", "billing", "payment", "balance", "insufficient_quota")
"""What stands in the code or type of an error that speaks of money. A message may name a quota of a minute so, too."""


def smallest(call: RequestBuilder, max_tokens: int = 1) -> PlannedRequest | None:
    """The smallest request for work; None where the contract has no operation that takes one."""
    if "chat" in call.contract.roles:
        return call.chat(user(HELLO), max_tokens=max_tokens)
    role = next((each.role for each in call.contract.operations if each.request_schema is not None), None)
    return plain(call, role) if role is not None else None


class Sender:
    """For one round of a run, which `bounds` end. `requests` counts each try."""

    def __init__(
        self, target: Target, call: RequestBuilder, client: Client, bounds: Bounds, pace: Pace, spending: Spending
    ) -> None:
        self.requests = 0
        self._target, self._call, self._client = target, call, client
        self._bounds, self._pace, self._spending = bounds, pace, spending
        self._redactor = redactor(target, call.seed)
        self._paid: set[str | None] = set()
        pace.end, pace.grant = bounds.end, bounds.grant

    async def send(self, name: str, step: int, ask: PlannedRequest) -> Exchange:
        """The exchange, redacted. A refusal for the moment is its reply only where it stands: see `Pace`.

        What a gateway says of the moment, as 502, is sent again up to twice: the last reply stands.
        """
        if reason := withheld(ask.request, self._target):
            return Exchange(name, step, ask.role, ask.request, None, Fault("withheld", reason))
        for wait in AGAIN_S:
            exchange = await self._answered(name, step, ask)
            if ask.at_once or not self._passes(exchange):
                return exchange
            await self._pace.clock.sleep(wait)
        return await self._answered(name, step, ask)

    def _passes(self, exchange: Exchange) -> bool:
        """It met a status of the moment; one that asks for too little time gets it rightly, each time."""
        if exchange.reply is None or exchange.reply.status not in PASSING:
            return False
        answer = Subject(exchange, self._call.contract, self._target.declined)
        return answer.role == "" or answer.refusable is None

    async def _answered(self, name: str, step: int, ask: PlannedRequest) -> Exchange:
        turn = Turn(ours=_is_ours(ask))
        while True:
            exchange = await self._once(turn, name, step, ask)
            if ask.at_once:
                self._pace.lost(turn)
                return exchange
            if turn.ours and speaks_of_credit(exchange.reply) and ask.role not in self._paid:
                await self._ask_for_credit(ask.role)
            if await self._pace.answered(turn, exchange.reply):
                return exchange

    async def _once(self, turn: Turn, name: str, step: int, ask: PlannedRequest) -> Exchange:
        while not await self._pace.may_leave(turn):
            await self._serve_plainly()
        try:
            sent = await self._sent(ask)
        except BaseException:
            self._pace.lost(turn)
            raise
        exchange = Exchange(name, step, ask.role, ask.request, sent.reply, sent.fault, sent.began)
        exchange = self._redactor.exchange(bounded(exchange))
        self._spending.note(ask, exchange.reply)
        return exchange

    async def _sent(self, ask: PlannedRequest) -> SendResult:
        if cause := self._spending.why_not(ask):
            self._bounds.end(cause)
            return SendResult(None, Fault("stopped", cause), 0.0)
        self.requests += 1
        request = authorized(ask.request, self._target, self._call.seed)
        return await self._client.send(
            request, raw=request.raw, hang_up_after_events=ask.hang_up_after, read_pause=ask.read_pause
        )

    @property
    def _plain(self) -> PlannedRequest | None:
        """A request that any server answers which does not give up chat; None where it does."""
        return smallest(self._call) if "core" not in self._target.declined else None

    async def _serve_plainly(self) -> None:
        """Send a plain request until it is served: whether the server serves at all. It is not recorded."""
        ask = self._plain
        if ask is None:
            self._pace.without_plain()
            return
        turn = Turn(plain=True)
        while True:
            exchange = await self._once(turn, "pace", 0, ask)
            self._bounds.seen(exchange)
            if await self._pace.answered(turn, exchange.reply):
                return

    async def _ask_for_credit(self, role: str | None) -> None:
        """End the run where a plain request is refused for want of credit, too: one model alone may cost more."""
        ask = self._plain
        if ask is None:
            return
        sent = await self._sent(ask)
        exchange = Exchange("pace", 0, ask.role, ask.request, sent.reply, sent.fault, sent.began)
        reply = self._redactor.exchange(bounded(exchange)).reply
        if reply is not None and speaks_of_credit(reply):
            self._bounds.end(out_of_credit(reply, self._target))
        elif reply is not None and reply.status < 300:
            self._paid.add(role)


def _is_ours(ask: PlannedRequest) -> bool:
    """It travels with the run's key, or needs none: what is said of it is said of the run."""
    lines = [
        (each, value)
        for each in ask.credentials
        for name, value in ask.request.headers
        if name.lower() == each.header.lower()
    ]
    if ask.at_once:
        return False
    return not ask.credentials or (bool(lines) and all(is_right(each, value) for each, value in lines))


def speaks_of_credit(reply: Reply | None) -> bool:
    """It refuses for want of money: 402 (RFC 9110 §15.5.3), or a 403 or 429 whose code says so, and no time to wait."""
    if reply is None or reply.status == PAYMENT_REQUIRED:
        return reply is not None
    if reply.status not in (403, 429) or told_to_wait(reply) is not None:
        return False
    try:
        body = reply.json
    except NotJson:
        return False
    error = body.get("error") if isinstance(body, dict) else None
    nodes = [node for node in (body, error) if isinstance(node, dict)]
    codes = [node.get(name) for node in nodes for name in ("code", "type")]
    return any(word in code.lower() for code in codes if isinstance(code, str) for word in OF_CREDIT)


def out_of_credit(reply: Reply, target: Target) -> str:
    """The cause and the cure, with the server's own words."""
    return (
        f"the credit of the key in {target.key_variable} is used up: the server answers {words(reply)} to a plain "
        "request, too. Top the account up, or name another key or model, then run again"
    )
