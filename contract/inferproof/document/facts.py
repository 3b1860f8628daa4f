"""Facts about members that no schema can say, as `x-inferproof` in a contract's overlay.

On an operation's `requestBody`:

| fact | |
|---|---|
| `base` | the known-good body, without the model: what one member at a time is varied in |
| `model` | the member that names the model, where it is not `model` |
| `streams` | `stream: true` changes the form of the answer and nothing else |
| `wrong` | for members, a value that no conversion makes right |
| `members` | facts about single members, which win over those on the schema's properties |
| `only` | the members that the operation supports, where its prose lists them: others may be refused |

On a property of a request, or in `members`:

| fact | |
|---|---|
| `capability` | what a server that refuses the member does not claim; else that of the operation |
| `streamed` | the capability that the member rests on in a stream, or false where it has no place in one |
| `needs` | the members that it takes beside it to mean something |
| `base` | the known-good body that it belongs to, where that is not the operation's |
| `apart` | members beside which a server may refuse it: they ask for the same thing |
| `gate` | a JSON Schema: of the valid values, those that no sane server refuses |
| `generate` | a JSON Schema: those that generated requests may have; the others cost much, or are asked for by probes |
| `cheap` | a JSON Schema with bounds or a constant: the valid values that cost little |
| `because` | why `gate` or `generate` is closed to others |

`x-inferproof-capabilities` at the root names capabilities of the contract's own, each with a sentence. None of these
marks is part of the document: they are taken out of it when it is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from inferproof.document import facts_check, pointers
from inferproof.document.errors import DocumentError, nearest

Json = dict[str, Any]

MARK = "x-inferproof"
CAPABILITIES = "x-inferproof-capabilities"


@dataclass(frozen=True)
class MemberFacts:
    """What is known of one member of one operation's request; nothing where all is None or empty."""

    capability: str | None = None
    streamed: str | bool | None = None
    needs: Json = field(default_factory=dict)
    apart: Sequence[str] = ()
    base: Json | None = None
    gate: Any = True
    generate: Any = True
    cheap: Json | None = None
    because: str = ""


@dataclass(frozen=True)
class OperationFacts:
    """What is known of one operation's request."""

    base: Json | None = None
    model: str = "model"
    streams: bool = False
    wrong: Json = field(default_factory=dict)
    members: Mapping[str, Json] = field(default_factory=dict)
    only: Sequence[str] = ()


def split(document: Json, source: str) -> tuple[Json, Json]:
    """A document without its marks, and the marks by pointer: `{"facts": …, "capabilities": …}`.

    Raises DocumentError for a mark where none belongs, or one that is not as described above.
    """
    found: Json = {}
    stripped = _stripped(document, "", found, source)
    own = stripped.pop(CAPABILITIES, {})
    if not isinstance(own, dict) or not all(isinstance(sentence, str) for sentence in own.values()):
        raise DocumentError(f"{source}: {CAPABILITIES} must be an object of names and sentences")
    return stripped, {"facts": found, "capabilities": own}


def _stripped(node: Any, pointer: str, found: Json, source: str) -> Any:
    if isinstance(node, list):
        return [_stripped(child, pointers.join(pointer, index), found, source) for index, child in enumerate(node)]
    if not isinstance(node, dict):
        return node
    if _takes_marks(pointer):
        for name in node:
            facts_check.check_name(str(name), f"{source}: #{pointer}")
    if MARK in node and not pointer.endswith("/properties"):
        if len(node) == 1:
            why = "the corrected document has no such member; say it in the operation's own `members`"
            raise DocumentError(f"{source}: {MARK} at #{pointer}: {why}")
        if not _takes_facts(pointer):
            why = "facts stand on an operation's own requestBody, or on a property of a request's schema"
            raise DocumentError(f"{source}: {MARK} at #{pointer}: nobody reads it here; {why}")
        found[pointer] = _checked(node[MARK], pointer, source)
    return {
        name: _stripped(child, pointers.join(pointer, name), found, source)
        for name, child in node.items()
        if name != MARK or pointer.endswith("/properties")
    }


def _takes_facts(pointer: str) -> bool:
    parts = pointers.split(pointer)
    return parts[-1:] == ["requestBody"] or parts[-2:-1] == ["properties"]


def _takes_marks(pointer: str) -> bool:
    """The root, an operation, and where facts stand."""
    parts = pointers.split(pointer)
    return not parts or (parts[0] == "paths" and len(parts) == 3) or _takes_facts(pointer)


def _checked(mark: Any, pointer: str, source: str) -> Json:
    kind = OperationFacts if pointer.endswith("/requestBody") else MemberFacts
    _check_names(mark, kind, f"{source}: {MARK} at #{pointer}")
    for name, facts in mark.get("members", {}).items() if kind is OperationFacts else ():
        _check_names(facts, MemberFacts, f"{source}: {MARK} at #{pointer}, member {name!r}")
    return dict(mark)


def _check_names(mark: Any, kind: type[OperationFacts] | type[MemberFacts], place: str) -> None:
    if not isinstance(mark, dict):
        raise DocumentError(f"{place}: expected an object")
    known = [each.name for each in fields(kind)]
    for name in mark:
        if name not in known:
            raise DocumentError(
                f"{place}: there is no fact {name!r}{nearest(str(name), known) or '.'} Known: {', '.join(known)}"
            )
    facts_check.check_form(mark, place)


class Facts:
    """The facts of one contract, by operation and member."""

    def __init__(self, marks: Json, operations: Mapping[str, str]) -> None:
        """`marks` are those that `split` found; `operations` has the pointer of each operation by role."""
        self._marks: Json = marks.get("facts", {})
        self.capabilities: Mapping[str, str] = marks.get("capabilities", {})
        self._operations = operations

    def operation(self, role: str) -> OperationFacts:
        """Nothing known where the contract says nothing, or has no such operation."""
        mark = self._marks.get(pointers.join(self._operations.get(role, ""), "requestBody"), {})
        return OperationFacts(**mark)

    def member(self, role: str, name: str, pointer: str) -> MemberFacts:
        """`pointer` is that of the property's schema, the facts of which several operations may share."""
        return MemberFacts(**{**self._marks.get(pointer, {}), **self.operation(role).members.get(name, {})})

    def pointers(self) -> Iterator[str]:
        """Where a fact stands."""
        yield from self._marks
