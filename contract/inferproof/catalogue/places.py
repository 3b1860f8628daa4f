"""Where a requirement, its probes and its mutants are written: for who works on them in a checkout."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from inferproof.judge.judge import base_name
from inferproof.judge.requirement import Requirement
from inferproof.probes import PROBES

PACKAGE = Path(__file__).parents[1]
CHECKOUT = PACKAGE.parents[1]
"""The checkout that this package lies in; of an installed package some folder, which has no mutants."""

SHOWN = 3
"""How many files of probes are named: whatever judges every chat reply is fed by most of them."""


def places(requirement: Requirement, feeding: Iterable[str], checkout: Path = CHECKOUT) -> Iterator[str]:
    """`what  file:line` for the requirement, the probes named, and its mutants; nothing where there are no mutants."""
    mutants = checkout / "tests" / "proof" / "mutants"
    if not mutants.is_dir():
        return
    yield f"requirement  {_declared(requirement)}"
    yield from (f"probe        {place}" for place in _probes(requirement, feeding))
    for file in sorted(mutants.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        for found in re.finditer(rf'^@?breaks\(\s*"{re.escape(requirement.id)}"', text, re.MULTILINE):
            line = text.count("\n", 0, found.start()) + 1
            yield f"mutant       {file.relative_to(checkout).as_posix()}:{line}"


def written(requirement: Requirement) -> str:
    """The function that judges and its module, or the module in which one line says it all."""
    module, function = _module(requirement), requirement.judge
    return f"`{function.__name__}` in {module}" if module == function.__module__ else f"a line of {module}"


def _module(requirement: Requirement) -> str:
    return requirement.declared[0] or requirement.judge.__module__


def _declared(requirement: Requirement) -> str:
    """The line of its declaration; of a generated one, that of the function that judges."""
    module, line = requirement.declared
    return f"contract/{module.replace('.', '/')}.py:{line}" if module else _place(requirement.judge)


def _probes(requirement: Requirement, feeding: Iterable[str]) -> list[str]:
    """The first probe of each file; in front the file that has the name of the requirement's."""
    own = _module(requirement).rpartition(".")[2]
    steps = {base_name(probe.name): probe.steps for probe in PROBES.values()}
    firsts: dict[str, Callable[..., Any]] = {}
    for name in feeding:
        firsts.setdefault(steps[name].__module__.rpartition(".")[2], steps[name])
    return [_place(firsts[module]) for module in sorted(firsts, key=lambda module: module != own)][:SHOWN]


def _place(function: Callable[..., Any]) -> str:
    """The line of a function of this package, as its file is called in a checkout."""
    file = Path(inspect.getsourcefile(function) or "").relative_to(PACKAGE)
    return f"contract/{PACKAGE.name}/{file.as_posix()}:{inspect.getsourcelines(function)[1]}"
