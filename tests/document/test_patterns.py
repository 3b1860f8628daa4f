"""Expressions of strangers are matched in linear time, or refused in plain words."""

from __future__ import annotations

import pytest

from inferproof.document import patterns
from inferproof.document.validate import Schemas


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        ("[ab]{3}", 7),  # the text itself is longer
        ("[a]{500000000}", 500_000_000),
        ("((a{100}){100}){100}", 1_000_000),
        ("a{10,2000}b", 2_001),
        ("(?x)a{#\n50000}", 700_000),
        ("(?:(?:){1000}){1000}", 1_001_000),
        ("[]a{7000}]", 7_002),
        (r"\{70000\}", 9),
        (r"\x{10FFFF}", 10),
        ("a{" + "9" * 5000 + "}", 1_000_000_000_000),
        ("(?x)a#[\n{50000}", 750_000),  # at most
    ],
)
def test_the_size_of_an_expression_has_its_repeats_written_out(pattern: str, size: int) -> None:
    assert patterns.weight(pattern) == size


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(?=a)b", "looks ahead or behind"),
        ("(?<!a)b", "looks ahead or behind"),
        (r"(a)\1", "refers back to a group"),
        ("[a]{500000000}", "comes to 500000000 characters with its repeats written out; 10000 is the most"),
        ("(" * 3000 + ")" * 3000, "has groups in more than 250 levels"),
        ("a(", "has a parenthesis that is not closed"),
        ("a)", "has a parenthesis that is not open, at 1"),
        ("a)|(b", "has a parenthesis that is not open, at 1"),
        ("a[b", "has a set that is not closed, at 1"),
        ("*", "is no regular expression"),
        ("\ud800", "is no regular expression"),
    ],
)
def test_what_cannot_be_matched_is_refused_with_its_reason(pattern: str, said: str) -> None:
    with pytest.raises(patterns.BadPattern, match=said.replace("(", r"\(")):
        patterns.matches_whole(pattern, "a")


def test_an_expression_matches_anywhere_or_the_whole() -> None:
    assert patterns.matches("b", "abc")
    assert not patterns.matches_whole("b", "abc")
    assert patterns.matches_whole("a|abc", "abc")
    assert not patterns.matches_whole("(?:|){40}x", " ")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^[a-z]+$", "abc", True),
        ("^[a-z]+$", "ab1", False),
        ("^[^a-z]+", "é", True),
        (r"^\w+$", "é", None),  # a letter for Python and llguidance, none for ECMAScript
        ("^[a-z]+$", "abc\n", None),  # the end for Python
        (r"^[\w.%+-]+@[a-z&~|-]+\.(?:com|org)\b$", "a@b.com", True),
        (r"^\<a\>$", "<a>", None),  # the borders of a word for Rust
        ("^[[a]]$", "a]", None),
        ("^[a&&b]$", "&", None),
        ("^a++$", "aa", None),
    ],
)
def test_what_engines_read_differently_is_in_doubt(pattern: str, text: str, expected: bool | None) -> None:
    assert patterns.agreed(pattern, text) is expected


def violations(schema: object, value: object) -> list[str]:
    return [each.keyword for each in Schemas({"s": schema}).validator("/s").violations(value)]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"pattern": "^(a+)+$"}, "a" * 50 + "b", ["pattern"]),
        ({"patternProperties": {"^(a+)+$": True}, "additionalProperties": False}, {"a" * 50 + "b": 1}, True),
        ({"patternProperties": {"^(a+)+$": {"type": "null"}}}, {"a" * 50: 1}, ["type"]),
        ({"patternProperties": {"^a": True}, "additionalProperties": False}, {"ab": 1}, []),
        ({"propertyNames": {"pattern": "^(a+)+$"}}, {"a" * 50 + "b": 1}, ["pattern"]),
        ({"format": "regex", "maxLength": 1}, "(" * 3000 + ")" * 3000, ["maxLength"]),
        ({"format": "regex"}, "(", ["format"]),
        ({"pattern": "^(?!x)"}, "xa", ["pattern"]),
        ({"pattern": "^(?!x)"}, "a", []),
        ({"pattern": r"^(a|aa)+\1$"}, "a" * 60 + "b", []),  # after so many steps nobody knows
        ({"pattern": r"^\w+$"}, "é", []),
    ],
)
def test_a_contract_is_confirmed_in_linear_time_and_doubts_are_not_held_against_a_value(
    schema: object, value: object, expected: list[str] | bool
) -> None:
    found = violations(schema, value)
    assert bool(found) if expected is True else found == expected
