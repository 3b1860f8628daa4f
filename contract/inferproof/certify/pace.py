"""When a request may leave: as often, and as many at a time, as the server takes. It decides, and sends nothing.

One pace is shared by all senders of a run. What a server says of the moment (429, or 503 and 529 with a Retry-After)
pauses all of them, as long as it says. After a pause one request leaves alone, the trial; the others follow where it is
served. What was refused beside others and is then served alone halves how many leave at a time. What was refused alone,
or waited most of the time, spaces them, as they were served from one trial to the next. After a while of no refusal all
is sped up a little.

A refusal is the answer to its request only where others are served: the same request is then refused as the trial,
a plain one is served, and it is refused as the trial again.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from inferproof.certify.budget import span
from inferproof.certify.target import Limits
from inferproof.certify.words import words
from inferproof.wire.exchange import Reply

TOO_MANY = 429
BUSY = (503, 529)
"""Statuses that speak of the moment where they say when it is over. Without that they are an answer as any other."""

UNTOLD = 1.0
"""Seconds to wait after the first refusal that does not say how long."""

IN_VAIN = 6
"""Trials in a row that are refused before the run ends. Waits double: 63 s in all, more than a window of a minute."""

ALONE = 2
"""Trials of one request that are refused, while others are served, before that is its answer."""

MOST_WAITING = 24 * 3600.0
"""Seconds that all pauses of a run may take together."""

QUIET = 64
"""Requests that are served in a row before one more may leave at a time, and all of them a tenth faster."""

SURE_S = 20.0
"""Seconds that tell a rate, and at a measured pace before a person hears of it."""

ENOUGH = 6
"""Requests that are served before their rate is that of a limit; fewer where they take SURE_S."""

MARGIN = 1.02
"""How much slower than the measured rate requests leave: clocks and networks are not exact."""

OTHERS_WAIT = 60.0
"""Seconds that a request without the run's key waits at most before it is sent again."""

GLANCE = 5.0
"""Seconds in which the run's own requests show whether they are refused, too, where a wait would be too long."""

OTHERS_TRIES = 3
"""How often a request without the run's key is sent in all, while the run's own are served."""


@dataclass(frozen=True)
class Clock:
    """Where the time comes from; tests have a faster one. `now` are seconds from any moment on."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


def told_to_wait(reply: Reply | None) -> float | None:
    """Seconds that a reply says to wait (RFC 9110 §10.2.3, RFC 6585 §4); None where it says nothing that can be read.

    A date is read by the server's own clock, where the reply has it. Fractions are no part of the syntax, and read all
    the same. The RateLimit fields are still a draft, whose names have changed twice, and are not read.
    """
    value = (reply.header("retry-after") or "").strip() if reply is not None else ""
    if not value or reply is None:
        return None
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value[:20])
    until, now = _unix(value), _unix(reply.header("date") or "")
    return None if until is None else max(0.0, until - (time.time() if now is None else now))


def _unix(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def of_the_moment(reply: Reply | None) -> bool:
    """The server says: not now."""
    if reply is None:
        return False
    return reply.status == TOO_MANY or (reply.status in BUSY and told_to_wait(reply) is not None)


@dataclass(eq=False)
class Turn:
    """One request on its way to an answer, through all its tries. `ours`: it carries the run's key, or needs none.

    `plain` is one that the pace asked for, and that is sent until it is served.
    """

    ours: bool = True
    plain: bool = False
    refused: int = 0
    """How often; of a request that is not ours, while ours were served."""
    trials: int = 0
    """How often it was refused as the trial: first after a pause, and alone."""
    beside: int = 0
    """How many others were under way at most while it was."""
    episode: int = -1
    """The pauses that there had been when it left."""
    leave: asyncio.Future[bool] | None = None

    @property
    def suspect(self) -> bool:
        """It may be refused for what it is, so that it waits until nobody else does."""
        return self.trials > 0 and not self.plain


@dataclass
class Pace:
    """`limits` bound it. `end` is called with the cause where waiting makes no sense, `grant` with each second waited.

    `learned` is called once, with the requests a minute that the server takes, as soon as they are known.
    """

    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=Clock)
    end: Callable[[str], None] = field(default=lambda cause: None)
    grant: Callable[[float], None] = field(default=lambda seconds: None)
    learned: Callable[[float], None] = field(default=lambda per_minute: None)

    def __post_init__(self) -> None:
        self.served = 0
        self._slots = self.limits.concurrency
        self._gap = self._least = 60.0 / self.limits.requests_per_minute if self.limits.requests_per_minute else 0.0
        self._next = self._paused_until = 0.0
        self._under_way: list[Turn] = []
        self._again: deque[Turn] = deque()
        self._fresh: deque[Turn] = deque()
        self._suspects: deque[Turn] = deque()
        self._asking_plainly: Turn | None = None
        self._trial: Turn | None = None
        self._trial_due = False
        self._doubted: int | None = None
        self._episode = 0
        self._refused: tuple[Turn, int] | None = None
        self._opened: tuple[float, int, float] | None = None
        self._in_vain, self._waited_in_vain, self._waited = 0, 0.0, 0.0
        self._quiet = 0
        self._sure: float | None = None
        self._told = self._ended = False
        self._waker: asyncio.Task[None] | None = None

    @property
    def per_minute(self) -> float | None:
        """Requests a minute that the server takes, or the user allows; None where nothing limits them."""
        return 60.0 / self._gap if self._gap else None

    @property
    def _in_doubt(self) -> bool:
        """Nothing was served since a trial was refused: was it for what it is, or is everything?"""
        return self.served == self._doubted

    def without_plain(self) -> None:
        """There is no plain request to send."""
        self._doubted = None

    async def may_leave(self, turn: Turn) -> bool:
        """Wait until it may; False where a plain request is to be sent first, to see whether anything is served.

        Who may leave says what became of it by `answered`, or `lost`.
        """
        if self._asking_plainly is turn:
            self._asking_plainly = None
        if turn.suspect and self._in_doubt and self._asking_plainly is None:
            self._asking_plainly = turn
            return False
        turn.leave = asyncio.get_running_loop().create_future()
        if turn.plain:
            self._again.appendleft(turn)
        else:
            (self._suspects if turn.suspect else self._again if turn.refused else self._fresh).append(turn)
        self._let_go()
        try:
            return await turn.leave
        except asyncio.CancelledError:
            if turn.leave.done() and not turn.leave.cancelled() and turn.leave.result():
                self.lost(turn)
            raise

    def lost(self, turn: Turn) -> None:
        """It left, and brought no answer: it says nothing of the pace."""
        self._under_way.remove(turn)
        if self._trial is turn:
            self._trial = None
        self._let_go()

    async def answered(self, turn: Turn, reply: Reply | None) -> bool:
        """Whether the reply stands as its answer; else it is to be sent again."""
        if reply is None or not of_the_moment(reply):
            if turn.ours and reply is not None:
                self._was_served(turn)
            self.lost(turn)
            return True
        if not turn.ours:
            self._trial_due = True
            self.lost(turn)
            return await self._stands_for_others(turn, reply)
        turn.refused += 1
        stands = self._was_refused(turn, reply)
        self.lost(turn)
        return stands

    def _was_served(self, turn: Turn) -> None:
        self.served += 1
        self._quiet += 1
        self._in_vain, self._waited_in_vain = 0, 0.0
        if self._trial is turn:
            self._trial_due = False
            if self._refused is not None:
                self._slow_down(turn, *self._refused)
        elif self._quiet >= QUIET:
            self._quiet = 0
            self._slots = min(self._slots + 1, self.limits.concurrency)
            self._gap = max(self._least, self._gap / 1.1)
        if self._sure is not None and not self._told and self.clock.now() >= self._sure:
            self._told = True
            self.learned(60.0 / self._gap)

    def _slow_down(self, trial: Turn, refused: Turn, beside: int) -> None:
        """The trial is served. Nothing is learned from a request that is refused for what it is."""
        now, self._refused = self.clock.now(), None
        since, before, waited = self._opened or (now, self.served, self._waited)
        seconds, served, waited = now - since, self.served - before, self._waited - waited
        too_many = trial is refused and beside > 0
        if too_many:
            self._slots = max(1, min(self._slots, (beside + 1) // 2))
        long = waited >= SURE_S
        if self._opened is not None and not too_many and served < ENOUGH and seconds < SURE_S:
            return
        self._opened = now, self.served, self._waited
        if seconds and (long or (not too_many and (trial is refused or waited > seconds / 2))):
            self._gap = max(self._least, MARGIN * seconds / served)
            self._sure = self._sure or now + SURE_S

    def _was_refused(self, turn: Turn, reply: Reply) -> bool:
        """Whether the refusal stands, because others are served."""
        if self._trial is turn and (turn.trials or self._refused):  # else no pause came before it
            turn.trials += 1
            self._in_vain += 1
            self._doubted = self.served
        if turn.episode == self._episode:  # else it left before the last pause, and says the same once more
            self._episode += 1
            self._trial_due = True
            self._quiet = 0
            self._refused = self._refused or (turn, turn.beside)
        self._pause(reply)
        if not turn.suspect or turn.trials < ALONE:
            return False
        if not self._told:  # what was measured may be this request's doing
            self._gap, self._sure = self._least, None
        return True

    def _pause(self, reply: Reply) -> None:
        """Nothing leaves before the moment that the reply names; the run ends where that makes no sense."""
        told = told_to_wait(reply)
        seconds = max(UNTOLD if told is None else told, UNTOLD * 2.0 ** (self._in_vain - 1) if self._in_vain else 0.0)
        now = self.clock.now()
        more = max(0.0, now + seconds - max(now, self._paused_until))
        cause = self._why_not(reply, told, more)
        if cause:
            self._ended = True
            self.end(cause)
            return
        self._paused_until = max(self._paused_until, now + seconds)
        self._waited += more
        self._waited_in_vain += more
        self.grant(more)

    def _why_not(self, reply: Reply, told: float | None, more: float) -> str:
        said, most = words(reply), self.limits.total_seconds
        if told is not None and told > most:
            return (
                f"the server answers {said} and asks to wait {span(told)}{_until(told)}, which is longer than a run "
                "may take: run it again then, or raise total_seconds in [limits] of the target file"
            )
        if self._in_vain > IN_VAIN or self._waited_in_vain + more > most:
            return (
                f"the server answers {said} to everything, after waits of {span(self._waited_in_vain)}: is the limit "
                "of the key used up? Run it again later; requests_per_minute in [limits] of the target file sets a pace"
            )
        if self._waited + more > MOST_WAITING:
            return (
                f"the server has made the run wait for {span(self._waited)} by now ({said}): --quick and --only send "
                "fewer requests"
            )
        return ""

    async def _stands_for_others(self, turn: Turn, reply: Reply) -> bool:
        """Of a request without the run's key. It waits by itself, and stops nobody: it is the bad key that is refused.

        One of the run's own, alone, shows whether that is so. Where that is refused, too, the limit is everybody's, and
        the try does not count.
        """
        told = told_to_wait(reply)
        wait = UNTOLD if told is None else told
        await self.clock.sleep(wait if wait <= OTHERS_WAIT else GLANCE)
        if turn.episode != self._episode:
            return False
        turn.refused += 1
        return wait > OTHERS_WAIT or turn.refused >= OTHERS_TRIES

    def _let_go(self) -> None:
        """Let all leave that may."""
        while (turn := self._first()) is not None:
            if self._wake_at_turn() or turn.leave is None:
                return
            self._take(turn)
            if turn.leave.done():  # it waits no longer
                continue
            if turn.suspect and self._in_doubt:
                self._asking_plainly = turn
                turn.leave.set_result(False)
                return
            if self._gap:
                self._next = max(self._next, self.clock.now()) + self._gap
                self.grant(self._gap)
            if (self._trial_due or turn.suspect) and turn.ours:
                self._trial = turn
            turn.beside, turn.episode = 0, self._episode
            self._under_way.append(turn)
            for each in self._under_way:
                each.beside = max(each.beside, len(self._under_way) - 1)
            turn.leave.set_result(True)

    def _first(self) -> Turn | None:
        """Whose turn it is; None where all wait for what is under way. Suspects come when nobody else does."""
        slots = 1 if self._trial_due else self._slots
        if self._ended or self._trial is not None or len(self._under_way) >= slots:
            return None
        for queue in (self._again, self._fresh):
            for turn in queue:
                if turn.ours or not self._trial_due:
                    return turn
        if self._suspects and not self._under_way and self._asking_plainly is None:
            return self._suspects[0]
        return next(iter(self._again or self._fresh), None) if self._asking_plainly is None else None

    def _take(self, turn: Turn) -> None:
        for queue in (self._again, self._fresh, self._suspects):
            if turn in queue:
                queue.remove(turn)
                return

    def _wake_at_turn(self) -> bool:
        """Whether it is too early; then all is looked at again in time."""
        early = max(self._paused_until, self._next) - self.clock.now()
        if early <= 0:
            return False
        if self._waker is None or self._waker.done():
            self._waker = asyncio.get_running_loop().create_task(self._wake(early))
        return True

    async def _wake(self, seconds: float) -> None:
        await self.clock.sleep(seconds)
        self._waker = None
        self._let_go()


def _until(seconds: float) -> str:
    """When the wait ends, where a calendar has it."""
    try:
        return f", until {datetime.fromtimestamp(time.time() + seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""
