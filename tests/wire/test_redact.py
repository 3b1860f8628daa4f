"""No encoding of a secret survives, wherever it stands, and what carried it keeps its form."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferproof.wire.exchange import Exchange, Fault, Reply, Request
from inferproof.wire.redact import Redactor
from inferproof.wire.sse import read_events

KEY = "sk-tést/+~key-0123456789"
MARKER = "{{secret:key}}"
REDACTOR = Redactor({"key": KEY})


def redacted(body: bytes, media_type: str = "application/json", **parts: object) -> Reply:
    reply = Reply(200, headers=(("Content-Type", media_type),), body=body, wire_length=len(body))
    exchange = Exchange("probe", 0, "chat", Request("GET", "/"), replace(reply, **parts))  # type: ignore[arg-type]
    found = REDACTOR.exchange(exchange).reply
    assert found is not None
    return found


def percent(text: str, *, lower: bool = False) -> str:
    every = "".join(f"%{byte:02X}" for byte in text.encode())
    return every.lower() if lower else every


ENCODINGS = {
    "raw": KEY,
    "percent-encoded": quote(KEY, safe=""),
    "partly percent-encoded": quote(KEY),
    "wholly percent-encoded": percent(KEY),
    "percent-encoded in lower case": percent(KEY, lower=True),
    "percent-encoded twice": quote(quote(KEY)),
    "JSON": json.dumps(KEY)[1:-1],
    "JSON with every character escaped": "".join(f"\\u{ord(character):04x}" for character in KEY),
    "JSON with escaped slashes": json.dumps(KEY)[1:-1].replace("/", "\\/").replace("\\u00e9", "\\u00E9"),
    "JSON in JSON": json.dumps(json.dumps(KEY))[3:-3],
    "hex": KEY.encode().hex(),
    "hex in upper case": KEY.encode().hex().upper(),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(KEY.encode()).decode(),
    "base64 behind one byte": base64.b64encode(b"u" + KEY.encode() + b"xyz").decode(),
    "base64 behind two bytes": base64.b64encode(b"u:" + KEY.encode() + b"x").decode(),
    "base64 in JSON with escaped plus": base64.b64encode(b"u:" + KEY.encode()).decode().replace("+", "\\u002B"),
}


@pytest.mark.parametrize("encoded", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_a_secret_is_found_in_every_encoding(encoded: str) -> None:
    text = REDACTOR.text(f"Authorization was '{encoded}', sorry")
    assert MARKER in text
    assert all(encoded[at : at + 8] not in text for at in range(len(encoded) - 8))
    assert text.startswith("Authorization was '")
    assert text.endswith("', sorry")


def test_a_secret_is_found_everywhere_in_an_exchange() -> None:
    exchange = Exchange(
        "auth.echo",
        0,
        "chat",
        Request("POST", f"/x?key={quote(KEY)}", (("Authorization", f"Bearer {KEY}"),), KEY.encode(), KEY.encode()),
        Reply(401, KEY, (("X-Echo", KEY), (KEY, "1")), KEY.encode(), ((5, 25),), None, 25),
        Fault("closed", f"after {KEY}"),
    )
    assert REDACTOR.exchange(exchange) == Exchange(
        "auth.echo",
        0,
        "chat",
        Request("POST", f"/x?key={MARKER}", (("Authorization", f"Bearer {MARKER}"),), MARKER.encode(), MARKER.encode()),
        Reply(401, MARKER, (("X-Echo", MARKER), (MARKER, "1")), MARKER.encode(), ((5, 14),), None, 25),
        Fault("closed", f"after {MARKER}"),
    )


def test_an_exchange_without_secrets_stays_as_it_is() -> None:
    exchange = Exchange("p", 0, None, Request("GET", "/%41"), Reply(200, body=b'{"a":"\\n\\u0041"}'))
    assert REDACTOR.exchange(exchange) == exchange


def test_a_credential_with_its_scheme_is_found_without_it() -> None:
    assert (
        Redactor({"header-authorization": "Bearer abcdef0123"}).text("abcdef0123") == "{{secret:header-authorization}}"
    )


def test_of_two_secrets_the_longer_one_wins() -> None:
    assert (
        Redactor({"a": "secretive", "b": "secretive-two"}).text("secretive-two secretive")
        == "{{secret:b}} {{secret:a}}"
    )


@pytest.mark.parametrize("secret", ["", "short", "with\nline break", "{{secret"])
def test_a_secret_that_cannot_be_told_from_text_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        Redactor({"key": secret})


def test_reads_move_with_the_text_they_brought() -> None:
    body = f'["{KEY}", 1]'.encode()
    reply = redacted(body, reads=((1, 1), (2, 8), (3, len(body) - 2), (4, len(body))))
    assert reply.reads == ((1, 1), (2, 2), (3, len(reply.body) - 2), (4, len(reply.body)))
    assert reply.wire_length == len(body)


def test_an_escape_before_the_secret_is_not_cut_in_two() -> None:
    body = Redactor({"key": "nopqrstuv"})
    exchange = Exchange("p", 0, None, Request("POST", "/", body=b'{"a":"x\\nopqrstuv"}'))
    assert body.exchange(exchange).request.json == {"a": "x{{secret:key}}"}


def test_a_number_that_is_a_secret_becomes_a_string() -> None:
    exchange = Exchange("p", 0, None, Request("POST", "/", body=b'{"pin":12345678,"text":"12345678"}'))
    assert Redactor({"pin": "12345678"}).exchange(exchange).request.json == {
        "pin": "{{secret:pin}}",
        "text": "{{secret:pin}}",
    }


def test_the_beginning_of_a_secret_where_a_body_was_cut_is_hidden() -> None:
    request = Request("GET", "/")
    cut = Exchange("p", 0, None, request, Reply(200, body=b"your key: sk-t\xc3\xa9st/+~key"), Fault("closed", "x"))
    reply = REDACTOR.exchange(cut).reply
    assert reply is not None
    assert reply.body == b"your key: {{secret:key}}"


def streamed(*deltas: str, end: str = "\n\n") -> bytes:
    chunks = [{"choices": [{"index": 0, "delta": {"content": delta}}], "n": 1.0} for delta in deltas]
    return "".join(f"data: {json.dumps(chunk)}{end}" for chunk in chunks).encode()


def contents(body: bytes) -> list[str]:
    events = read_events(Reply(200, body=body)).events
    return [json.loads(event.data)["choices"][0]["delta"]["content"] for event in events]


def test_a_secret_in_one_delta_is_found() -> None:
    assert contents(redacted(streamed("a", f"b {KEY} c"), "text/event-stream").body) == ["a", f"b {MARKER} c"]


@pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n", "\n: keep-alive\nevent: x\n\n"])
def test_a_secret_over_several_deltas_is_found(end: str) -> None:
    body = streamed("The key", " is sk-", KEY[3:9], KEY[9:] + ". ", "Bye", end=end)
    reply = redacted(body, "text/event-stream", reads=((7, len(body)),))
    assert contents(reply.body) == ["The key", f" is {MARKER}", "", ". ", "Bye"]
    assert reply.reads == ((7, len(reply.body)),)
    assert reply.body.count(b"1.0") == 5


def test_the_deltas_of_two_choices_are_kept_apart() -> None:
    pieces = [(0, KEY[:8]), (1, KEY[:12]), (0, KEY[8:]), (1, KEY[12:])]
    chunks = ({"choices": [{"index": index, "delta": {"content": text}}]} for index, text in pieces)
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode()
    assert contents(redacted(body, "text/event-stream").body) == [MARKER, MARKER, "", ""]


def test_a_secret_over_several_tokens_of_a_whole_reply_is_found() -> None:
    tokens = [{"token": KEY[at : at + 5], "top_logprobs": []} for at in range(0, len(KEY), 5)]
    body = json.dumps({"choices": [{"index": 0, "logprobs": {"content": tokens}}]}).encode()
    found = redacted(body).json["choices"][0]["logprobs"]["content"]
    assert [item["token"] for item in found] == [MARKER, "", "", "", ""]


def test_a_secret_over_events_that_are_not_json_is_found() -> None:
    body = f"data: {KEY[:9]}\n\ndata: {KEY[9:]}\n\ndata: [DONE]\n\n".encode()
    assert redacted(body, "text/event-stream").body == f"data: {MARKER}\n\ndata: \n\ndata: [DONE]\n\n".encode()


def test_the_beginning_of_a_secret_where_a_stream_was_cut_is_hidden() -> None:
    request = Request("GET", "/")
    reply = Reply(200, headers=(("Content-Type", "text/event-stream"),), body=streamed("a " + KEY[:6], KEY[6:12]))
    found = REDACTOR.exchange(Exchange("p", 0, None, request, reply, Fault("hung up", "x"))).reply
    assert found is not None
    assert contents(found.body) == [f"a {MARKER}", ""]


SECRET = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=6, max_size=20).filter(
    lambda secret: secret not in "{{secret:key}}"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@given(SECRET, st.lists(st.text(max_size=8), max_size=4), JSON, st.booleans())
def test_json_stays_json_and_nothing_else_in_it_changes(
    secret: str, around: list[str], other: object, ascii_only: bool
) -> None:
    redactor = Redactor({"key": secret})
    body = json.dumps({"echo": secret.join(["", *around, ""]), "other": other}, ensure_ascii=ascii_only)
    request = Request("POST", "/", body=body.encode("utf-8", "surrogatepass"))
    found = redactor.exchange(Exchange("p", 0, None, request)).request
    assert secret not in found.json["echo"]
    assert redactor.exchange(Exchange("p", 0, None, found)).request == found
    if redactor.text(json.dumps(other, ensure_ascii=False)) == json.dumps(other, ensure_ascii=False):
        assert found.json["other"] == other


@given(st.data(), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_no_part_of_a_secret_survives_any_split_into_deltas(draw: st.DataObject, before: str) -> None:
    text = f"{before}{KEY} and {KEY}."
    cuts = sorted(draw.draw(st.sets(st.integers(0, len(text)))) | {0, len(text)})
    body = streamed(*(text[start:end] for start, end in pairwise(cuts)))
    assert "".join(contents(redacted(body, "text/event-stream").body)) == f"{before}{MARKER} and {MARKER}."


@given(st.binary(), st.sampled_from(["application/json", "text/event-stream"]))
def test_any_bytes_can_be_redacted(noise: bytes, media_type: str) -> None:
    body = noise + KEY.encode() + noise
    assert KEY.encode() not in redacted(body, media_type).body


def test_utf_8_that_is_read_as_latin_1_hides_no_secret() -> None:
    """Header values are bytes, and are read one by one."""
    header = KEY.encode().decode("latin-1")
    exchange = Exchange("p", 0, None, Request("GET", "/"), Reply(200, headers=(("X", header),)))
    reply = REDACTOR.exchange(exchange).reply
    assert reply is not None
    assert reply.header("x") == MARKER
    assert REDACTOR.text(KEY.encode("latin-1").decode("latin-1")) == MARKER


def test_our_own_words_that_quote_the_beginning_of_a_secret_do_not_tell_it() -> None:
    assert REDACTOR.words(f"the reply begins with {KEY[:15]!r}, which is not HTTP") == (
        f"the reply begins with '{MARKER}', which is not HTTP"
    )


def test_a_body_that_echoes_a_secret_ten_thousand_times_is_redacted_in_one_pass() -> None:
    body = json.dumps([KEY, "\\n\n%20"] * 10_000).encode()
    reads = tuple((at, at * 10) for at in range(len(body) // 10))
    reply = redacted(body, reads=reads)
    assert reply.json == [MARKER, "\\n\n%20"] * 10_000
    assert [offset for _, offset in reply.reads] == sorted(offset for _, offset in reply.reads)
