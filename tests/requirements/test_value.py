"""A stranger's value is read by type: what is not there is a skip."""

from __future__ import annotations

import pytest

from inferproof.judge.check import shown
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import LONGEST_REASON, Missing, Skip, Value


@pytest.mark.parametrize("raw", [None, [], "usage", 1, True])
def test_what_is_no_object_is_missing(raw: object) -> None:
    with pytest.raises(Missing):
        Value({"usage": raw}).object("/usage")


def test_an_object_knows_where_it_stands() -> None:
    assert Value({"usage": {}}, "events/3").object("/usage") == Value({}, "events/3/usage")


def test_a_default_does_not_stand_for_an_array_in_the_place_of_an_object() -> None:
    with pytest.raises(Missing):
        Value({"details": ["x"]}).integer("/details/cached_tokens", 0)


def test_a_probe_that_sent_another_number_of_requests_is_a_skip() -> None:
    answers: list[Subject] = []
    with pytest.raises(Skip, match="it takes 2 requests to tell, and 0 are recorded"):
        steps(answers, 2)


def test_an_integer_that_python_does_not_print_is_shown_in_words() -> None:
    assert shown(2 * 10**4300) == "int, too large to show"


def test_a_reason_does_not_tell_the_items_of_a_list_apart() -> None:
    assert Missing("string", "/choices/12/message").reason == "no string at /choices/[]/message"


def test_a_name_of_a_million_digits_costs_no_time() -> None:
    """By a pattern that is tried at every digit it would take hours."""
    assert len(Missing("string", f"/scores/{'1' * 1_000_000}x/score").reason) == LONGEST_REASON
