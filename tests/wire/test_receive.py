"""Whatever bytes a server sends, in whatever pieces, the reader ends with a whole reply or a fault."""

from __future__ import annotations

import gzip
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from inferproof.wire.receive import HangUp, ReplyReader, Timeouts

SMALL = Timeouts(head_bytes=300, body_bytes=300, decoded_bytes=300)
HEADS = (b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 500 \n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 204 No Content\r\n")
HEADERS = (
    b"Content-Length: 5\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: deflate\r\n",
    b"Content-Encoding: \xff\r\n",
    b"Connection: upgrade\r\nUpgrade: x\r\n",
    b"X: y\r\n folded\r\n",
    b": no name\r\n",
)
BODIES = (
    b"hello",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
    b"ffffffffff\r\n",
    b"data: a\n\n",
    gzip.compress(b"hello" * 99, mtime=0),
    b"x" * 200,
)
REPLIES = st.lists(st.sampled_from((*HEADS, *HEADERS, b"\r\n", *BODIES))).map(b"".join)
WELL_BEGUN = st.tuples(
    st.sampled_from(HEADS), st.lists(st.sampled_from(HEADERS), max_size=3), st.lists(st.sampled_from(BODIES))
).map(lambda parts: parts[0] + b"".join(parts[1]) + b"\r\n" + b"".join(parts[2]))


@given(
    REPLIES | WELL_BEGUN | st.binary(),
    st.data(),
    st.sampled_from(["GET", "HEAD", "POST"]),
    st.sampled_from([HangUp(), HangUp(events=1), HangUp(bytes_=3)]),
    st.booleans(),
)
def test_every_reply_ends_as_whole_or_as_a_fault(
    sent: bytes, draw: st.DataObject, method: str, hang_up: HangUp, reset: bool
) -> None:
    reader = ReplyReader(method, SMALL, hang_up)
    cuts = sorted(draw.draw(st.sets(st.integers(0, len(sent)), max_size=5)) | {0, len(sent)})
    for at_us, (start, end) in enumerate(pairwise(cuts)):
        if not reader.finished:
            reader.feed(sent[start:end], at_us)
    if not reader.finished:
        reader.end(reset=reset)
    assert reader.finished
    if reader.reply is not None:
        reads = reader.reply.reads
        assert [offset for _, offset in reads] == sorted(offset for _, offset in reads)
        assert reader.fault is not None or (reads[-1][1] if reads else 0) == len(reader.reply.body)
        assert len(reader.reply.body) <= SMALL.decoded_bytes + 1
    if not reader.whole:
        assert reader.fault is not None
