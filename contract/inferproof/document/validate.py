"""Validates values against schemas of a document: jsonschema-rs decides, jsonschema confirms and explains."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from inferproof.document import patterns
from inferproof.document.explain import Violation, explain
from inferproof.document.inline import inlined
from inferproof.document.places import Path, places_of

if TYPE_CHECKING:
    import jsonschema
    import jsonschema_rs

MANY = 10_000
"""Parts of a value that may each be wrong, above which they are not all looked at."""

_URI = "urn:inferproof:document"

RELATING = frozenset({"allOf", "then", "else", "not"})
"""Keywords by which our documents relate the members of an object to each other."""


class Validator:
    """A compiled schema of the contract. Decides with jsonschema-rs, explains with jsonschema.

    A value is refused only where both libraries refuse it: a doubt must not become somebody's failure.
    """

    def __init__(self, schemas: Schemas, pointer: str) -> None:
        self._schemas = schemas
        self._reference = {"$ref": _URI + "#" + _fragment(pointer)}

    def is_valid(self, value: Any) -> bool:
        return self.decides(value) or self._explains.is_valid(value)

    def decides(self, value: Any) -> bool:
        """What jsonschema-rs alone says, a thousand times faster where the value is not valid."""
        decides = self._decides
        try:
            return bool(decides.is_valid(value))
        except UnicodeEncodeError:  # half of a surrogate pair, which Rust has no string for
            return bool(self._explains.is_valid(value))

    def decides_without_formats(self, value: Any) -> bool:
        """The same where `format` is an annotation only (JSON Schema 2020-12 §7.2.1)."""
        decides = self._lenient
        try:
            return bool(decides.is_valid(value))
        except UnicodeEncodeError:
            return self.decides(value)

    def violations(self, value: Any) -> list[Violation]:
        """Empty exactly when `is_valid`; a union is explained by the branch its `role` or `type` picks.

        Raises RecursionError for a value that is nested some hundred levels deep.
        """
        if self.decides(value):
            return []
        suspects = self._suspects(value)
        if suspects is None:
            return explain(self._explains.iter_errors(value), self._schemas.deref)
        alone = {member: value[member] for member in suspects}
        found = explain(self._explains.iter_errors(alone), self._schemas.deref)
        return [violation for violation in found if violation.loc and violation.loc[0] in suspects]

    def _suspects(self, value: Any) -> set[str] | None:
        """The members that are wrong by themselves, where nothing else is: explaining the others is dear and idle.

        None where something is missing, or wrong with members in relation to each other, or where there may be so many
        errors that listing them all, as jsonschema-rs does, takes longer than explaining the first.
        """
        if _is_large(value):
            return None
        try:
            errors = list(self._decides.iter_errors(value))
        except ValueError:  # half of a surrogate pair, or more than 255 levels
            return None
        alone = all(error.instance_path and not RELATING.intersection(error.schema_path) for error in errors)
        return {str(error.instance_path[0]) for error in errors} if isinstance(value, dict) and alone else None

    def places(self, value: Any) -> frozenset[Path]:
        """Where it is not valid: the places of the `violations`, without a word, and much faster.

        Raises RecursionError for a value that is nested some hundred levels deep.
        """
        if not _is_large(value):
            try:
                return frozenset(places_of(self._decides.iter_errors(value)))
            except ValueError:  # half of a surrogate pair, or more than 255 levels
                pass
        return frozenset(violation.loc for violation in self.violations(value))

    @cached_property
    def _decides(self) -> jsonschema_rs.Validator:
        return self._compiled(formats=True)

    @cached_property
    def _lenient(self) -> jsonschema_rs.Validator:
        return self._compiled(formats=False)

    def _compiled(self, *, formats: bool) -> jsonschema_rs.Validator:
        import jsonschema_rs

        # Expressions that look around or refer back are the only ones for which it ever steps back.
        return jsonschema_rs.Draft202012Validator(
            self._reference,
            registry=self._schemas.deciding,
            validate_formats=formats,
            offline=True,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=patterns.MOST_STEPS),
        )

    @cached_property
    def _explains(self) -> jsonschema.Draft202012Validator:
        from inferproof.document.linear import format_checker

        return self._schemas.explaining_class(
            self._reference, registry=self._schemas.explaining, format_checker=format_checker()
        )


class Schemas:
    """The schemas of one document; each is compiled once, references resolve within the whole document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._validators: dict[str, Validator] = {}

    def validator(self, pointer: str) -> Validator:
        if pointer not in self._validators:
            self._validators[pointer] = Validator(self, pointer)
        return self._validators[pointer]

    def deref(self, schema: Any) -> Any:
        """The schema that a chain of local `$ref`s ends at."""
        from inferproof.document import pointers

        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            schema = pointers.resolve(self.document, schema["$ref"].removeprefix(_URI))
        return schema

    @cached_property
    def deciding(self) -> jsonschema_rs.Registry:
        import jsonschema_rs

        return jsonschema_rs.Registry([(_URI, self.document)], draft=jsonschema_rs.Draft202012)

    @cached_property
    def explaining_class(self) -> type[jsonschema.Draft202012Validator]:
        from inferproof.document.linear import linear
        from inferproof.document.unions import validator_class

        return linear(validator_class(), _may_match, self.document)

    @cached_property
    def explaining(self) -> Any:
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        registry: Any = Registry()
        return registry.with_resource(_URI, DRAFT202012.create_resource(inlined(self.document)))


def _may_match(pattern: str, text: str) -> bool:
    return patterns.agreed_with_steps(pattern, text) is not False  # a doubt must not become somebody's failure


def _fragment(pointer: str) -> str:
    from urllib.parse import quote

    return quote(pointer, safe="/~!$&'()*+,;=:@-._")


def _is_large(value: Any) -> bool:
    """Whether it has more than MANY parts; stops counting there."""
    count, open_ = 0, [value]
    while open_ and count <= MANY:
        node = open_.pop()
        children = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else ()
        count += len(children)
        open_ += [child for child in islice(children, MANY) if isinstance(child, dict | list)]
    return count > MANY
