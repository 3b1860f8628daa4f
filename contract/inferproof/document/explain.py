"""Puts a schema's refusal into words, in the branch of a union that the author of the value meant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from inferproof.document import pointers

if TYPE_CHECKING:
    from jsonschema import ValidationError

_TYPES = {
    "string": "a string",
    "number": "a number",
    "integer": "an integer",
    "boolean": "a boolean",
    "object": "an object",
    "array": "an array",
    "null": "null",
}
DISCRIMINATORS = ("role", "type")
"""The members by which the unions of this field tell their branches apart."""

MOST = 100
"""Errors of one value that are explained: nobody reads more, and an array of a million wrong items has a million."""


@dataclass(frozen=True)
class Violation:
    """One way in which a value breaks a schema, in the branch that its author meant.

    `at` is a JSON pointer into the value ("" is the value itself), `loc` the same as a path, `keyword` the JSON Schema
    keyword that failed, `message` a phrase that names what was found and what was expected: "is a number; expected a
    string or null". For a missing or unexpected member, `at` points at that member.
    """

    at: str
    loc: tuple[str | int, ...]
    keyword: str
    message: str


def explain(errors: Iterable[ValidationError], deref: Callable[[Any], Any]) -> list[Violation]:
    """The violations behind jsonschema's errors, in the order of their places, without repetition."""
    found: dict[Violation, None] = {}
    for error in islice(errors, MOST):
        found |= dict.fromkeys(_violations(error, deref))
    return sorted(found, key=lambda violation: [(isinstance(part, str), str(part)) for part in violation.loc])


def _violations(error: ValidationError, deref: Callable[[Any], Any]) -> Iterator[Violation]:
    loc = tuple(error.absolute_path)
    keyword = str(error.validator)
    instance: Any = error.instance
    if keyword in ("anyOf", "oneOf") and error.context:
        yield from _union(error, deref)
    elif keyword == "required":
        # jsonschema reports each missing member by itself, with the whole list; `explain` drops the repetition.
        limit: Any = error.validator_value
        for name in limit:
            if name not in instance:
                yield _violation((*loc, name), keyword, "is required, and missing")
    elif keyword in ("additionalProperties", "unevaluatedProperties") and error.validator_value is False:
        known = deref(error.schema).get("properties", {})
        for name in instance:
            if name not in known:
                yield _violation((*loc, name), keyword, "is not a member of this object")
    else:
        yield _violation(loc, keyword, _words(error))


def _violation(loc: Sequence[str | int], keyword: str, message: str) -> Violation:
    return Violation(pointers.of_path(loc), tuple(loc), keyword, message)


def _union(error: ValidationError, deref: Callable[[Any], Any]) -> Iterator[Violation]:
    branches: dict[int, list[ValidationError]] = {}
    for child in error.context or ():
        branches.setdefault(int(child.schema_path[0]), []).append(child)
    # A branch of another type than the value's was not meant; among objects, nor one of another role or type.
    typed = [list_ for list_ in branches.values() if not any(_at_root(child) for child in list_)]
    if not typed:
        yield _expected(error, [child for list_ in branches.values() for child in list_])
        return
    meant = [list_ for list_ in typed if not any(_discriminates(child) for child in list_)]
    if not meant and (merged := _undiscriminated(error, typed)):
        yield merged
        return
    for child in min(meant or typed, key=_likelihood):
        yield from _violations(child, deref)


def _at_root(child: ValidationError) -> bool:
    return not child.relative_path and child.validator in ("type", "const", "enum")


def _discriminates(child: ValidationError) -> bool:
    """Whether a branch refuses the value for its `role` or `type`, be it another or absent."""
    wanted: Any = child.validator_value
    instance: Any = child.instance
    if child.validator == "required" and not child.relative_path:
        return any(name in wanted and name not in instance for name in DISCRIMINATORS)
    path = list(child.relative_path)
    return len(path) == 1 and path[0] in DISCRIMINATORS


def _undiscriminated(error: ValidationError, branches: list[list[ValidationError]]) -> Violation | None:
    """No branch has this `role` or `type`: say which there are."""
    for name in DISCRIMINATORS:
        about = [child for list_ in branches for child in list_ if list(child.relative_path) == [name]]
        if isinstance(error.instance, dict) and name in error.instance and about:
            merged = _expected(about[0], about)
            return _violation((*error.absolute_path, name), merged.keyword, merged.message)
    return None


def _likelihood(branch: list[ValidationError]) -> tuple[int, int]:
    """Smaller is likelier: the branch that got deepest before it failed, then the one with fewest complaints."""
    return -max(len(child.relative_path) for child in branch), len(branch)


def _expected(error: ValidationError, children: list[ValidationError]) -> Violation:
    """One violation for branches that all want another type or another value here."""
    wanted: list[str] = []
    for child in children:
        if child.validator == "type":
            wanted += [_TYPES[name] for name in _as_list(child.validator_value)]
        elif child.validator in ("const", "enum"):
            wanted += [_show(value) for value in _constants(child)]
        elif child.validator in ("anyOf", "oneOf"):
            nested = _expected(child, list(child.context or ()))
            wanted += nested.message.partition("expected ")[2].replace(" or ", ", ").split(", ")
    keyword = "type" if all(child.validator == "type" for child in children) else "enum"
    found = _show(error.instance) if keyword == "enum" else _found(error.instance, "an integer" in wanted)
    return _violation(list(error.absolute_path), keyword, f"is {found}; expected {_alternatives(wanted)}")


def _constants(error: ValidationError) -> list[Any]:
    wanted: Any = error.validator_value
    return list(wanted) if error.validator == "enum" else [wanted]


def _words(error: ValidationError) -> str:
    value: Any = error.instance
    limit: Any = error.validator_value
    match error.validator:
        case "type":
            names = _as_list(limit)
            found = _found(value, names == ["integer"])
            return f"is {found}; expected {_alternatives([_TYPES[name] for name in names])}"
        case "const" | "enum":
            return f"is {_show(value)}; expected {_alternatives([_show(item) for item in _constants(error)])}"
        case "minimum":
            return f"is {_show(value)}; expected at least {_show(limit)}"
        case "exclusiveMinimum":
            return f"is {_show(value)}; expected more than {_show(limit)}"
        case "maximum":
            return f"is {_show(value)}; expected at most {_show(limit)}"
        case "exclusiveMaximum":
            return f"is {_show(value)}; expected less than {_show(limit)}"
        case "minLength":
            return f"has {_count(len(value), 'character')}; expected at least {limit}"
        case "maxLength":
            return f"has {_count(len(value), 'character')}; expected at most {limit}"
        case "minItems":
            return f"has {_count(len(value), 'item')}; expected at least {limit}"
        case "maxItems":
            return f"has {_count(len(value), 'item')}; expected at most {limit}"
        case "minProperties":
            return f"has {_count(len(value), 'member')}; expected at least {limit}"
        case "maxProperties":
            return f"has {_count(len(value), 'member')}; expected at most {limit}"
        case "pattern":
            return f"is {_show(value)}; expected text that matches {limit}"
        case "format":
            return f"is {_show(value)}; expected a {limit}"
        case "not":
            return f"is {_show(value)}, which is not allowed here"
        case "oneOf":
            return "fits more than one of the alternatives; expected exactly one"
        case None:
            return "is not allowed here"
        case _:
            return f"breaks {error.validator}: {error.message}"


def _as_list(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case dict():
            return "an object"
        case _:
            return "an array"


def _found(value: Any, whole: bool) -> str:
    """The kind of a value of the wrong type; a number itself where only whole ones are welcome."""
    return _show(value) if whole and isinstance(value, float) else _kind(value)


def _show(value: Any) -> str:
    if isinstance(value, dict | list):
        return _kind(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + '…"'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _alternatives(words: Iterable[str]) -> str:
    """`"a" or "b"`, each once, null last."""
    once = sorted(dict.fromkeys(words), key=lambda word: word == "null")
    if not once:  # `type: []`, which no value has
        return "nothing"
    return once[0] if len(once) == 1 else f"{', '.join(once[:-1])} or {once[-1]}"
