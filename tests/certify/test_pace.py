"""When requests may leave: what a server says of the moment is read as it is meant, and obeyed by all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from inferproof.certify.pace import IN_VAIN, Clock, Pace, Turn, of_the_moment, told_to_wait
from inferproof.certify.sender import speaks_of_credit
from inferproof.certify.target import Limits
from inferproof.wire.exchange import Reply

THEN = 1_700_000_000
SERVED = Reply(200)


def reply(after: str | None = None, status: int = 429, date: str | None = None) -> Reply:
    lines = (("Retry-After", after), ("Date", date))
    return Reply(status, headers=tuple((name, value) for name, value in lines if value is not None))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("1", 1.0),
        ("61", 61.0),
        ("86400", 86400.0),
        ("0.5", 0.5),
        ("20.25", 20.25),
        (" 7 ", 7.0),
        (formatdate(THEN + 90, usegmt=True), 90.0),
        (formatdate(THEN - 90, usegmt=True), 0.0),
        ("-1", None),
        ("", None),
        (".", None),
        ("1.2.3", None),
        ("²", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("soon", None),
        ("Fri, 31 Foo 2026 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_servers_own_clock(value: str, seconds: float | None) -> None:
    assert told_to_wait(reply(value, date=formatdate(THEN, usegmt=True))) == seconds


def test_a_number_of_any_length_can_be_read() -> None:
    assert (told_to_wait(reply("9" * 5000)) or 0) > 1e18


@pytest.mark.parametrize(
    ("answer", "speaks"),
    [
        (reply(None), True),
        (reply("garbage"), True),
        (reply("5", 503), True),
        (reply("5", 529), True),
        (reply(None, 503), False),
        (reply("garbage", 503), False),
        (reply("5", 500), False),
        (reply("5", 200), False),
        (None, False),
    ],
)
def test_429_speaks_of_the_moment_and_503_where_it_says_until_when(answer: Reply | None, speaks: bool) -> None:
    assert of_the_moment(answer) is speaks


@pytest.mark.parametrize(
    ("status", "body", "after", "speaks"),
    [
        (402, "", None, True),
        (402, "", "60", True),
        (429, '{"error": {"code": "insufficient_quota"}}', None, True),
        (429, '{"error": {"type": "billing_error", "code": 7}}', None, True),
        (403, '{"code": "CREDIT_EXHAUSTED"}', None, True),
        (429, '{"error": {"code": "insufficient_quota"}}', "20", False),
        (429, '{"error": {"code": "rate_limit_exceeded", "message": "Check your plan and billing."}}', None, False),
        (429, '{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}', None, False),
        (403, '{"error": {"code": "forbidden"}}', None, False),
        (400, '{"error": {"code": "billing"}}', None, False),
        (429, '{"error": "credit"}', None, False),
        (429, "[]", None, False),
        (429, "no JSON", None, False),
    ],
)
def test_a_code_speaks_of_credit_and_a_message_does_not(
    status: int, body: str, after: str | None, speaks: bool
) -> None:
    headers = (("Retry-After", after),) if after else ()
    assert speaks_of_credit(Reply(status, headers=headers, body=body.encode())) is speaks


class Server:
    """Senders at a pace, by a clock that stands still but for sleep. `answer` takes a request's name and the time."""

    def __init__(self, answer: Callable[[str, float], Reply], **limits: Any) -> None:
        self.time, self.log, self.causes, self.granted = 0.0, [], [], 0.0
        self._answer, self.ended = answer, asyncio.Event()
        self.pace = Pace(Limits(**limits), Clock(lambda: self.time, self._sleep), self._end, self._grant)

    async def _sleep(self, seconds: float) -> None:
        for _ in range(20):  # what is under way comes first
            await asyncio.sleep(0)
        self.time = max(self.time, self.time + seconds)

    def _end(self, cause: str) -> None:
        self.causes.append(cause)
        self.ended.set()

    def _grant(self, seconds: float) -> None:
        self.granted += seconds

    async def send(self, name: str, ours: bool = True, plain: bool = False) -> Reply:
        turn = Turn(ours=ours, plain=plain)
        while True:
            while not await self.pace.may_leave(turn):
                await self.send("plain", plain=True)
            self.log.append((name, self.time))
            await asyncio.sleep(0)
            answer = self._answer(name, self.time)
            if await self.pace.answered(turn, answer):
                return answer

    async def all(self, *names: str) -> list[int]:
        """The statuses that stand; none where the run is ended."""
        sending = [asyncio.ensure_future(self.send(name, ours=not name.startswith("bad"))) for name in names]
        everything = asyncio.gather(*sending)
        await asyncio.wait(
            {everything, ended := asyncio.ensure_future(self.ended.wait())}, return_when="FIRST_COMPLETED"
        )
        ended.cancel()
        if not self.causes:
            return [answer.status for answer in await everything]
        everything.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await everything
        return []

    def times(self, name: str) -> list[float]:
        return [at for each, at in self.log if each == name]


def once(after: str | None, status: int = 429) -> Callable[[str, float], Reply]:
    """The first request is refused, all others are served."""
    first = [reply(after, status)]
    return lambda name, at: first.pop() if first else SERVED


@pytest.mark.parametrize(
    ("after", "until"), [("61", 61), ("600", 600), (None, 1), ("soon", 1), ("-5", 1), ("0.5", 0.5)]
)
async def test_nobody_leaves_before_the_moment_that_was_told(after: str | None, until: float) -> None:
    server = Server(once(after), concurrency=1)
    assert await server.all("a", "b", "c") == [200, 200, 200]
    assert server.times("a") == [0, until]
    assert min(server.times("b") + server.times("c")) >= until
    assert server.granted == until


async def test_after_a_pause_one_goes_first_and_the_others_wait_for_it() -> None:
    server = Server(lambda name, at: SERVED if at else reply("5"), concurrency=4)
    assert await server.all(*"abcdefgh") == [200] * 8
    assert [name for name, at in server.log if at == 0] == list("abcd")
    assert server.log[4] == ("a", 5)


@pytest.mark.parametrize("after", ["86400", "3601", "9" * 30])
async def test_a_wait_that_is_longer_than_a_run_may_be_ends_it_and_says_until_when(after: str) -> None:
    server = Server(once(after))
    assert await server.all("a", "b") == []
    assert "asks to wait" in server.causes[0]
    assert "total_seconds" in server.causes[0]
    assert ("UTC" in server.causes[0]) is (len(after) < 10)
    assert server.time == 0


@pytest.mark.parametrize("after", [None, "0", "1", "garbage"])
async def test_who_refuses_everything_for_ever_is_left_after_a_minute_or_so(after: str | None) -> None:
    server = Server(lambda name, at: reply(after))
    assert await server.all(*map(str, range(40))) == []
    assert "to everything" in server.causes[0]
    assert 60 <= server.time <= 130
    assert len(server.log) <= 8 + IN_VAIN + 1


async def test_who_refuses_everything_and_always_promises_more_is_left_within_the_runs_time() -> None:
    server = Server(lambda name, at: reply("1800"))
    assert await server.all("a", "b") == []
    assert server.time <= 3600


async def test_waits_in_all_have_a_bound() -> None:
    seen: set[str] = set()

    def answer(name: str, at: float) -> Reply:
        first = name not in seen
        seen.add(name)
        return reply("3000") if first else SERVED

    server = Server(answer, concurrency=1)
    assert await server.all(*map(str, range(60))) == []
    assert "has made the run wait for" in server.causes[0]
    assert "--only" in server.causes[0]


async def test_a_request_that_is_refused_alone_again_and_again_has_its_answer() -> None:
    server = Server(lambda name, at: reply(None) if name == "a" else SERVED, concurrency=2)
    assert await server.all(*"abcdef") == [429, 200, 200, 200, 200, 200]
    assert len(server.times("a")) == 3
    assert server.causes == []


async def test_so_has_the_last_one_beside_a_plain_request() -> None:
    server = Server(lambda name, at: SERVED if name == "plain" else reply("2"))
    assert await server.all("a") == [429]
    assert [name for name, _ in server.log] == ["a", "a", "plain", "a"]
    assert server.times("a")[1] >= 2


async def test_a_whole_kind_that_is_refused_does_not_end_the_run() -> None:
    server = Server(lambda name, at: reply(None) if name.startswith("x") else SERVED)
    names = [f"{kind}{number}" for number in range(15) for kind in "xy"]
    assert await server.all(*names) == [429, 200] * 15


async def test_a_bad_key_is_refused_without_a_pause_for_the_others() -> None:
    server = Server(lambda name, at: reply("300") if name.startswith("bad") else SERVED)
    assert await server.all("bad1", *"abcdef", "bad2") == [429, *[200] * 6, 429]
    assert max(at for name, at in server.log if not name.startswith("bad")) == 0
    assert server.causes == []


async def test_a_bad_key_behind_a_limit_for_all_waits_with_the_others() -> None:
    server = Server(lambda name, at: reply("61") if at < 61 else SERVED)
    assert await server.all("bad", *"abcdef") == [200] * 7


async def test_a_request_that_is_given_up_leaves_its_place() -> None:
    server = Server(once("5"), concurrency=1)
    waiting = asyncio.ensure_future(server.send("a"))
    await asyncio.sleep(0)
    also = asyncio.ensure_future(server.send("b"))
    await asyncio.sleep(0)
    also.cancel()
    assert (await waiting).status == 200
    assert await server.all("c") == [200]


def spacing(server: Server, last: int) -> float:
    """Seconds between two requests, on average of the last ones."""
    times = [at for _, at in server.log][-last:]
    return (times[-1] - times[0]) / (len(times) - 1)


async def test_the_pace_of_a_bucket_is_found_and_told_once() -> None:
    state = {"tokens": 60.0, "at": 0.0}

    def bucket(name: str, at: float) -> Reply:
        state["tokens"], state["at"] = min(60.0, state["tokens"] + at - state["at"]), at
        if state["tokens"] < 1:
            return reply("1")
        state["tokens"] -= 1
        return SERVED

    told: list[float] = []
    server = Server(bucket)
    server.pace.learned = told.append
    assert await server.all(*map(str, range(400))) == [200] * 400
    assert server.time < 1.2 * 340
    assert len(server.log) < 1.15 * 400
    assert len(told) == 1
    assert 45 <= told[0] <= 75


@pytest.mark.parametrize("told_end", [True, False], ids=["told", "not told"])
async def test_the_pace_of_a_window_is_found_in_its_first_minute(told_end: bool) -> None:
    state = {"end": 60.0, "count": 0.0}

    def window(name: str, at: float) -> Reply:
        while at >= state["end"]:
            state["end"], state["count"] = state["end"] + 60, 0
        state["count"] += 1
        if state["count"] > 60:
            return reply(f"{int(state['end'] - at) + 1}" if told_end else None)
        return SERVED

    told: list[float] = []
    server = Server(window)
    server.pace.learned = told.append
    assert await server.all(*map(str, range(400))) == [200] * 400
    assert server.time < 1.4 * 400
    assert len(server.log) < 1.2 * 400
    assert len(told) == 1
    assert 40 <= told[0] <= 75


async def test_who_takes_one_at_a_time_is_asked_one_at_a_time_and_not_slowly() -> None:
    under_way: list[str] = []
    server = Server(lambda name, at: SERVED)

    async def send(name: str) -> None:
        turn = Turn()
        while True:
            assert await server.pace.may_leave(turn)
            refused = len(under_way) > 0
            under_way.append(name)
            server.log.append((name, server.time))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            under_way.remove(name)
            if await server.pace.answered(turn, reply(None) if refused else SERVED):
                return

    await asyncio.gather(*(send(str(number)) for number in range(300)))
    assert len(server.log) < 1.1 * 300
    assert server.time < 20
    assert server.pace.per_minute is None


async def test_what_the_user_allows_is_never_exceeded() -> None:
    server = Server(once("5"), requests_per_minute=120)
    assert await server.all(*map(str, range(200))) == [200] * 200
    assert spacing(server, 150) >= 0.5
