"""HTTP: framing, headers, connections, redirects and methods that a server may answer of its own accord."""

from __future__ import annotations

import gzip

import orjson

from inferproof_mock.habits.exchange import JSON, Answer, Asked
from inferproof_mock.habits.habit import answers, replies

ORIGIN = "https://app.example.org"


@replies(wraps=True)
def connections_carry_one_reply(asked: Asked, answer: Answer) -> None:
    """Each reply closes its connection, and says so.

    Allowed: RFC 9112 §9.6.
    """
    answer.set("connection", "close")


@replies(wraps=True)
class ConnectionsAreClosedNowAndThen:
    """Every tenth reply closes its connection.

    Allowed: RFC 9112 §9.6; proxies end a connection after a number of requests.
    """

    def __init__(self) -> None:
        self._sent = 0

    def __call__(self, asked: Asked, answer: Answer) -> None:
        self._sent += 1
        if self._sent % 10 == 0:
            answer.set("connection", "close")


@replies(wraps=True)
def bodies_are_chunked(asked: Asked, answer: Answer) -> None:
    """No reply has a length: all are in chunked coding.

    Allowed: RFC 9112 §7.1.
    """
    answer.sized = answer.status in (204, 304) or asked.method == "HEAD"


@replies(wraps=True)
def json_is_gzipped_where_asked(asked: Asked, answer: Answer) -> None:
    """JSON is compressed where the request accepts gzip.

    Allowed: RFC 9110 §8.4 and §12.5.3.
    """
    answer.set("vary", "Accept-Encoding")
    if "gzip" in asked.header("accept-encoding").lower():
        _compress(answer)


def _compress(answer: Answer) -> None:
    if answer.body and not answer.streamed and not answer.header("content-encoding"):
        answer.body = gzip.compress(answer.body, mtime=0)
        answer.set("content-encoding", "gzip")


@replies(wraps=True)
def json_is_gzipped(asked: Asked, answer: Answer) -> None:
    """Whole replies are compressed unless the request says which codings it accepts, and gzip is none of them.

    Allowed: RFC 9110 §12.5.3: without Accept-Encoding any coding is acceptable.
    """
    accepted = asked.header("accept-encoding").lower()
    if "gzip" in accepted or not accepted:
        _compress(answer)


@replies()
def everybody_may_read_it(asked: Asked, answer: Answer) -> None:
    """Every reply has the headers of CORS.

    Allowed: the Fetch standard §3.3: a server may share its replies with pages of other origins.
    """
    answer.set("access-control-allow-origin", "*")
    answer.set("access-control-expose-headers", "x-request-id, x-ratelimit-remaining")
    answer.set("vary", "Origin, Accept-Encoding")


@answers()
def preflights_are_answered(asked: Asked) -> Answer | None:
    """OPTIONS is answered 200 with the headers of CORS, with or without a key, also where there is no path.

    Allowed: the Fetch standard §3.3.3: a preflight has no credentials; RFC 9110 §9.3.7.
    """
    if asked.method != "OPTIONS":
        return None
    allowed = [("access-control-allow-methods", "GET, POST, OPTIONS"), ("access-control-allow-headers", "*")]
    return Answer(200, [("access-control-allow-origin", ORIGIN), *allowed, ("access-control-max-age", "600")])


@answers()
def options_has_no_content(asked: Asked) -> Answer | None:
    """OPTIONS is answered 204 with an Allow.

    Allowed: RFC 9110 §9.3.7 and §15.3.5.
    """
    return Answer(204, [("allow", "GET, HEAD, POST, OPTIONS")]) if asked.method == "OPTIONS" else None


def _without_slash(asked: Asked, status: int) -> Answer | None:
    if not asked.path.endswith("/") or asked.path == "/":
        return None
    query = f"?{asked.query}" if asked.query else ""
    return Answer(status, [("location", asked.path.rstrip("/") + query)])


@answers()
def slashes_are_dropped_with_307(asked: Asked) -> Answer | None:
    """A path that ends with a slash is redirected to the one without, with 307.

    Allowed: RFC 9110 §15.4.8; Starlette does so for every route.
    """
    return _without_slash(asked, 307)


@answers()
def slashes_are_dropped_with_308(asked: Asked) -> Answer | None:
    """A path that ends with a slash is redirected to the one without, with 308.

    Allowed: RFC 9110 §15.4.9.
    """
    return _without_slash(asked, 308)


@replies()
def replies_have_the_headers_of_gateways(asked: Asked, answer: Answer) -> None:
    """Every reply has the headers of limits, traces, caches and security, and several cookies.

    Allowed: RFC 9110 §5.1: any field may be there.
    """
    for name, value in {
        "server": "gateway/9 (llm)",
        "via": "1.1 edge-7, 1.1 google",
        "x-request-id": "7f3a9c",
        "x-ratelimit-limit-requests": "5000",
        "x-ratelimit-remaining-requests": "4999",
        "x-ratelimit-reset-requests": "12ms",
        "retry-after": "0",
        "alt-svc": 'h3=":443"; ma=86400',
        "strict-transport-security": "max-age=15724800; includeSubDomains",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store, no-cache, must-revalidate",
        "server-timing": "model;dur=7.1, cdn-cache;desc=MISS",
        "nel": '{"success_fraction":0,"report_to":"edge","max_age":604800}',
        "x-padding": "x" * 4000,
    }.items():
        answer.set(name, value)
    answer.set("set-cookie", "route=a; Path=/", "session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "q=1")


@replies()
def types_name_their_charset(asked: Asked, answer: Answer) -> None:
    """The type of JSON has a charset, in capitals and quoted.

    Allowed: RFC 9110 §8.3.2; RFC 8259 §11 has no such parameter, and lets it be.
    """
    if answer.media == JSON:
        answer.set("content-type", 'application/json; charset="UTF-8"')


@replies()
def types_are_in_capitals(asked: Asked, answer: Answer) -> None:
    """Media types are written in capitals.

    Allowed: RFC 9110 §8.3.1: they have no case.
    """
    if answer.header("content-type"):
        written = answer.header("content-type").replace("application/json", "Application/JSON")
        answer.set("content-type", written.replace("text/event-stream", "Text/Event-Stream"))


@replies(wraps=True)
def json_begins_with_blank_lines(asked: Asked, answer: Answer) -> None:
    """A few blank lines come before the JSON of a reply, as long as it is waited for.

    Allowed: RFC 8259 §2: insignificant whitespace.
    """
    if answer.json is not None:
        answer.body = b"\n \n\n" + answer.body


@replies(wraps=True)
def json_is_indented(asked: Asked, answer: Answer) -> None:
    """JSON is indented, and ends with a line.

    Allowed: RFC 8259 §2: insignificant whitespace.
    """
    if answer.json is not None:
        answer.body = orjson.dumps(answer.json, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@replies()
def replies_are_late(asked: Asked, answer: Answer) -> None:
    """Every reply is fifty milliseconds late.

    Allowed: no document speaks of time (project).
    """
    answer.wait = 0.05


@replies()
def successes_are_cacheable(asked: Asked, answer: Answer) -> None:
    """Replies have an ETag, a Last-Modified and a day in which they are fresh.

    Allowed: RFC 9111 §3 and RFC 9110 §8.8.
    """
    if answer.status == 200 and not answer.streamed:
        answer.set("etag", f'W/"{len(answer.body):x}"')
        answer.set("last-modified", "Mon, 01 Jan 2024 00:00:00 GMT")
        answer.set("cache-control", "private, max-age=86400")
