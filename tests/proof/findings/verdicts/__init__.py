"""What strangers found wrong with the judge, each as a server with the verdict that it should get.

A finding is one server, the command line that judges it, and what must come out: nothing is held against it, it is
caught, or a sentence is said. The servers run from this tree; the judge is a command of its own, so that an older
release can be asked, too: `python -m tools.compare_findings --old PYTHON` shows both side by side.

Each module has the findings of one kind. What is not mended yet stands in `open.py`, with the reason; what was found
of the reference needs no judge, and `reference.py` points to its tests.
"""

from __future__ import annotations

import importlib
import pkgutil

from tests.proof.findings.verdicts.finding import Finding

MACHINERY = frozenset({"finding", "expected", "judging", "open", "reference", "servers"})


def load_all() -> dict[str, Finding]:
    """Every finding of every module here, by its id. Raises ValueError where two have the same."""
    found: dict[str, Finding] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name in MACHINERY:
            continue
        for each in importlib.import_module(f"{__name__}.{module.name}").FINDINGS:
            if each.id in found:
                raise ValueError(f"two findings are called {each.id!r}")
            found[each.id] = each
    return found
