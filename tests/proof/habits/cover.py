"""Sets of habits: a seeded cover of their pairs, the same on every machine.

All pairs of two hundred habits would take two thousand sets of five. So the sets are drawn greedily, each with the most
pairs that none before has: however many are taken, those are the best that so many can do, and every habit comes as
often as any other.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

MOST = 5
"""Habits in a set."""

DRAWN = 12
"""Candidates for each place of a set, of those that came least often."""


def cover(names: Sequence[str], seed: int = 0) -> Iterator[tuple[str, ...]]:
    """Sets of one to five of the names without end: every fifth set is small, the others have five."""
    draw = random.Random(seed)
    times: Counter[str] = Counter(dict.fromkeys(names, 0))
    met: set[frozenset[str]] = set()
    while True:
        size = min(len(times), draw.choice((1, 2, 3, 4, *[MOST] * 6)))
        chosen: list[str] = []
        while len(chosen) < size:
            chosen.append(_next(times, met, chosen, draw))
        times.update(chosen)
        met.update(map(frozenset, combinations(chosen, 2)))
        yield tuple(chosen)


def _next(times: Counter[str], met: set[frozenset[str]], chosen: Sequence[str], draw: random.Random) -> str:
    """Of those that came least often, one that meets the most of the chosen for the first time."""
    left = sorted((name for name in times if name not in chosen), key=lambda name: (times[name], draw.random()))
    return max(left[:DRAWN], key=lambda name: sum(frozenset((name, other)) not in met for other in chosen))
