"""Plausible instances of a JSON Schema: what the simulated model would like to say where the reply has to follow one.

An instance may be wrong, where a schema is subtle: the grammar that the reply obeys puts that right.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

_DEEPEST = 6
_MOST_PROPERTIES = 24
_MOST_NODES = 2_000
"""Schemas that are looked at for one instance; a few references to each other stand for more than anybody waits for."""
_MOST_NESTED = 50
"""Schemas within schemas, however they lead into each other: `{"anyOf": [{"$ref": "#"}]}` has no end."""
_MOST_OPTIONS = 1_000
_MOST_BRANCHES = 64
_LONGEST = 4_096
"""Characters of a text; what has to be longer, the grammar demands."""

_BY_FORMAT = {
    "date-time": "2025-06-30T12:00:00Z",
    "date": "2025-06-30",
    "time": "12:00:00Z",
    "duration": "P1D",
    "email": "ada@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com",
    "uri-reference": "/example",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
}

_BY_NAME = {
    "city": ("Paris", "London", "Tokyo"),
    "location": ("Paris", "London", "Tokyo"),
    "country": ("France", "Japan"),
    "name": ("Ada", "Grace", "Alan"),
    "email": ("ada@example.com",),
    "url": ("https://example.com",),
    "date": ("2025-06-30",),
    "title": ("A simple title", "One more story"),
    "language": ("English",),
    "currency": ("EUR", "USD"),
    "color": ("blue", "green"),
    "phone": ("555-0100",),
    "id": ("a1", "b2"),
}

_PHRASES = ("a simple answer", "something new", "one good example", "a quiet morning")

_TYPE_OF = {
    "properties": "object",
    "required": "object",
    "items": "array",
    "prefixItems": "array",
    "minItems": "array",
    "minLength": "string",
    "pattern": "string",
    "format": "string",
    "minimum": "number",
    "maximum": "number",
}


class Instances:
    """Makes instances of one schema. `text` is what the user wrote: its names and words are preferred.

    `spell` gives a text that matches a pattern.
    """

    def __init__(self, schema: Any, text: str, seed: int, spell: Callable[[str], str]) -> None:
        self._root = schema
        self._text = text
        self._names: list[str] = re.findall(r"(?<=[\w,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*", text)
        self._random = random.Random(seed)
        self._spell = spell
        self._left = _MOST_NODES
        self._nested = 0

    def make(self) -> Any:
        return self._make(self._root, "", 0)

    def _make(self, schema: Any, name: str, depth: int) -> Any:
        if not isinstance(schema, dict) or self._left <= 0 or self._nested >= _MOST_NESTED:
            return self._phrase(name)
        self._nested += 1
        try:
            return self._made(self._resolved(schema), name, depth)
        finally:
            self._nested -= 1

    def _made(self, schema: Json, name: str, depth: int) -> Any:
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._mentioned(schema["enum"])
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                rest = {member: value for member, value in schema.items() if member not in ("anyOf", "oneOf")}
                return self._make({**rest, **self._branch(schema[key], depth)}, name, depth)
        if "default" in schema or schema.get("examples"):
            return schema.get("default", schema.get("examples", [None])[0])
        kind = self._kind(schema, depth)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        if kind in ("integer", "number"):
            return self._number(schema, whole=kind == "integer")
        if kind == "boolean":
            return self._random.random() < 0.5
        return None if kind == "null" else self._string(schema, name)

    def _resolved(self, schema: Json, depth: int = 0) -> Json:
        """The schema with its local reference and its `allOf` merged in, as deep as there are nodes left."""
        self._left -= 1
        for _ in range(_DEEPEST):
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                break
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**_at(self._root, reference), **rest}
            self._left -= len(schema) // _MOST_PROPERTIES
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema.get("allOf", []):
            if depth >= _DEEPEST or self._left <= 0:
                break
            part = self._resolved(part, depth + 1) if isinstance(part, dict) else {}
            properties = {**merged.get("properties", {}), **part.get("properties", {})}
            required = [*merged.get("required", []), *part.get("required", [])]
            self._left -= (len(properties) + len(required)) // _MOST_PROPERTIES
            merged = {**merged, **part, "properties": properties, "required": required}
            merged = {key: value for key, value in merged.items() if value or key not in ("properties", "required")}
        return merged

    def _branch(self, branches: list[Any], depth: int) -> Json:
        """A branch, not null if possible; deep down the first that needs nothing deeper."""
        few = branches[:_MOST_BRANCHES]
        found = [self._resolved(branch) for branch in few if isinstance(branch, dict)] or [{}]
        if depth >= 3:
            return min(found, key=lambda branch: self._kind(branch, depth) in ("object", "array"))
        filled = [branch for branch in found if branch.get("type") != "null"] or found
        return filled[self._random.randrange(len(filled))]

    @staticmethod
    def _kind(schema: Json, depth: int) -> str:
        kind = schema.get("type")
        if isinstance(kind, list):
            filled = [one for one in kind if one != "null"]
            kind = "null" if depth >= _DEEPEST and "null" in kind else (filled or ["null"])[0]
        if isinstance(kind, str):
            return kind
        return next((implied for key, implied in _TYPE_OF.items() if key in schema), "string")

    def _object(self, schema: Json, depth: int) -> Json:
        """All required properties, and while the text is shallow the optional ones too."""
        properties = schema.get("properties", {})
        required = dict.fromkeys(schema.get("required", []))
        wanted = [key for key in properties if depth < 3 or key in required][:_MOST_PROPERTIES]
        if depth >= _DEEPEST + 2:
            wanted = []
        found = {key: self._make(properties[key], key, depth + 1) for key in wanted}
        for key in required:
            if self._left <= 0:
                break
            if key not in found and depth < _DEEPEST + 2:
                self._left -= 1
                found[key] = self._make(properties.get(key, {}), key, depth + 1)
        more = schema.get("additionalProperties", True)
        least = max(schema.get("minProperties", 0), 0 if properties or more is False or depth else 1)
        for place in range(min(least, _MOST_PROPERTIES) - len(found)):
            key = ("answer", "detail", "note")[place] if place < 3 else f"note{place}"
            found[key] = self._make(more if isinstance(more, dict) else {}, key, depth + 1)
        return found

    def _array(self, schema: Json, name: str, depth: int) -> list[Any]:
        first = schema.get("prefixItems", [])
        least = schema.get("minItems", 0)
        wanted = max(least, len(first), 0 if depth >= 3 else self._random.choice((1, 2)))
        wanted = min(wanted, schema.get("maxItems", wanted), 16)
        each = schema.get("items", {})
        found: list[Any] = []
        for place in range(wanted):
            item = self._make(first[place] if place < len(first) else each, name.removesuffix("s"), depth + 1)
            if item in found and schema.get("uniqueItems"):
                item = self._other(item, each, found)
            found.append(item)
        return found

    def _other(self, item: Any, schema: Any, taken: list[Any]) -> Any:
        """An item like this one that is not taken, if that is easy."""
        schema = self._resolved(schema) if isinstance(schema, dict) else {}
        free = [option for option in schema.get("enum", []) if option not in taken]
        if free:
            return free[0]
        if isinstance(item, str):
            return f"{item} {len(taken)}"
        return item + len(taken) if isinstance(item, int | float) and not isinstance(item, bool) else item

    def _number(self, schema: Json, *, whole: bool) -> int | float:
        """At most two decimals, inside the bounds."""
        step = schema.get("multipleOf") or (1 if whole else 0.01)
        low, high = schema.get("minimum"), schema.get("maximum")
        if schema.get("exclusiveMinimum") is not None:
            low = schema["exclusiveMinimum"] + step
        if schema.get("exclusiveMaximum") is not None:
            high = schema["exclusiveMaximum"] - step
        if low is None:
            low = min(0, high - 100 * step) if high is not None else 0
        if high is None:
            high = low + 100 * (step if whole else max(step, 0.25))
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        value = self._random.randint(first, max(first, last)) * step
        return round(value) if whole or float(value).is_integer() else round(value, 6)

    def _string(self, schema: Json, name: str) -> str:
        if isinstance(schema.get("pattern"), str):
            return self._spell(schema["pattern"])
        text: str = _BY_FORMAT.get(schema.get("format", ""), "") or self._phrase(name)
        shortest, longest = min(schema.get("minLength", 0), _LONGEST), min(schema.get("maxLength", _LONGEST), _LONGEST)
        text += " and more" * -(-max(0, shortest - len(text)) // len(" and more"))
        return text[: int(longest)]

    def _phrase(self, name: str) -> str:
        options: tuple[str, ...] | None = _BY_NAME.get(name.lower())
        if options is None:
            options = next((found for key, found in _BY_NAME.items() if name.lower().endswith(f"_{key}")), None)
        if self._names and (options is None or options[0][:1].isupper()):
            return self._random.choice(self._names)
        return self._random.choice(options or _PHRASES)

    def _mentioned(self, options: list[Any]) -> Any:
        """An option that the user wrote, else any."""
        said, few = self._text.lower(), options[:_MOST_OPTIONS]
        words = [option for option in few if isinstance(option, str) and option.lower() in said]
        return words[0] if words else self._random.choice(options)


def _at(root: Any, reference: str) -> Json:
    """The schema that a local reference points at; nothing for one that leads nowhere."""
    node = root
    for part in reference.removeprefix("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        node = node.get(key, {}) if isinstance(node, dict) else {}
    return node if isinstance(node, dict) else {}
