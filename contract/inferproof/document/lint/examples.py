"""Examples and defaults, each against its schema, and the text of streams as a client reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from inferproof.document import pointers, schema_nodes
from inferproof.document.explain import Violation
from inferproof.document.lint.dialect import lowered
from inferproof.document.lint.finding import Finding
from inferproof.document.lint.operations import is_json
from inferproof.document.schema_nodes import Example
from inferproof.document.validate import Schemas

_JSON_TEXT = re.compile(r"""\{\s*["}].*\}|\[\s*(?:[{"\[]|-?[\d.]+\s*,).*\]""", re.DOTALL)
"""Text that was meant as a JSON object or array, whether or not it is one."""

_SAYS_MORE = ("const", "contentEncoding", "contentMediaType", "contentSchema", "enum", "format", "pattern")
"""Keywords by which a schema shows that it knows what its text looks like, quotation marks included."""

_ABOUT_QUOTES = re.compile(r"e-?tag|quot|json|literal|expression|template|regex|syntax", re.IGNORECASE)
"""Words of a description that explain why a text has quotation marks of its own."""

_ANNOTATIONS = frozenset({"title", "description", "default", "example", "examples", "deprecated", "$comment"})


def examples(document: dict[str, Any]) -> Iterator[Finding]:
    document = lowered(document)
    schemas = Schemas(document)
    for example in schema_nodes.examples(document):
        if example.stream:
            yield from _stream(schemas, example)
        elif example.pointer.endswith("/default") and not example.described:
            yield from _default(schemas, example)
        elif example.serialized:
            yield from _serialized(schemas, example)
        else:
            yield from _example(schemas, example)


def _example(schemas: Schemas, example: Example) -> Iterator[Finding]:
    if example.media is not None and is_json(example.media) and _is_json_text(schemas, example):
        yield Finding(example.pointer, "example", _of_text(example.value))
        return
    found = violations(schemas, example.schema, example.value) if example.schema else []
    if found and not (_is_loose(example) and _is_what_is_sent(schemas, example)):
        yield Finding(example.pointer, "example", words(found))


def _is_json_text(schemas: Schemas, example: Example) -> bool:
    """A string that was meant as an object or an array: its schema refuses strings, or allows anything."""
    if not isinstance(example.value, str) or not _JSON_TEXT.fullmatch(example.value.strip()):
        return False
    if example.schema is None:
        return True
    schema = schemas.deref(pointers.resolve(schemas.document, example.schema))
    anything = schema is True or (isinstance(schema, dict) and not schema.keys() - _ANNOTATIONS)
    return anything or bool(violations(schemas, example.schema, example.value))


def _of_text(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return (
            f"is a text that was meant as JSON and is none, in its line {error.lineno}, column {error.colno}: "
            f"{error.msg}; a client reads a string"
        )
    except RecursionError:
        return "is a text that is nested too deeply to be read"
    return "is the text of an object, and so a string to a client; show the object itself"


def _is_loose(example: Example) -> bool:
    """A text may be what is sent, and not the value: in a parameter, a header, and what is not JSON."""
    return example.described and not (example.media is not None and is_json(example.media))


def _is_what_is_sent(schemas: Schemas, example: Example) -> bool:
    """A text that stands for a value of another type: `5`, `a,b`, `<a/>`."""
    if not isinstance(example.value, str) or example.schema is None:
        return False
    if not violations(schemas, example.schema, []) or not violations(schemas, example.schema, {}):
        return True
    schema = schemas.deref(pointers.resolve(schemas.document, example.schema))
    kinds = schema.get("type") if isinstance(schema, dict) else None
    if "array" in (kinds or ()) or "object" in (kinds or ()):
        return True
    try:
        return not violations(schemas, example.schema, json.loads(example.value))
    except (ValueError, RecursionError):
        return False


def _serialized(schemas: Schemas, example: Example) -> Iterator[Finding]:
    """The text of a reply in JSON (OpenAPI 3.2, Example Object); how others are written is not for us to read."""
    if example.media is None or not is_json(example.media):
        return
    try:
        value = json.loads(example.value)
    except (TypeError, ValueError, RecursionError) as error:
        yield Finding(example.pointer, "example", f"is no JSON text: {error}; no client could read it")
        return
    if example.schema and (found := violations(schemas, example.schema, value)):
        yield Finding(example.pointer, "example", words(found))


def _default(schemas: Schemas, example: Example) -> Iterator[Finding]:
    assert example.schema is not None  # it stands in one
    schema = pointers.resolve(schemas.document, example.schema)
    found = violations(schemas, example.schema, example.value)
    inner = _inner(example.value)
    if inner is not None and (_is_mended(schemas, example.schema, inner) if found else _is_odd(schema, example)):
        yield Finding(
            example.pointer,
            "default",
            f"is quoted twice: the text {example.value} with its quotation marks; "
            f"a client that fills it in sends these too, and not {inner}",
        )
    elif found:
        yield Finding(example.pointer, "default", f"{words(found)}; who fills it in has what the schema refuses")


def _inner(value: Any) -> str | None:
    """The string whose JSON literal a string is; None where it is none, or one of nothing."""
    if not isinstance(value, str) or not (value.startswith('"') and value.endswith('"')):
        return None
    try:
        inner = json.loads(value)
    except ValueError:
        return None
    return inner or None


def _is_mended(schemas: Schemas, schema: str, inner: str) -> bool:
    return not violations(schemas, schema, inner)


def _is_odd(schema: Any, example: Example) -> bool:
    """Nothing about a text says why it should have quotation marks; in a header they are common (RFC 9651 §3.3.3)."""
    place = example.pointer
    return not (
        any(keyword in each for each in _branches(schema) for keyword in _SAYS_MORE)
        or any(_ABOUT_QUOTES.search(str(each.get(text, ""))) for each in _branches(schema) for text in _PROSE)
        or _ABOUT_QUOTES.search(place.rpartition("/default")[0].rpartition("/")[2])
        or "/parameters/" in place
        or "/headers/" in place
    )


_PROSE = ("title", "description")


def _branches(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for keyword in ("allOf", "anyOf", "oneOf"):
            for part in schema[keyword] if isinstance(schema.get(keyword), list) else ():
                yield from _branches(part)


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
        if example.schema and (found := violations(schemas, example.schema, value)):
            yield Finding(example.pointer, "stream", f"event {index}: {words(found)}")


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


def violations(schemas: Schemas, schema: str, value: Any) -> list[Violation]:
    import jsonschema_rs

    try:
        return schemas.validator(schema).violations(value)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return []  # A schema that cannot be compiled has a finding of its own: a dangling reference, or its structure.


def words(found: list[Violation]) -> str:
    return "; ".join(f"{violation.at or 'the value'} {violation.message}" for violation in found)
