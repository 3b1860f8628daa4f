"""Habits: what hosts, gateways and engines do that the contract allows, played by the mock.

A habit is a few lines with the sentence that allows it. `with_habits` puts any of them around a server, in any number;
`inferproof mock --habit NAME` does it for the mock, and `--habit list` tells which there are. A gate that accuses a
server for a habit is wrong: `tests/proof/habits` tries each of them, and sets of several.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Mapping

from inferproof.document.contract import Contract
from inferproof.errors import UserError
from inferproof.front.serve import App
from inferproof_mock.habits.habit import HABITS, Habit
from inferproof_mock.habits.layer import Habits

MACHINERY = frozenset({"exchange", "habit", "layer"})

__all__ = ["Habit", "Habits", "NoSuchHabit", "habits", "habits_of", "with_habits"]


class NoSuchHabit(UserError):
    """The text names the nearest."""


def habits() -> Mapping[str, Habit]:
    """Every habit, by name."""
    for module in pkgutil.iter_modules(__path__):
        if module.name not in MACHINERY:
            importlib.import_module(f"{__name__}.{module.name}")
    return HABITS


def habits_of(contract: Contract) -> dict[str, Habit]:
    """Those that a server of this contract may have."""
    return {name: each for name, each in habits().items() if each.is_of(contract)}


def with_habits(app: App, contract: Contract, names: Iterable[str], *, seed: int = 0) -> Habits:
    """The app with these habits around it. Raises NoSuchHabit."""
    known = habits_of(contract)
    chosen: list[Habit] = []
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "`--habit list` tells which there are"
            raise NoSuchHabit(f"there is no habit {name!r} in {contract.name}; {hint}")
        chosen += [known[each] for each in (name, *known[name].beside) if known[each] not in chosen]
    return Habits(app, contract, chosen, seed=seed)
