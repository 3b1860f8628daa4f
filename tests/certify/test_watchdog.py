"""A run ends before its plan does where no reply comes any more, too much comes, or its time is up."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from inferproof.certify.target import Budget, Limits
from inferproof.certify.watchdog import IN_A_ROW, UNFOLDED, Bounds, bounded, unfolded
from inferproof.wire.exchange import Exchange, Fault, Reply, Request

JSON = (("Content-Type", "application/json"),)


def exchange(reply: Reply | None = None, fault: str = "", raw: bytes | None = None) -> Exchange:
    request = Request("GET", "/", raw=raw)
    return Exchange("p", 0, None, request, reply, Fault("closed", fault) if fault else None)


FAILED = exchange(fault="the connection closed")
GOOD = exchange(Reply(200, headers=JSON, body=b"{}"))


async def cause_after(*exchanges: Exchange, limits: Limits = Limits()) -> str:  # noqa: B008 - frozen
    bounds = Bounds(limits)
    try:
        async with bounds.deadline():
            for each in exchanges:
                bounds.seen(each)
            await asyncio.sleep(0)
    except TimeoutError:
        bounds.out_of_time()
    return bounds.cause


async def test_failures_in_a_row_end_the_run_and_name_the_last() -> None:
    assert await cause_after(*[FAILED] * (IN_A_ROW - 1)) == ""
    said = await cause_after(*[FAILED] * IN_A_ROW)
    assert "in a row brought no whole reply: did the server crash? Its log says; the last was p/0: the conn" in said


async def test_silence_in_a_row_names_patience() -> None:
    silent = Exchange("p", 0, None, Request("GET", "/"), None, Fault("timeout", "no byte came within 30 s"))
    assert "set patience in the target file" in await cause_after(*[silent] * IN_A_ROW)


async def test_a_reply_in_between_starts_the_count_again() -> None:
    assert await cause_after(*[*[FAILED] * (IN_A_ROW - 1), GOOD] * 3) == ""


async def test_what_is_refused_for_the_moment_is_a_reply() -> None:
    """A bad key may be answered 429 each time; what stops a run for that is its pace."""
    assert await cause_after(*[exchange(Reply(429))] * IN_A_ROW) == ""


async def test_silence_after_broken_bytes_is_nobodys_failure() -> None:
    assert await cause_after(*[exchange(fault="closed", raw=b"nonsense")] * IN_A_ROW) == ""


async def test_a_reply_that_we_hung_up_on_is_one() -> None:
    hung_up = Exchange("p", 0, None, Request("GET", "/"), Reply(200), Fault("hung up", "on purpose"))
    assert await cause_after(*[hung_up] * IN_A_ROW) == ""


async def test_an_end_that_comes_once_all_is_sent_breaks_nothing() -> None:
    bounds = Bounds(Limits())
    async with bounds.deadline():
        pass
    bounds.end("interrupted by the keyboard")
    assert bounds.cause == "interrupted by the keyboard"


async def test_the_time_that_the_pace_takes_comes_on_top() -> None:
    bounds = Bounds(Limits(total_seconds=0.01))
    async with bounds.deadline():
        bounds.grant(60)
        await asyncio.sleep(0.02)
    assert bounds.cause == ""


async def test_a_run_out_of_time_names_its_limit() -> None:
    bounds = Bounds(Limits(total_seconds=0.01))
    with pytest.raises(TimeoutError):
        async with bounds.deadline():
            await asyncio.Event().wait()
    bounds.out_of_time()
    assert "0.01 s, its limit (total_seconds" in bounds.cause


async def test_no_wait_prolongs_the_minutes_of_a_budget() -> None:
    bounds = Bounds(Limits(), Budget(minutes=0.0005))
    with contextlib.suppress(TimeoutError):
        async with bounds.deadline():
            bounds.grant(60)
            await asyncio.Event().wait()
    bounds.out_of_time()
    assert "the budget of 0.0005 minutes is spent: allow more by --budget" in bounds.cause


def test_a_body_that_unfolds_too_far_is_cut_with_its_reads() -> None:
    body = b"[" + b"[]," * 1_000_000 + b"[]]"
    found = bounded(exchange(Reply(200, headers=JSON, body=body, reads=((1, 5), (2, len(body))))))
    assert found.reply is not None
    assert found.fault is not None
    assert found.fault.kind == "too large"
    assert found.reply.body == body[: len(found.reply.body)]
    assert found.reply.reads == ((1, 5), (2, len(found.reply.body)))
    assert unfolded(found.reply) < UNFOLDED
    assert bounded(GOOD) is GOOD
