"""The reader follows the WHATWG rules, agrees with a foreign parser, and reports instead of forgiving."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder

from inferproof.wire.exchange import Reply
from inferproof.wire.sse import EventParser, EventStream, read_events


def read(body: bytes, reads: tuple[tuple[int, int], ...] = ()) -> EventStream:
    return read_events(Reply(200, body=body, reads=reads))


def data(body: bytes) -> list[str]:
    return [event.data for event in read(body).events]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data: a\r\n\ndata: b\n\r\n", ["a", "b"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data: one\ndata: two\n\n", ["one\ntwo"]),
        (b"data\n\n", [""]),
        (b"data:\n\n", [""]),
        (b"data\ndata\n\n", ["\n"]),
        (b"data: a\n\n\n\n", ["a"]),
        (b"event: ping\n\n", []),
        (b"Data: a\n\n", []),
        (b" data: a\n\n", []),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
        ("data: \u2028\x0b\x85\n\n".encode(), ["\u2028\x0b\x85"]),
        (b"", []),
        (b"\xef\xbb\xbf", []),
    ],
)
def test_data_is_put_together_by_the_standard(body: bytes, expected: list[str]) -> None:
    assert data(body) == expected
    assert read(body).faults == ()


def test_an_event_has_its_type_and_the_last_id() -> None:
    stream = read(b"id: 7\nevent: delta\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: x\0y\ndata: d\n\n")
    assert [(event.type, event.id) for event in stream.events] == [
        ("delta", "7"),
        ("message", "7"),
        ("message", ""),
        ("message", ""),
    ]


def test_an_id_is_kept_even_from_a_block_that_dispatches_nothing() -> None:
    assert read(b"id: 7\n\ndata: a\n\n").events[0].id == "7"


def test_only_digits_set_the_reconnection_time() -> None:
    assert read(b"retry: 3000\nretry: 1.5\nretry: \xd9\xa3\nretry: " + b"9" * 5000 + b"\n").retry == 3000


def test_comments_are_no_events_and_no_faults() -> None:
    stream = read(b": keep-alive\n\n:\ndata: a\n: in between\ndata: b\n\n: at the end")
    assert [event.data for event in stream.events] == ["a\nb"]
    assert [comment.text for comment in stream.comments] == [" keep-alive", "", " in between"]
    assert stream.faults == ()


def test_what_the_standard_ignores_is_no_fault() -> None:
    assert read(b"nonsense\nx-vendor: 1\ndata: a\n\nevent: end\n").faults == ()


def test_a_last_event_without_its_blank_line_is_reported_and_not_dispatched() -> None:
    stream = read(b"data: a\n\ndata: [DONE]\n")
    assert [event.data for event in stream.events] == ["a"]
    (fault,) = stream.faults
    assert (fault.kind, fault.offset) == ("unterminated", 9)
    assert "data: [DONE]" in fault.text


def test_a_line_cut_in_the_middle_is_reported() -> None:
    (fault,) = read(b"data: a\n\nda").faults
    assert (fault.kind, fault.offset) == ("unterminated", 9)


def test_bytes_that_are_not_utf_8_are_reported_where_they_stand() -> None:
    stream = read(b"data: a\n\ndata: x\xff\xfe\n\n")
    assert stream.events[1].data == "x\ufffd\ufffd"
    (fault,) = stream.faults
    assert (fault.kind, fault.offset) == ("not utf-8", 16)


def test_an_event_arrives_with_the_read_that_completed_it() -> None:
    body = b"data: a\n\ndata: b\n\ndata: c\n\n"
    stream = read(body, reads=((10, 8), (20, 9), (30, 20), (40, 27)))
    assert [event.at_us for event in stream.events] == [20, 30, 40]


def test_an_event_is_complete_at_its_carriage_return() -> None:
    body = b"data: a\r\n\r\n"
    assert read(body, reads=((10, 10), (20, 11))).events[0].at_us == 10


def test_an_event_is_found_again_by_its_bounds() -> None:
    body = b"\xef\xbb\xbf: hello\ndata: a\n\n\r\n\nid: 1\r\ndata: b\r\n\r\n"
    assert [body[event.offset : event.end] for event in read(body).events] == [
        b"\xef\xbb\xbf: hello\ndata: a\n\n",
        b"id: 1\r\ndata: b\r\n\r",
    ]
    assert [event.lines for event in read(body).events] == [("data: a",), ("id: 1", "data: b")]


FIELDS = (b"data", b"data: ", b":", b" ", b"event: e", b"id: 1", b"retry: 5", b"[DONE]")
LINE_ENDS = (b"\n", b"\r", b"\r\n", b"\n\n")
ODD_BYTES = (b"\xef\xbb\xbf", b"\0", "ü€😀".encode(), b"x\xc3", b"\xa4")
PIECES = st.lists(st.sampled_from((*FIELDS, *LINE_ENDS, *ODD_BYTES))).map(b"".join)


@given(PIECES | st.binary(), st.data())
def test_any_split_into_reads_gives_the_same_events(body: bytes, draw: st.DataObject) -> None:
    cuts = sorted(draw.draw(st.sets(st.integers(0, len(body)))) | {0, len(body)})
    parser = EventParser()
    for start, end in pairwise(cuts):
        parser.feed(body[start:end])
    assert parser.finish() == read(body)


@given(PIECES | st.binary())
def test_events_lie_in_order_inside_the_body(body: bytes) -> None:
    bounds = [bound for event in read(body).events for bound in (event.offset, event.end)]
    assert bounds == sorted(bounds)
    assert not bounds or bounds[-1] <= len(body)


TEXT = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))


@given(st.lists(st.lists(TEXT, min_size=1), min_size=1), st.sampled_from(["\n", "\r\n"]))
def test_the_reader_agrees_with_the_parser_of_the_openai_client(events: list[list[str]], end: str) -> None:
    blocks = ("".join(f"data: {line}{end}" for line in lines) + end for lines in events)
    body = "".join(f": comment{end}{end}{block}" for block in blocks).encode()
    foreign = [event.data for event in SSEDecoder().iter_bytes(iter([body]))]
    assert data(body) == foreign
