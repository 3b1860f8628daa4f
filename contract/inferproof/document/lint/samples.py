"""Samples of calls that stand in an operation's extensions, as `x-codeSamples`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from inferproof import shell
from inferproof.document import pointers
from inferproof.document.lint.dialect import lowered
from inferproof.document.lint.examples import violations, words
from inferproof.document.lint.finding import Finding
from inferproof.document.lint.operations import Operation, is_json, operations, request_content
from inferproof.document.validate import Schemas

_BODY = ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json")

_PLACEHOLDER = re.compile(r"<\s*[\w .-]+\s*>|\{\{|\$\{?\w+|YOUR[_ -]", re.IGNORECASE)
"""What a reader has to fill in stands for a value of any type."""


def samples(document: dict[str, Any]) -> Iterator[Finding]:
    meant = lowered(document)
    schemas = Schemas(meant)
    for operation in operations(meant):
        asked = [
            pointers.join(place, "schema")
            for place, media, node in request_content(meant, operation)
            if is_json(media) and "schema" in node
        ]
        for place, text in code(operation) if asked else ():
            for body in bodies(text):
                if all(found := [violations(schemas, schema, body) for schema in asked]):
                    yield Finding(
                        place,
                        "sample",
                        f"its own operation refuses what it sends: {words(found[0])}; who copies it gets an error, "
                        "or the schema forbids what the server takes",
                    )


def code(operation: Operation) -> Iterator[tuple[str, str]]:
    """(pointer, text) of each text in the extensions for samples of an operation."""
    for key, value in operation.node.items():
        if not key.startswith("x-"):
            continue
        for below, node in pointers.walk(value, pointers.join("", key)):
            if isinstance(node, str) and "sample" in below.lower():
                yield operation.pointer + below, node


def bodies(text: str) -> Iterator[Any]:
    """The JSON that a call of curl sends; nothing of a text with no such call or several, which may be of others."""
    if len(re.findall(r"\bcurl\b", text)) != 1:
        return
    try:
        parts = shell.split(text)
    except ValueError:
        return
    for flag, value in pairwise(parts):
        if flag in _BODY and not _PLACEHOLDER.search(value):
            try:
                yield json.loads(value)
            except (ValueError, RecursionError):
                continue
