"""jsonschema with the engine of `patterns` wherever it would run an expression with Python's `re`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import jsonschema

from inferproof.document import patterns

Keyword = Callable[[Any, Any, Any, Any], Iterator[Any] | None]
Matches = Callable[[str, str], bool]
Class = type[jsonschema.Draft202012Validator]


def linear(base: Class, matches: Matches, schema: Any) -> Class:
    """The base for this schema, `matches` says whether a pattern is in a text."""
    own = base.VALIDATORS
    keywords = {
        "pattern": _pattern(matches),
        "patternProperties": _pattern_properties(matches),
        "additionalProperties": _additional_properties(matches, own["additionalProperties"]),
    }
    if any(patterns.properties_of(schema)):
        # jsonschema runs them with `re` once more where it looks for what is unevaluated: of that it has no say then.
        keywords["unevaluatedProperties"] = lambda validator, wanted, instance, schema: None
    extend: Any = jsonschema.validators.extend  # which has no types
    made: Class = extend(base, keywords)
    return made


@cache
def format_checker() -> jsonschema.FormatChecker:
    """That of JSON Schema 2020-12, but for `regex`, at which Python's compiler runs out of stack."""
    made = jsonschema.FormatChecker(formats=())
    made.checkers = {**jsonschema.Draft202012Validator.FORMAT_CHECKER.checkers, "regex": (_is_expression, ())}
    return made


def _is_expression(value: object) -> bool:
    return not isinstance(value, str) or patterns.is_expression(value)


def _pattern(matches: Matches) -> Keyword:
    def pattern(validator: Any, wanted: str, instance: Any, schema: Any) -> Iterator[Any]:
        if isinstance(instance, str) and not matches(wanted, instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {wanted!r}")

    return pattern


def _pattern_properties(matches: Matches) -> Keyword:
    def pattern_properties(validator: Any, wanted: dict[str, Any], instance: Any, schema: Any) -> Iterator[Any]:
        if not isinstance(instance, dict):
            return
        for pattern, subschema in wanted.items():
            for name in [name for name in instance if matches(pattern, name)]:
                yield from validator.descend(instance[name], subschema, path=name, schema_path=pattern)

    return pattern_properties


def _additional_properties(matches: Matches, own: Keyword) -> Keyword:
    def additional_properties(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        known = schema.get("patternProperties", {})
        if isinstance(instance, dict) and known:
            instance = {name: instance[name] for name in instance if not any(matches(one, name) for one in known)}
            schema = {name: value for name, value in schema.items() if name != "patternProperties"}
        yield from own(validator, wanted, instance, schema) or ()

    return additional_properties
