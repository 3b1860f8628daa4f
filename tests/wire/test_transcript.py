"""What is written is read back exactly; what is not a whole transcript is refused with its line, cause and cure."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferproof.wire.exchange import Exchange, Fault, FaultKind, Origin, Reply, Request
from inferproof.wire.transcript import (
    FORMAT,
    NO_END,
    Journal,
    Transcript,
    TranscriptError,
    from_json,
    read,
    to_json,
    write,
)

HEADER = {"contract": {"name": "inflection", "digest": "sha256:0"}, "target": {"url": "http://x"}, "seed": 7}
REPLY = Reply(200, "OK", (("A", "b"), ("a", "c")), "ü".encode(), ((5, 1), (9, 2)), "gzip", 22)
EXCHANGES = (
    Exchange("chat", 0, "chat", Request("POST", "/v1", (("X", "y"),), b"{}"), REPLY, None, 1765432100.25),
    Exchange("odd", 1, None, Request("GET", "/", raw=b"\xff"), Reply(200, body=b"\xff"), Fault("closed", "why")),
)

HEADERS = st.lists(st.tuples(st.text(), st.text()), max_size=3).map(tuple)
NUMBER = st.integers(0, 2**53)
REQUESTS = st.builds(Request, st.text(), st.text(), HEADERS, st.binary(), st.none() | st.binary())
REPLIES = st.builds(
    Reply,
    status=NUMBER,
    reason=st.text(),
    headers=HEADERS,
    body=st.binary() | st.text().map(str.encode),
    reads=st.lists(st.tuples(NUMBER, NUMBER), max_size=3).map(tuple),
    coding=st.none() | st.text(),
    wire_length=NUMBER,
)
FAULTS = st.builds(Fault, st.sampled_from(get_args(FaultKind)), st.text())
ANY_EXCHANGE = st.builds(
    Exchange,
    st.text(),
    NUMBER,
    st.none() | st.text(),
    REQUESTS,
    st.none() | REPLIES,
    st.none() | FAULTS,
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(Origin),
    st.text(),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "transcript.jsonl"
    write(written, HEADER, EXCHANGES, {"seconds": 0.5})
    return written


def refused(path: Path) -> str:
    with pytest.raises(TranscriptError) as caught:
        read(path)
    text = str(caught.value)
    assert text.startswith(str(path))
    return text.removeprefix(str(path))


@pytest.mark.parametrize("name", ["transcript.jsonl", "transcript.jsonl.gz"])
def test_a_transcript_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, HEADER, EXCHANGES, {"seconds": 0.5})
    transcript = read(tmp_path / name)
    assert transcript.exchanges == EXCHANGES
    assert transcript.header.items() >= {**HEADER, "format": FORMAT}.items()
    assert transcript.footer.items() >= {"exchanges": 2, "seconds": 0.5}.items()


@given(st.lists(ANY_EXCHANGE, max_size=3))
def test_any_exchange_is_read_as_it_was_written(exchanges: list[Exchange]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        write(path, HEADER, exchanges)
        assert read(path).exchanges == tuple(exchanges)


@pytest.mark.parametrize(
    ("probe", "origin", "requirement"),
    [
        ("chat.plain", Origin.WRITTEN, ""),
        ("gate.chat.n.accepts", Origin.GENERATED, "chat.n.accepts"),
        ("kept.chat.n.accepts.0123abcd", Origin.KEPT, ""),
        ("reduced.errors.no-crash", Origin.SHRUNK, "errors.no-crash"),
    ],
)
def test_a_line_that_says_no_origin_has_that_of_its_name(probe: str, origin: Origin, requirement: str) -> None:
    line = json.loads(json.dumps(to_json(Exchange(probe, 0, None, Request("GET", "/")))))
    del line["origin"]
    assert (from_json(line).origin, from_json(line).requirement) == (origin, requirement)


def test_a_transcript_without_exchanges_is_whole(tmp_path: Path) -> None:
    write(tmp_path / "t.jsonl", HEADER, ())
    assert read(tmp_path / "t.jsonl").exchanges == ()


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        write(tmp_path / name, HEADER, EXCHANGES)
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


def test_a_transcript_that_was_read_can_be_written_again(path: Path, tmp_path: Path) -> None:
    transcript = read(path)
    write(tmp_path / "again.jsonl", transcript.header, transcript.exchanges, transcript.footer)
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


def test_a_body_is_text_where_it_can_be(path: Path) -> None:
    first, second = (json.loads(line) for line in path.read_text().splitlines()[1:3])
    assert first["reply"]["body"] == "ü"
    assert second["reply"]["body64"] == "/w=="
    assert second["request"]["raw64"] == "/w=="


def test_an_exchange_is_in_the_file_as_soon_as_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    journal = Journal(path, HEADER)
    assert read(path).exchanges == ()
    for count, exchange in enumerate(EXCHANGES, start=1):
        journal.add(exchange)
        assert read(path).exchanges == EXCHANGES[:count]
    journal.close()
    assert read(path).footer == {"requests": 1, "seconds": 0.0, "interrupted": NO_END}


def test_what_a_run_wrote_as_it_came_is_what_stands_there_in_the_end(tmp_path: Path, path: Path) -> None:
    journal = Journal(tmp_path / "t.jsonl", HEADER)
    for exchange in EXCHANGES:
        journal.add(exchange)
    journal.close()
    assert path.read_bytes().startswith((tmp_path / "t.jsonl").read_bytes())


@pytest.mark.parametrize("lost", [1, 20, 100])
def test_a_torn_last_line_is_left_out_and_said(tmp_path: Path, lost: int) -> None:
    journal = Journal(tmp_path / "t.jsonl", HEADER)
    for exchange in EXCHANGES:
        journal.add(exchange)
    journal.close()
    (tmp_path / "t.jsonl").write_bytes((tmp_path / "t.jsonl").read_bytes()[: -1 - lost])
    transcript = read(tmp_path / "t.jsonl")
    assert transcript.exchanges == EXCHANGES[:1]
    assert transcript.footer["interrupted"] == f"{NO_END}, and its last line is torn"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert ": cannot be read: " in refused(tmp_path / "none.jsonl")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").touch()
    assert ": is empty" in refused(tmp_path / "t.jsonl")


@pytest.mark.parametrize("content", ['{"log":{"version":"1.2"}}', '{"inferproof":"1","format":"1"}', "{}\n{}"])
def test_a_foreign_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.jsonl").write_text(content)
    assert refused(tmp_path / "t.jsonl").startswith(":1: is not the header of an Inferproof transcript")


@pytest.mark.parametrize("content", ["hello", "[1]", "<html>\n</html>"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.jsonl").write_text(content)
    assert refused(tmp_path / "t.jsonl").startswith(":1: is no")


def test_a_newer_format_asks_for_an_upgrade(path: Path) -> None:
    path.write_text(path.read_text().replace('"format":1', '"format":2', 1))
    assert refused(path).endswith("Upgrade it")


def test_a_file_that_was_cut_short_is_of_a_run_without_end(path: Path) -> None:
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1]))
    assert (read(path).exchanges, read(path).footer["interrupted"]) == (EXCHANGES, NO_END)
    path.write_text("\n".join(lines)[:-10])
    assert (read(path).exchanges, read(path).footer["interrupted"]) == (
        EXCHANGES,
        f"{NO_END}, and its last line is torn",
    )
    path.write_text(lines[0][:-10])
    assert refused(path).startswith(":1: is not JSON")


def test_a_broken_line_that_was_ended_is_refused(path: Path) -> None:
    path.write_text(path.read_text()[:-10] + "\n")
    assert refused(path).startswith(":4: is not JSON")


@pytest.mark.parametrize("kept", [5, 100])
def test_a_gzip_file_that_was_cut_short_is_refused(path: Path, kept: int) -> None:
    path.write_bytes(gzip.compress(path.read_bytes())[:kept])
    assert "the gzip file is cut short" in refused(path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"probe":"odd"', '"prob":"odd"', "it has no 'probe'"),
        ('"step":1', '"step":"1"', "its 'step' is \"1\""),
        ('"kind":"closed"', '"kind":"shut"', "'shut' is no kind of fault"),
        ('"body64":"/w=="', '"body64":"/w="', "Incorrect padding"),
    ],
)
def test_a_line_that_is_no_exchange_is_named(path: Path, old: str, new: str, reason: str) -> None:
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new))
    assert refused(path) == f":3: is no exchange: {reason}; record it again"


def test_a_line_that_is_not_json_is_named(path: Path) -> None:
    path.write_text(path.read_text().replace('{"probe":"odd"', '{"probe":odd"'))
    assert refused(path).startswith(":3: is not JSON")


def test_a_line_that_was_taken_out_is_noticed(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], lines[3]]))
    assert "the footer counts 2 exchanges, but there are 1" in refused(path)


def test_a_value_that_was_changed_is_noticed(path: Path) -> None:
    path.write_text(path.read_text().replace('"status":200', '"status":201', 1))
    assert "the file was changed after it was recorded" in refused(path)


@given(st.binary())
def test_any_file_is_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        path.write_bytes(content)
        with pytest.raises(TranscriptError):
            read(path)


def test_a_transcript_can_be_made_without_a_file() -> None:
    assert Transcript(HEADER, EXCHANGES).footer == {}


@pytest.mark.parametrize("member", ["contract", "target"])
def test_a_header_that_says_nothing_of_the_run_is_refused(path: Path, member: str) -> None:
    lines = path.read_text().splitlines(keepends=True)
    header = json.loads(lines[0])
    del header[member]
    path.write_text("".join([json.dumps(header) + "\n", *lines[1:]]))
    assert f"the header has no {member}." in refused(path)
