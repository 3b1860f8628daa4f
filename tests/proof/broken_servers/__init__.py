"""Live mutants: servers over HTTP, each with one defect that real servers have shipped.

A live mutant is the mock behind the raw server of `tests/proof/legal_servers`, which edits each reply, or each request
before the mock sees it:

    @defect("stream.usage.sent", of=chat_stream, seen="vllm-project/vllm#8625")
    def usage_is_forgotten(reply):
        \"\"\"`include_usage` is ignored: no chunk has a usage.\"\"\"

    @defect("chat.request.max-tokens.cap", asks=True)
    def max_tokens_is_dropped(asked):
        \"\"\"The gateway drops `max_tokens`.\"\"\"

Each names the requirements that must catch it. `seen` is an issue or a pull request in which people met it; a defect
without one is of a kind that the research of this project found in several servers, or in the vendor's own documents.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from inferproof.document import Contract
from inferproof.judge.requirement import held
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers.reply import Reply, Request, compact

NO_MUTANTS = frozenset({"replies", "matrix"})


@dataclass(frozen=True)
class LiveMutant(Variant):
    """`caught_by` are the requirements of its own: each of them must fail. `broad` says why many others fail too."""

    caught_by: tuple[str, ...] = ()
    seen: str = ""
    broad: str = ""
    module: str = ""


class Asking:
    """Edits requests; replies stay as they are."""

    def __init__(self, edit: Callable[[dict[str, Any]], Any], at: str = "") -> None:
        self._edit = edit
        self._at = at

    def ask(self, request: Request) -> Request:
        asked = json.loads(compact(request.asked))
        if asked and self._at in request.path:
            self._edit(asked)
        return replace(request, body=compact(asked).encode()) if asked != request.asked else request

    def __call__(self, reply: Reply) -> None:
        return None


LIVE_MUTANTS: dict[str, LiveMutant] = {}


def defect(
    *caught_by: str,
    of: Callable[[Reply], bool] = lambda reply: True,
    asks: bool = False,
    seen: str = "",
    broad: str = "",
    at: str = "",
) -> Callable[[Any], Any]:
    """Register a live mutant; its docstring says what the server does. With `asks` it edits the JSON of requests.

    With `at` only those to a path with that in it.
    """

    def register(edit: Any) -> Any:
        sentence = " ".join((inspect.getdoc(edit) or "").split())
        if not sentence or not caught_by or edit.__name__ in LIVE_MUTANTS:
            raise ValueError(
                f"live mutant {edit.__name__!r}: it needs a docstring, a requirement, and a name of its own"
            )
        LIVE_MUTANTS[edit.__name__] = LiveMutant(
            edit.__name__,
            sentence,
            Asking(edit, at) if asks else edit,
            of,
            caught_by=caught_by,
            seen=seen,
            broad=broad,
            module=edit.__module__,
        )
        return edit

    return register


def of_contract(contract: Contract) -> dict[str, LiveMutant]:
    """Those that a contract's own requirements must catch."""
    holding = {each.id for each in held(contract)[0]}
    return {name: each for name, each in load_all().items() if holding.issuperset(each.caught_by)}


def load_all() -> dict[str, LiveMutant]:
    """Every live mutant of every module in this folder."""
    for module in pkgutil.iter_modules(__path__):
        if module.name not in NO_MUTANTS and not module.name.startswith("test_"):
            importlib.import_module(f"{__name__}.{module.name}")
    return LIVE_MUTANTS
