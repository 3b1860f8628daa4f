"""Random request bodies for exploring: bounded in size and cost, mostly valid, some with one thing wrong.

The built-in generator of schemathesis makes bodies of 600 bytes in the median and 28 kB at worst, 32 to 53 a second for
the chat request; this one stays below 2 kB and makes hundreds (measured in 2026, schemathesis 4.32).
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Mapping
from typing import Any

from inferproof.document import Contract, patterns, pointers
from inferproof.generated.baselines import base, model_member, needs
from inferproof.generated.members import branches
from inferproof.judge.claims import is_claimed, is_streamed

Json = Any

TEXTS = ("", " ", "0", "a", "Hello!", "Grüße, 世界 🌊", "line\nbreak", "\\", '"quoted"', "look_up", "true", "x" * 300)
WHOLE = (0, 1, -1, 2, 3, 7, 20, 21, 255, 2**31, 2**32, 2**53)
BROKEN = (0.0, 0.5, 1.0, -0.5, 1.5, 2.0, 2.5, 1e-6, 1e6)
TIMES = ("2025-01-02T03:04:05Z", "1999-12-31T23:59:59.999+01:00")

DEPTH = 5


class Generator:
    """Makes bodies for one operation. The same random numbers make the same bodies."""

    def __init__(self, contract: Contract, role: str, declined: Mapping[str, str], numbers: random.Random) -> None:
        self._contract, self._role, self._declined, self._random = contract, role, declined, numbers
        self._nodes: dict[str, list[tuple[dict[str, Any], Any]]] = {}
        schema = contract.operation(role).request_schema
        assert schema is not None
        for document in (contract.corrected, contract.published):
            for _, branch in branches(document, schema):
                for name, node in branch["properties"].items():
                    if is_claimed(contract, role, name, declined):
                        self._nodes.setdefault(name, []).append((document, node))
        self._nodes.pop(model_member(contract, role), None)  # which models there are is the server's own
        self._names = sorted(self._nodes)

    def body(self, model: str) -> Json:
        """A body of one to six members beyond the known-good ones."""
        pick = self._random
        names = pick.sample(self._names, min(len(self._names), pick.choice((1, 1, 1, 2, 2, 3, 4, 6))))
        body: dict[str, Any] = {model_member(self._contract, self._role): model}
        for name in names:
            body |= copy.deepcopy(base(self._contract, self._role, name))
        for name in names:
            body[name] = self._cheap(name, self._member(name))
        for name in names:
            body = {**copy.deepcopy(needs(self._contract, self._role, name)), **body}
        if all(is_streamed(self._contract, self._role, name, self._declined) for name in names) and pick.random() < 0.5:
            body["stream"] = True
        return self._spoiled(body, names) if pick.random() < 0.4 else body

    def _member(self, name: str) -> Json:
        document, node = self._random.choice(self._nodes[name])
        return _Values(document, self._random).of(node, DEPTH)

    def _cheap(self, name: str, value: Json) -> Json:
        """A value of the same type that costs little."""
        cheap = self._contract.member_facts(self._role, name).cheap
        if cheap is None or isinstance(value, str | dict | list):
            return value
        return cheap["const"] if "const" in cheap else self._random.randint(cheap["minimum"], cheap["maximum"])

    def _spoiled(self, body: Json, names: Iterable[str]) -> Json:
        """The body with one place among `names` replaced, removed or put into a list."""
        pick = self._random
        places = [
            pointer
            for name in names
            if name in body
            for pointer, _ in pointers.walk(body[name], pointers.join("", name))
        ]
        if not places:
            return body
        path = pointers.split(pick.choice(places))
        holder = pointers.resolve(body, pointers.of_path(path[:-1]))
        key: Any = int(path[-1]) if isinstance(holder, list) else path[-1]
        match pick.randrange(4):
            case 0:
                del holder[key]
            case 1:
                holder[key] = [holder[key]]
            case _:
                holder[key] = pick.choice((None, True, 0, -1, 0.5, "", "0", "banana", [], {}, [None], {"a": None}))
        return body


class _Values:
    """Values of a schema: valid for the keywords that the documents use, as far as one draw can tell."""

    def __init__(self, document: dict[str, Any], numbers: random.Random) -> None:
        self._document, self._random = document, numbers

    def of(self, schema: Any, depth: int) -> Json:
        pick = self._random
        while isinstance(schema, dict) and "$ref" in schema:
            schema = pointers.resolve(self._document, schema["$ref"])
        if not isinstance(schema, dict):
            return pick.choice(TEXTS)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return pick.choice(schema["enum"])
        union = schema.get("anyOf") or schema.get("oneOf")
        if union:
            return self.of(pick.choice(union), depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = pick.choice(kind)
        return self._of_type(kind, schema, depth)

    def _of_type(self, kind: str | None, schema: dict[str, Any], depth: int) -> Json:
        pick = self._random
        match kind:
            case "null":
                return None
            case "boolean":
                return pick.random() < 0.5
            case "integer":
                return self._number(schema, WHOLE, whole=True)
            case "number":
                return self._number(schema, (*WHOLE, *BROKEN), whole=False)
            case "string":
                return self._text(schema)
            case "array":
                least = schema.get("minItems", 0)
                most = least if depth <= 0 else min(schema.get("maxItems", least + 3), least + 3)
                return [
                    self.of(schema.get("items", {}), depth - 1) for _ in range(pick.randint(least, max(least, most)))
                ]
            case "object":
                return self._object(schema, depth)
        return pick.choice((None, True, 1, "a", [], {}))

    def _number(self, schema: dict[str, Any], pool: Iterable[float], *, whole: bool) -> Json:
        low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
        bounds = [bound for bound in (low, high) if bound is not None]
        candidates = [*pool, *bounds]
        allowed = [
            number
            for number in candidates
            if (low is None or number > low or (number == low and "minimum" in schema))
            and (high is None or number <= high)
        ]
        chosen = self._random.choice(allowed or [1])
        return int(chosen) if whole else chosen

    def _text(self, schema: dict[str, Any]) -> str:
        if schema.get("format") == "date-time":
            return self._random.choice(TIMES)
        pattern, least, most = schema.get("pattern"), schema.get("minLength", 0), schema.get("maxLength", 10**6)
        fitting = [
            text
            for text in TEXTS
            if least <= len(text) <= most and (pattern is None or patterns.agreed_with_steps(pattern, text))
        ]
        return str(self._random.choice(fitting or ["0" * max(1, least)]))

    def _object(self, schema: dict[str, Any], depth: int) -> Json:
        pick = self._random
        made = {}
        for name, node in schema.get("properties", {}).items():
            if name in schema.get("required", ()) or (depth > 0 and pick.random() < 0.3):
                made[name] = self.of(node, depth - 1)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and pick.random() < 0.7:
            made[pick.choice(("0", "1", "17"))] = self.of(extra, depth - 1)
        return made
