"""The sets in which habits are tried: the same everywhere, and soon every habit beside many others."""

from __future__ import annotations

from itertools import combinations, islice

from tests.proof.habits.cover import MOST, cover

NAMES = [f"habit-{number}" for number in range(40)]


def test_one_seed_draws_the_same_sets() -> None:
    assert list(islice(cover(NAMES, 7), 50)) == list(islice(cover(NAMES, 7), 50))
    assert list(islice(cover(NAMES, 7), 50)) != list(islice(cover(NAMES, 8), 50))


def test_a_set_has_one_to_five_different_habits() -> None:
    sets = list(islice(cover(NAMES), 200))
    assert {len(each) for each in sets} == set(range(1, MOST + 1))
    assert all(len(set(each)) == len(each) for each in sets)


def test_every_habit_comes_before_any_comes_often() -> None:
    seen = [name for each in islice(cover(NAMES), 100) for name in each]
    assert max(map(seen.count, NAMES)) - min(map(seen.count, NAMES)) <= 3


def test_all_pairs_of_forty_are_met_in_little_more_than_what_is_needed() -> None:
    wanted = {frozenset(pair) for pair in combinations(NAMES, 2)}
    met = {frozenset(pair) for each in islice(cover(NAMES), 250) for pair in combinations(each, 2)}
    assert met == wanted


def test_fewer_habits_than_a_set_has_make_smaller_sets() -> None:
    assert next(cover(["one"])) == ("one",)
