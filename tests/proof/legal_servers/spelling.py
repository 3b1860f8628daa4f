"""How JSON and events are spelt: other bytes that mean the same."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, chat_streams, compact, json_replies, streams

BOM = b"\xef\xbb\xbf"


def has_json(reply: Reply) -> bool:
    return reply.streamed or json_replies(reply)


def joined(reply: Reply) -> bytes:
    return b"".join(reply.writes)


@variant(of=json_replies)
def json_is_pretty_printed(reply: Reply) -> None:
    """JSON bodies are indented, with line breaks, and end in one."""
    reply.dumps = lambda value: json.dumps(value, ensure_ascii=False, indent=4) + "\n"


@variant(of=json_replies)
def json_has_crlf_and_tabs(reply: Reply) -> None:
    """JSON bodies are indented with tabs, have CRLF for line breaks, and blank space before and after (RFC 8259 §2)."""
    reply.dumps = lambda value: "\r\n\t " + json.dumps(value, indent="\t").replace("\n", "\r\n") + " \r\n"


@variant(of=streams)
def json_in_events_has_spaces(reply: Reply) -> None:
    """The JSON of events has blank space between its tokens, on one line."""
    reply.dumps = lambda value: json.dumps(value, ensure_ascii=False, separators=(" ,\t", " : ")) + " "


@variant(of=has_json)
def json_is_ascii(reply: Reply) -> None:
    """Characters beyond ASCII are escaped, as Python writes them."""
    reply.dumps = json.dumps


@variant(of=has_json)
def json_escapes_every_character(reply: Reply) -> None:
    """Every character of every string, names of members too, is written as `\\u` and its number (RFC 8259 §7)."""

    def escaped(value: Any) -> str:
        if isinstance(value, str):
            units = value.encode("utf-16-be", "surrogatepass").hex()
            return '"' + "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)) + '"'
        if isinstance(value, list):
            return f"[{','.join(map(escaped, value))}]"
        if isinstance(value, dict):
            return "{" + ",".join(f"{escaped(name)}:{escaped(item)}" for name, item in value.items()) + "}"
        return compact(value)

    reply.dumps = escaped


@variant(of=has_json)
def json_escapes_slashes(reply: Reply) -> None:
    """A slash is written with a backslash before it, as PHP writes it."""
    reply.dumps = lambda value: compact(value).replace("/", "\\/")


@variant(of=has_json)
def numbers_have_exponents(reply: Reply) -> None:
    """Numbers with a fraction are written with an exponent, as some libraries do: 0.25 as 2.5E-1."""
    number = re.compile(r'("(?:[^"\\]|\\.)*")|(-?\d+\.\d+)(?![\d.eE])')

    def spelt(found: re.Match[str]) -> str:
        return found[1] or f"{float(found[2]):.17E}"

    reply.dumps = lambda value: number.sub(spelt, compact(value))


@variant(of=streams)
def comments_keep_alive(reply: Reply) -> None:
    """A comment stands before the stream, between its events, and after `[DONE]`."""
    reply.writes = [b": ping\n\n", *(write + b":\n\n" for write in reply.writes), b": bye\n"]


@variant(of=streams)
def comments_within_events(reply: Reply) -> None:
    """A comment stands on a line of each event, before its data."""
    reply.frame = lambda data: f": {'padding' * 9}\ndata: {data}\n\n"


@variant(of=streams)
def events_have_other_fields(reply: Reply) -> None:
    """Each event has an id, the type `message`, and a reconnection time; its data come last."""
    reply.frame = lambda data: f"retry: 3000\nid: {len(data)}\nevent: message\ndata: {data}\n\n"


@variant(of=streams)
def events_have_unknown_fields(reply: Reply) -> None:
    """Each event has fields that the standard makes clients ignore: unknown, without a colon, and a bad `retry`."""
    reply.frame = lambda data: f"data: {data}\nx-trace: 7\nnoise\nretry: soon\nDATA: shouting\n\n"


@variant(of=streams)
def events_without_data(reply: Reply) -> None:
    """Heartbeats that have a type and no data stand between the events; a client drops them."""
    reply.writes = [write for event in reply.writes for write in (b"event: ping\n\n", event)]


@variant(of=streams)
def lines_end_in_crlf(reply: Reply) -> None:
    """The lines of a stream end in CRLF."""
    reply.frame = lambda data: f"data: {data}\r\n\r\n"


@variant(of=streams)
def lines_end_in_cr(reply: Reply) -> None:
    """The lines of a stream end in CR alone."""
    reply.frame = lambda data: f"data: {data}\r\r"


@variant(of=streams)
def line_ends_are_mixed(reply: Reply) -> None:
    """The data's line ends in CRLF and the blank one in LF, with more blank lines than needed."""
    reply.frame = lambda data: f"\ndata: {data}\r\n\n\r\n"


@variant(of=streams)
def a_stream_begins_with_a_mark(reply: Reply) -> None:
    """A stream begins with a byte order mark, which the standard strips."""
    reply.writes = [BOM, *reply.writes]


@variant(of=streams)
def no_space_after_data(reply: Reply) -> None:
    """No space follows `data:`."""
    reply.frame = lambda data: f"data:{data}\n\n"


@variant(of=streams)
def several_events_in_one_write(reply: Reply) -> None:
    """Events leave the server three at a time."""
    writes = reply.writes
    reply.writes = [b"".join(writes[at : at + 3]) for at in range(0, len(writes), 3)]


@variant(of=streams)
def one_event_in_several_writes(reply: Reply) -> None:
    """Each event leaves in three pieces: its field's name, half of its data, the rest with the blank line."""
    reply.pause = 0.0005
    reply.writes = [
        piece for event in reply.writes for piece in (event[:4], event[4 : len(event) // 2], event[len(event) // 2 :])
    ]


@variant(of=streams)
def events_and_writes_do_not_align(reply: Reply) -> None:
    """Each write has the end of one event and the beginning of the next."""
    body = joined(reply)
    reply.writes = [body[at : at + 200] for at in range(0, len(body), 200)]


@variant(of=has_json)
def characters_are_split(reply: Reply) -> None:
    """A character of four bytes comes in two writes, in a member that no document names."""
    for value in reply.values:
        if isinstance(value, dict):
            value["note"] = "🦊"
    reply.pause = 0.0005
    head, *rest = joined(reply).split("🦊".encode())
    pieces = [head + b"\xf0\x9f", *(b"\xa6\x8a" + part + b"\xf0\x9f" for part in rest)]
    reply.writes = [*pieces[:-1], pieces[-1].removesuffix(b"\xf0\x9f")]


@variant(of=lambda reply: reply.streamed and not chat_streams(reply))
def native_streams_just_end(reply: Reply) -> None:
    """The native stream ends without `[DONE]`: the document speaks of none."""
    reply.writes = reply.writes[:-1]
