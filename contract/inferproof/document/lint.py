"""Finds what is wrong with an OpenAPI 3 document that other tools pass over: references, and examples above all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inferproof.document import pointers, schema_nodes
from inferproof.document.explain import Violation
from inferproof.document.schema_nodes import Example
from inferproof.document.validate import Schemas


@dataclass(frozen=True)
class Finding:
    """One fault of a document. `rule` is ref, openapi, schema, example, stream or default."""

    pointer: str
    rule: str
    message: str


def lint(document: dict[str, Any]) -> list[Finding]:
    """Every finding, in the order of the rules; empty for a sound document."""
    return [*_references(document), *_structure(document), *_schemas(document), *_examples(document)]


def _references(document: Any) -> Iterator[Finding]:
    for pointer, reference in schema_nodes.references(document):
        if not reference.startswith("#"):
            continue  # another document is not ours to read
        try:
            pointers.resolve(document, reference)
        except KeyError as error:
            yield Finding(pointer, "ref", f"$ref {reference} leads nowhere: {error.args[0].partition(' (')[0]}")


def _structure(document: dict[str, Any]) -> Iterator[Finding]:
    # Heavy, and needed by nobody who only loads a contract.
    import openapi_spec_validator as osv
    from openapi_spec_validator import schemas
    from openapi_spec_validator.validation.exceptions import OpenAPIValidationError
    from referencing.exceptions import Unresolvable

    kinds = {
        "3.0": (schemas.schema_v30, osv.OpenAPIV30SpecValidator),
        "3.1": (schemas.schema_v31, osv.OpenAPIV31SpecValidator),
        "3.2": (schemas.schema_v32, osv.OpenAPIV32SpecValidator),
    }
    version = str(document.get("openapi", ""))
    if version[:3] not in kinds:
        yield Finding("/openapi", "openapi", f'is "{version}"; expected {", ".join(kinds)}')
        return
    schema, validator = kinds[version[:3]]
    broken = list(_of_openapi(document, dict(schema)))
    yield from broken
    try:
        for error in validator(document).iter_errors():
            # The others are of OpenAPI's schema, found above, or within schemas and without their place, found below.
            if type(error) is not OpenAPIValidationError:
                yield Finding(pointers.of_path(error.absolute_path), "openapi", error.message.splitlines()[0])
    except Unresolvable:
        return  # stumbled over a dangling reference, which has a finding of its own
    except Exception:
        if not broken:  # else it stumbled over what is found already
            raise


def _of_openapi(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[Finding]:
    """What breaks OpenAPI's own schema of a document."""
    import jsonschema_rs

    for error in jsonschema_rs.validator_for(schema, offline=True).iter_errors(document):
        unknown: list[str] | None = getattr(error.kind, "unexpected", None)
        words = _unknown(unknown) if unknown else error.message.splitlines()[0]
        yield Finding(pointers.join("", *error.instance_path), "openapi", words)


def _unknown(members: list[str]) -> str:
    names = ", ".join(repr(name) for name in sorted(members))
    verb, noun = ("is", "a member") if len(members) == 1 else ("are", "members")
    return f"{names} {verb} not {noun} that OpenAPI knows here; begin a name of your own with x-"


def _schemas(document: dict[str, Any]) -> Iterator[Finding]:
    import jsonschema_rs

    for pointer, schema in schema_nodes.schemas(document):
        try:
            jsonschema_rs.meta.validate(schema)
        except jsonschema_rs.ValidationError as error:
            yield Finding(pointers.join(pointer, *error.instance_path), "schema", error.message.splitlines()[0])


def _examples(document: dict[str, Any]) -> Iterator[Finding]:
    schemas = Schemas(document)
    for example in schema_nodes.examples(document):
        if example.stream:
            yield from _stream(schemas, example)
        elif example.schema and (violations := _violations(schemas, example.schema, example.value)):
            rule = "default" if example.pointer.endswith("/default") else "example"
            yield Finding(example.pointer, rule, _words(violations))


def _stream(schemas: Schemas, example: Example) -> Iterator[Finding]:
    if not isinstance(example.value, str):
        yield Finding(example.pointer, "stream", "is not text; show the stream as its client receives it")
        return
    events, fault = read_events(example.value)
    if fault:
        yield Finding(example.pointer, "stream", fault)
        return
    for index, data in enumerate(events):
        if data == "[DONE]":
            continue
        try:
            value = json.loads(data)
        except ValueError as error:
            yield Finding(example.pointer, "stream", f"event {index} is not JSON: {error}")
            continue
        except RecursionError:
            yield Finding(example.pointer, "stream", f"event {index} is nested too deeply to be read")
            continue
        if example.schema and (violations := _violations(schemas, example.schema, value)):
            yield Finding(example.pointer, "stream", f"event {index}: {_words(violations)}")


def read_events(text: str) -> tuple[list[str], str | None]:
    """The data of each event of a stream, and the first fault of its framing.

    An example must be plainer than what a client has to put up with: data lines, comments, and blank lines.
    """
    events: list[str] = []
    data: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        field, colon, value = line.partition(":")
        if not line:
            if data:
                events.append("\n".join(data))
            data = []
        elif field == "data":
            data.append(value.removeprefix(" "))
        elif field not in ("", "event", "id", "retry") or not colon:
            return (
                events,
                f'line {number} is no field of an event: "{line.strip()[:40]}"; put each event\'s JSON on one line',
            )
    if data:
        return events, "the last event is never sent: the blank line after it is missing"
    return events, None if events else "there is no event"


def _violations(schemas: Schemas, schema: str, value: Any) -> list[Violation]:
    import jsonschema_rs

    try:
        return schemas.validator(schema).violations(value)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return []  # A schema that cannot be compiled has a finding of its own: a dangling reference, or its structure.


def _words(violations: list[Violation]) -> str:
    return "; ".join(f"{violation.at or 'the value'} {violation.message}" for violation in violations)
