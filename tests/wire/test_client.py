"""The client against a server that sends exactly the bytes a test says, in the pieces it says."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from dataclasses import replace
from itertools import pairwise

import pytest

from inferproof.wire.client import Client, SendResult, Timeouts
from inferproof.wire.connection import Connection
from inferproof.wire.exchange import Fault, Reply, Request
from tests.wire.server import OK, Peer, Script, answering, answering_once, serving

GET = Request("GET", "/status")
POST = Request("POST", "/v1/chat/completions", (("Content-Type", "application/json"),), b'{"stream":true}')
HASTY = Timeouts(connect=5, first_byte=5, idle=5, total=5)
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


async def sent(script: Script, request: Request = GET, **how: object) -> SendResult:
    async with serving(script) as server, Client(server.url, limits=HASTY) as client:
        return await client.send(request, **how)  # type: ignore[arg-type]


def whole(outcome: SendResult) -> Reply:
    assert outcome.fault is None
    assert outcome.reply is not None
    return outcome.reply


def fault(outcome: SendResult) -> Fault:
    assert outcome.fault is not None
    return outcome.fault


async def test_a_reply_is_recorded_with_its_head_as_it_stood() -> None:
    reply = whole(
        await sent(answering(b"HTTP/1.1 418 I'm a teapot\r\nX-Odd:  v \r\nx-odd: w\r\nContent-Length: 0\r\n\r\n"))
    )
    assert (reply.status, reply.reason) == (418, "I'm a teapot")
    assert reply.headers == (("X-Odd", "v"), ("x-odd", "w"), ("Content-Length", "0"))
    assert reply.reads == ()


async def test_the_request_goes_out_with_host_and_length() -> None:
    requests = []

    async def script(peer: Peer) -> None:
        requests.append(await peer.request())
        await peer.send(OK)

    async with serving(script) as server:
        async with Client(f"{server.url}/base/", headers=(("X-Tenant", "a"), ("Content-Type", "text/plain"))) as client:
            whole(await client.send(POST))
        head, _, body = requests[0].partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == "POST /base/v1/chat/completions HTTP/1.1"
        assert lines[1] == f"Host: 127.0.0.1:{server.port}"
        assert lines[2].startswith("User-Agent: inferproof/")
        assert lines[3:] == ["X-Tenant: a", "Content-Type: application/json", "Content-Length: 15"]
        assert body == POST.body


async def test_a_post_without_a_body_says_so_and_a_get_says_nothing() -> None:
    requests = []

    async def script(peer: Peer) -> None:
        while True:
            requests.append(await peer.request())
            await peer.send(OK)

    async with serving(script) as server, Client(server.url) as client:
        await client.send(replace(POST, body=b""))
        await client.send(GET)
    assert b"Content-Length: 0\r\n" in requests[0]
    assert b"Content-Length" not in requests[1]


async def test_a_request_may_lie_about_its_host_and_length() -> None:
    requests = []

    async def script(peer: Peer) -> None:
        requests.append(await peer.reader.readuntil(b"\r\n\r\n"))
        await peer.send(OK)

    headers = (("host", "elsewhere"), ("content-length", "99"))
    whole(await sent(script, replace(POST, headers=headers)))
    assert b"host: elsewhere\r\ncontent-length: 99\r\n" in requests[0]
    assert b"Host:" not in requests[0]


async def test_raw_bytes_are_sent_as_they_are() -> None:
    requests = []

    async def script(peer: Peer) -> None:
        requests.append(await peer.reader.readuntil(b"\r\n\r\n"))
        await peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    outcome = await sent(script, POST, raw=b"POST  /x HTTP/1.1\nno colon\r\n\r\n")
    assert whole(outcome).status == 400
    assert requests == [b"POST  /x HTTP/1.1\nno colon\r\n\r\n"]


@pytest.mark.parametrize(
    "request_", [Request("GET", "/a b"), Request("GET", "/ü"), Request("GET", "/", (("X", "a\r\nY: b"),))]
)
async def test_a_request_that_cannot_be_written_is_refused_with_its_cure(request_: Request) -> None:
    with pytest.raises(ValueError, match="raw="):
        await Client("http://127.0.0.1:1").send(request_)


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://x", "http://", "http://x:99999", "http://u:p@x", "http://x/?q"]
)
def test_a_base_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        Client(url)


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"], b"hello"),
        ([b"HTTP/1.0 200 OK\r\n\r\nhel", b"lo"], b"hello"),
        ([b"HTTP/1.1 200\r\nConnection: close\r\n\r\nhello"], b"hello"),
        ([CHUNKED, b"2\r\nhe\r\n3;ext=1\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n"], b"hello"),
        ([CHUNKED, b"0\r\n\r\n"], b""),
        ([b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", OK], b"hi"),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], b""),
        ([b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"], b""),
        ([b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"], b""),
    ],
)
async def test_every_framing_of_a_body_is_understood(pieces: list[bytes], body: bytes) -> None:
    assert whole(await sent(answering_once(*pieces))).body == body


async def test_a_reply_to_head_has_no_body() -> None:
    async with serving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")) as server:
        async with Client(server.url, limits=HASTY) as client:
            for _ in range(2):
                assert whole(await client.send(Request("HEAD", "/status"))).body == b""
        assert server.connections == 1


@pytest.fixture
def arrived(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once the client has read the first bytes of a reply."""
    event = asyncio.Event()
    data_received = Connection.data_received

    def watched(connection: Connection, data: bytes) -> None:
        data_received(connection, data)
        event.set()

    monkeypatch.setattr(Connection, "data_received", watched)
    return event


async def test_each_read_is_recorded_with_its_time(arrived: asyncio.Event) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED + b"3\r\nabc\r\n")
        await arrived.wait()
        await peer.send(b"2\r\nde\r\n0\r\n\r\n")

    reply = whole(await sent(script, POST))
    assert [offset for _, offset in reply.reads] == [3, 5]
    assert reply.wire_length == 5
    first, second = (at for at, _ in reply.reads)
    assert 0 < first < second


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"hello " * 100, mtime=0)),
        ("x-gzip", gzip.compress(b"hello " * 50, mtime=0) + gzip.compress(b"hello " * 50, mtime=0)),
        ("deflate", zlib.compress(b"hello " * 100)),
        ("Deflate", zlib.compress(b"hello " * 100)[2:-4]),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_a_content_coding_is_removed(coding: str, packed: bytes, size: int) -> None:
    chunks = [b"%x\r\n%b\r\n" % (len(packed[i : i + size]), packed[i : i + size]) for i in range(0, len(packed), size)]
    head = CHUNKED[:-2] + f"Content-Encoding: {coding}\r\n\r\n".encode()
    reply = whole(await sent(answering(head, *chunks, b"0\r\n\r\n")))
    assert reply.body == b"hello " * 100
    assert reply.coding == coding.lower()
    assert reply.wire_length == len(packed)
    assert reply.reads[-1][1] == len(reply.body)


async def test_a_coding_that_nobody_asked_for_stays_on() -> None:
    reply = whole(
        await sent(answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n\x01\x02"))
    )
    assert (reply.body, reply.coding) == (b"\x01\x02", None)


def coded(packed: bytes) -> Script:
    return answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)


@pytest.mark.parametrize(
    "packed", [b"{}", gzip.compress(b"hello", mtime=0)[:-9], gzip.compress(b"hello", mtime=0) + b"more"]
)
async def test_a_body_that_is_not_its_coding_is_a_fault(packed: bytes) -> None:
    outcome = await sent(coded(packed))
    assert fault(outcome).kind == "bad coding"
    assert outcome.reply is not None


async def test_a_decompression_bomb_is_stopped_at_the_cap() -> None:
    outcome = await sent(coded(gzip.compress(bytes(10_000_000))), limits=replace(HASTY, decoded_bytes=50_000))
    assert fault(outcome) == Fault("too large", "the body unpacks to over 50000 bytes")


async def test_a_body_over_the_cap_is_a_fault() -> None:
    outcome = await sent(answering(CHUNKED, b"6\r\nabcdef\r\n"), limits=replace(HASTY, body_bytes=5))
    assert fault(outcome) == Fault("too large", "the body is over 5 bytes")


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
async def test_a_head_over_the_cap_is_a_fault(end: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2000
    outcome = await sent(answering(head + end), limits=replace(HASTY, head_bytes=1000))
    assert fault(outcome) == Fault("too large", "the head is over 1000 bytes")


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([], "the connection closed before any byte of a reply came"),
        ([b"HTTP/1.1 200"], "the connection closed after 12 bytes, before the head of the reply was whole"),
        ([OK[:-1]], "the connection closed after 1 bytes of body, before the reply was whole"),
        ([CHUNKED, b"3\r\nabc\r\n"], "the connection closed after 3 bytes of body, before the reply was whole"),
    ],
)
async def test_a_connection_that_closes_early_is_a_fault_beside_what_came(pieces: list[bytes], text: str) -> None:
    outcome = await sent(answering_once(*pieces))
    assert fault(outcome) == Fault("closed", text)
    assert (outcome.reply is not None) == (b"\r\n\r\n" in b"".join(pieces))


async def test_a_reset_does_not_complete_a_body_without_a_length(arrived: asyncio.Event) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\n\r\nhel")
        await arrived.wait()
        peer.reset()

    outcome = await sent(script)
    assert fault(outcome) == Fault(
        "closed", "the connection closed after 3 bytes of body, before the reply was whole, by a reset"
    )
    assert outcome.reply is not None
    assert outcome.reply.body == b"hel"


@pytest.mark.parametrize("junk", [b"SSH-2.0-x\r\n", b"<html>\r\n\r\n", b"\0\1\2\r\n", b"HTTP/1.1 2x0 OK\r\n\r\n"])
async def test_what_is_not_http_is_a_fault(junk: bytes) -> None:
    outcome = await sent(answering(junk))
    assert fault(outcome).kind == "not http"
    assert outcome.reply is None


async def test_a_bad_chunk_is_a_fault_beside_what_came() -> None:
    outcome = await sent(answering(CHUNKED, b"3\r\nabc\r\nzz\r\n"))
    assert fault(outcome).kind == "not http"
    assert outcome.reply is not None
    assert outcome.reply.body == b"abc"


async def hanging(peer: Peer) -> None:
    await peer.request()
    await peer.gone()


async def dripping(peer: Peer) -> None:
    await peer.request()
    await peer.send(CHUNKED)
    while True:
        await peer.send(b"1\r\nx\r\n")
        await asyncio.sleep(0.005)


async def test_a_silent_server_is_a_timeout() -> None:
    outcome = await sent(hanging, limits=replace(HASTY, first_byte=0.05))
    assert fault(outcome) == Fault("timeout", "no byte of a reply came within 0.05 s")


async def test_silence_in_the_middle_is_a_timeout_beside_what_came() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED, b"1\r\nx\r\n")
        await peer.gone()

    outcome = await sent(script, limits=replace(HASTY, idle=0.05))
    assert fault(outcome) == Fault("timeout", "the server was silent for 0.05 s in the middle of its reply")
    assert outcome.reply is not None
    assert outcome.reply.body == b"x"


async def test_a_reply_without_end_is_a_timeout() -> None:
    outcome = await sent(dripping, limits=replace(HASTY, total=0.1))
    assert fault(outcome) == Fault("timeout", "the reply was not whole after 0.1 s")


async def test_hanging_up_after_some_events_reaches_the_server() -> None:
    left = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED, b"b\r\ndata: one\n\n\r\n", b"b\r\ndata: two\n\n\r\n")
        await peer.gone()
        left.set()

    async with serving(script) as server, Client(server.url, limits=HASTY) as client:
        outcome = await client.send(POST, hang_up_after_events=2)
        assert fault(outcome) == Fault("hung up", "we closed the connection after 2 events")
        await asyncio.wait_for(left.wait(), 5)
    assert outcome.reply is not None
    assert outcome.reply.body == b"data: one\n\ndata: two\n\n"


async def test_hanging_up_after_no_bytes_is_after_the_head() -> None:
    outcome = await sent(answering(CHUNKED), POST, hang_up_after_bytes=0)
    assert fault(outcome).kind == "hung up"


async def test_a_reply_that_is_whole_leaves_nothing_to_hang_up() -> None:
    assert whole(await sent(answering(OK), hang_up_after_bytes=1)).body == b"hi"


async def test_a_slow_reader_pauses_between_reads() -> None:
    body = bytes(2_000_000)
    script = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + body)
    reply = whole(await sent(script, read_pause=0.01))
    assert reply.body == body
    times = [at for at, _ in reply.reads]
    assert len(times) > 5
    assert all(later - earlier >= 10_000 for earlier, later in pairwise(times))


async def test_connections_are_reused() -> None:
    async with serving(answering(OK)) as server, Client(server.url) as client:
        for _ in range(3):
            whole(await client.send(POST))
        assert server.connections == 1


async def test_a_connection_is_not_reused_when_either_side_says_close() -> None:
    async with serving(answering(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))) as server:
        async with Client(server.url) as client:
            whole(await client.send(GET))
            whole(await client.send(replace(GET, headers=(("Connection", "close"),))))
        assert server.connections == 2


async def test_bytes_after_the_reply_do_not_leak_into_the_next_one() -> None:
    async with serving(answering(OK + b"stray")) as server, Client(server.url) as client:
        for _ in range(2):
            assert whole(await client.send(GET)).body == b"hi"
        assert server.connections == 2


async def test_a_pooled_connection_that_had_gone_stale_is_replaced_once() -> None:
    attempts = 0

    async def script(peer: Peer) -> None:
        nonlocal attempts
        attempts += 1
        await peer.request()
        await peer.send(OK)
        if attempts == 1:
            await peer.request()  # the second request meets a closing connection

    async with serving(script) as server, Client(server.url) as client:
        whole(await client.send(GET))
        whole(await client.send(GET))
        assert server.connections == 2


async def test_a_fresh_connection_that_closes_is_not_tried_again() -> None:
    async with serving(answering_once()) as server, Client(server.url) as client:
        assert fault(await client.send(GET)).kind == "closed"
        assert server.connections == 1


async def test_cancelling_closes_the_connection() -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        asked.set()
        await peer.gone()
        left.set()

    async with serving(script) as server, Client(server.url) as client:
        sending = asyncio.create_task(client.send(GET))
        await asyncio.wait_for(asked.wait(), 5)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await asyncio.wait_for(left.wait(), 5)


async def test_a_large_body_is_sent_whole() -> None:
    lengths = []

    async def script(peer: Peer) -> None:
        lengths.append(len(await peer.request()))
        await peer.send(OK)

    whole(await sent(script, replace(POST, body=bytes(5_000_000))))
    assert lengths[0] > 5_000_000


@pytest.mark.parametrize("size", [10_000, 1_000_000, 20_000_000])
async def test_an_answer_to_a_body_that_the_server_does_not_read_is_not_lost(size: int) -> None:
    refusal = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig"

    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(refusal)

    async with serving(script) as server, Client(server.url, limits=HASTY) as client:
        for _ in range(20):
            assert whole(await client.send(replace(POST, body=bytes(size)))).status == 413


def with_header(name: str, value: str) -> Request:
    return replace(POST, headers=(*POST.headers, (name, value)))


async def test_a_body_is_sent_in_chunks_where_the_request_says_so() -> None:
    got = []

    async def script(peer: Peer) -> None:
        got.append(await peer.reader.readuntil(b"\r\n0\r\n\r\n"))
        await peer.send(OK)

    long = replace(with_header("Transfer-Encoding", "chunked"), body=b'{"stream":true,"n":1}')
    assert whole(await sent(script, long)).status == 200
    head, _, body = got[0].partition(b"\r\n\r\n")
    assert b"Content-Length" not in head
    assert body == b'10\r\n{"stream":true,"\r\n5\r\nn":1}\r\n0\r\n\r\n'


async def test_an_expected_continue_is_waited_for() -> None:
    got = []

    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(peer.reader.readexactly(1), 0.05)
        await peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        got.append(await peer.reader.readexactly(len(POST.body)))
        await peer.send(OK)

    assert whole(await sent(script, with_header("Expect", "100-continue"))).status == 200
    assert got == [POST.body]


async def test_a_body_is_sent_anyway_where_no_continue_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inferproof.wire.client.CONTINUE_S", 0.02)

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)

    assert whole(await sent(script, with_header("Expect", "100-continue"))).status == 200


async def test_a_body_stays_where_the_expectation_is_refused() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
        assert await peer.reader.read() == b""

    assert whole(await sent(script, with_header("Expect", "100-continue"))).status == 417
