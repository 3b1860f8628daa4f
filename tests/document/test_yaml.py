"""YAML and JSON become JSON values, or an error that says what JSON has not; no document ends the process."""

from __future__ import annotations

import pytest

from inferproof.document import DocumentError
from inferproof.document.files import parse

BOMB = b"a0: &a0 [x]\n" + b"".join(
    b"a%d: &a%d [%b]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[" * 100_000, "nested more than"),
        (b"a: " + b"[" * 100_000, "line 1: nested more than"),
        ("a:\n  b: ".encode("utf-16") + "{".encode("utf-16-le") * 100_000, "line 2: nested more than"),
        (b'a: {"b": ' + b"[" * 600 + b"]" * 600 + b"}", "line 1: nested more than"),
        (b"a: [\n" * 100_000, "nested more than"),
        (b"? " * 100_000, "nested more than"),
        (b"- " * 100_000, "nested more than"),
        (b"a:\n" + b"".join(b" " * depth + b"a:\n" for depth in range(1, 300)), "nested more than"),
        (b'{"a": 1,\n"b": ' + b"[" * 200 + b"]" * 200 + b"}", "openapi.yaml, line 2: nested more than"),
        (b'{"a": NaN}', "NaN is no number of JSON"),
        (b'{"a": 1e999}', "no number of JSON"),
        (b'{"a": ' + b"1" * 5000 + b"}", "cannot be read"),
        (rb'{"a": "\ud83d"}', "half of a surrogate pair"),
        (b'["' + b"[" * 300 + b'", }', "not JSON"),
        (b"a: '" + b"[" * 300 + b"' b", "not YAML"),
        (b'{"a": 1,,}', "line 1, column 9: not JSON"),
        (b"&a [*a]", "inside of what it stands for"),
        (BOMB, "aliases unfold to over"),
        (b"a: .inf", "no number of JSON"),
        (b"a: 0x" + b"f" * 1000, "over 300 digits"),
        (b"a: " + b"1" * 5000, "cannot be read"),
        (b"a: !!int x", "cannot be read"),
        (b"a: !!bool x", "cannot be read"),
        (b"a: !!set {b}", "not YAML"),
        (b"a: !!binary aGk=", "not YAML"),
        (b"a: !!python/object:os.system b", "not YAML"),
        (b"? [a]\n: b", "line 1, column 3: not YAML"),
        (rb'a: "\ud800"', ""),
        (b"\xff\xfe\x00", "not"),
        (b"\0", "not YAML"),
    ],
)
def test_what_json_has_not_is_refused(text: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=r"^openapi\.yaml") as raised:
        parse(text, "openapi.yaml")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (rb'{"a": "\ud83d\ude00", "\ud83d\ude00": 1}', {"a": "\U0001f600", "\U0001f600": 1}),
        (b'\xef\xbb\xbf{"a": 1e5}', {"a": 100_000}),
        ('{"a": "\\/"}'.encode("utf-16"), {"a": "/"}),
        (b"[" * 199 + b'["[{"]' + b"]" * 199, None),
        (b'{"a": 1, # a comment\n}', {"a": 1}),
    ],
)
def test_json_is_read_as_json(text: bytes, value: object) -> None:
    found = parse(text, "openapi.json")
    assert value is None or found == value


def test_dates_stay_text_and_keys_become_it() -> None:
    assert parse(b"2024-01-01: {200: 2024-01-01, yes: null}", "x") == {
        "2024-01-01": {"200": "2024-01-01", "True": None}
    }


def test_times_stay_text_and_numbers_stay_numbers() -> None:
    assert parse(b"[18:00, 1:30.5, 12, 1.5, -3]", "x") == ["18:00", "1:30.5", 12, 1.5, -3]
