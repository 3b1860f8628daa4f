"""How HTTP carries a reply: framing, headers, connections, codings (RFC 9110, RFC 9112)."""

from __future__ import annotations

import gzip

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, chunk, every_reply, json_replies, streams


@variant(of=every_reply)
def replies_are_gzipped(reply: Reply) -> None:
    """Replies are compressed: who names no acceptable coding accepts any (RFC 9110 §12.5.3)."""
    reply.writes = [gzip.compress(b"".join(reply.writes))]
    reply.header("content-encoding", "gzip")
    reply.header("vary", "Accept-Encoding")


@variant(of=every_reply)
def chunks_are_tiny(reply: Reply) -> None:
    """Every reply is chunked, in chunks of seven bytes."""
    reply.framing = "chunked"
    reply.cut = lambda piece: b"".join(chunk(piece[at : at + 7]) for at in range(0, len(piece), 7))


@variant(of=every_reply)
def chunks_have_extensions(reply: Reply) -> None:
    """Chunks have extensions, and sizes in capitals with leading zeros (RFC 9112 §7.1.1)."""
    reply.framing = "chunked"
    reply.cut = lambda piece: b'%08X;node=7;note="a;b"\r\n%s\r\n' % (len(piece), piece)


@variant(of=every_reply)
def replies_have_trailers(reply: Reply) -> None:
    """Trailers follow the last chunk."""
    reply.framing = "chunked"
    reply.header("trailer", "Server-Timing")
    reply.trailers = b"Server-Timing: model;dur=7.1\r\nX-Checksum: 0\r\n"


@variant(of=streams)
def streams_have_a_length(reply: Reply) -> None:
    """Streams have a Content-Length, as a server can say that fills up with comments."""
    reply.framing = "length"


@variant(of=every_reply)
def connections_are_closed(reply: Reply) -> None:
    """Each connection carries one reply, which says so."""
    reply.keep_alive = False


@variant(of=every_reply)
def bodies_end_with_the_connection(reply: Reply) -> None:
    """Nothing tells the length of a body but the connection's end (RFC 9112 §6.3)."""
    reply.framing, reply.keep_alive = "close", False


@variant(of=every_reply)
def replies_are_of_http_1_0(reply: Reply) -> None:
    """A server of HTTP/1.0 answers, which knows no chunks and closes each connection."""
    reply.version, reply.framing = "HTTP/1.0", "close"


@variant(of=every_reply)
def idle_connections_are_dropped(reply: Reply) -> None:
    """A connection is closed after its reply, without a word of it (RFC 9112 §9.5)."""
    reply.drop = True


@variant(of=every_reply)
def header_names_are_in_capitals(reply: Reply) -> None:
    """The names of headers are in capitals, with no space after the colon."""
    reply.spell_header = lambda name, value: f"{name.upper()}:{value}"


@variant(of=every_reply)
def header_values_are_padded(reply: Reply) -> None:
    """Blank space and tabs surround the values of headers (RFC 9112 §5)."""
    reply.spell_header = lambda name, value: f"{name.title()}: \t {value} \t"


@variant(of=every_reply)
def headers_are_many(reply: Reply) -> None:
    """Every reply has the headers of gateways, limits and traces, and several cookies."""
    for name, value in {
        "Server": "gateway/9 (llm)",
        "X-Request-ID": "7f3a9c",
        "X-RateLimit-Remaining-Requests": "4999",
        "Retry-After": "0",
        "Alt-Svc": 'h3=":443"; ma=86400',
        "Access-Control-Allow-Origin": "*",
        "Strict-Transport-Security": "max-age=15724800",
        "Keep-Alive": "timeout=5, max=100",
        "Connection": "Keep-Alive",
        "Cache-Control": "no-store, no-cache",
        "X-Padding": "x" * 4000,
        "Accept-Ranges": "none",
    }.items():
        reply.header(name, value)
    reply.header("Set-Cookie", "route=a; Path=/", "session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "q=1")


@variant(of=every_reply)
def early_hints_come_first(reply: Reply) -> None:
    """Interim replies come before each reply: 102, and 103 with a Link (RFC 9110 §15.2, RFC 8297)."""
    reply.before = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"


@variant(of=every_reply)
def the_reason_is_missing(reply: Reply) -> None:
    """The status line has no reason phrase (RFC 9112 §4)."""
    reply.reason = ""


@variant(of=every_reply)
def the_reason_is_another(reply: Reply) -> None:
    """The reason phrase is another one than usual, in lower case."""
    reply.reason = "fine, thanks" if reply.status < 400 else "sorry"


@variant(of=every_reply)
def no_date(reply: Reply) -> None:
    """Replies have no Date, as those of a server without a clock."""
    reply.header("date")


@variant(of=json_replies)
def json_names_its_charset(reply: Reply) -> None:
    """The type of JSON has a charset, quoted, in capitals, without a space."""
    reply.header("content-type", 'application/json;charset="UTF-8"')


@variant(of=streams)
def streams_name_their_charset(reply: Reply) -> None:
    """The type of streams has a charset in capitals, and a space before it."""
    reply.header("content-type", "text/event-stream ; charset=UTF-8")


@variant(of=streams)
def streams_name_no_charset(reply: Reply) -> None:
    """The type of streams is bare, and nothing speaks of caches."""
    reply.header("content-type", "text/event-stream")
    reply.header("cache-control")
    reply.header("x-accel-buffering")


@variant(of=every_reply)
def media_types_are_in_capitals(reply: Reply) -> None:
    """Media types are written in capitals: they have no case (RFC 9110 §8.3.1)."""
    reply.headers = [
        (name, value.replace("application/json", "Application/JSON").replace("text/event-stream", "Text/Event-Stream"))
        for name, value in reply.headers
    ]


@variant(of=json_replies)
def json_is_chunked(reply: Reply) -> None:
    """JSON bodies are chunked too, and leave in two writes."""
    [body] = reply.writes
    reply.framing, reply.cut = "chunked", chunk
    reply.writes = [body[: len(body) // 2], body[len(body) // 2 :]]


@variant(of=json_replies)
def lengths_have_leading_zeros(reply: Reply) -> None:
    """Content-Length has leading zeros: it is any number of digits (RFC 9110 §8.6)."""
    reply.spell_header = lambda name, value: f"{name}: {'000' + value if name == 'content-length' else value}"


@variant(of=every_reply)
def everything_may_be_read_from_anywhere(reply: Reply) -> None:
    """Every reply has the headers of CORS, and says in a header which request it answers."""
    reply.header("Access-Control-Allow-Origin", "*")
    reply.header("Access-Control-Expose-Headers", "X-Request-ID, X-RateLimit-Remaining")
    reply.header("X-Request-ID", str(reply.asked.get("request_id", "req_0")))
