"""The data of a JSON value by their paths, each in a few words: type, bounds, values, default, if it is required."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from inferproof.document import objects, pointers

Json = dict[str, Any]

_MOST = 8
"""Values of an enumeration that are listed; of more, the number is told."""

_COUNTS = (
    ("minLength", "maxLength", "character"),
    ("minItems", "maxItems", "item"),
    ("minProperties", "maxProperties", "member"),
)


def shapes(document: Json, pointer: str) -> Mapping[str, str]:
    """Each datum of the schema at `pointer` in words, by its path (`/messages/[]/role`), in the document's order.

    Of a union all branches count. A schema within itself is not followed a second time.
    """
    return dict(_shapes(document, "", [(pointer, ())], ""))


def _shapes(
    document: Json, path: str, places: list[tuple[str, tuple[str, ...]]], required: str
) -> Iterator[tuple[str, str]]:
    """`places` are the schemas of one datum, each with those around it."""
    leaves = [leaf for place, above in places for leaf in _leaves(document, place, above)]
    if path:
        yield path, _words(document, [place for place, _ in places], [node for node, _ in leaves], required)
    below: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    forms = [node for node, _ in leaves if node["properties"]]
    needed: Counter[str] = Counter()
    for node, above in leaves:
        for name, place in node["properties"].items():
            here = f"{path}/{pointers.escape(name)}"
            below.setdefault(here, []).append((place, above))
            needed[here] += name in node["required"]
        for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
            if keyword in node["places"]:
                below.setdefault(f"{path}/{step}", []).append((node["places"][keyword], above))
    for here, within in below.items():
        how = "required" if needed[here] == len(forms) else "required in some forms"
        yield from _shapes(document, here, within, how if needed[here] else "")


def _leaves(document: Json, place: str, above: tuple[str, ...]) -> Iterator[tuple[Json, tuple[str, ...]]]:
    """(what it says, the schemas around what is below) of each schema that a union comes to."""
    real = pointers.follow(document, place)
    if real in above:
        return
    branches = [branch for part in objects.parts(document, place) for branch in objects.branches(document, part)]
    merged = _merged(document, place)
    if merged["properties"] or not branches:
        yield merged, (*above, real)
    for branch in branches:
        yield from _leaves(document, branch, (*above, real))


def _merged(document: Json, place: str) -> Json:
    """What a schema says with all that it takes over by `$ref` and `allOf`, its own word first."""
    found: Json = {}
    required: set[str] = set()
    places: dict[str, str] = {}
    for part in objects.parts(document, place):
        node = pointers.resolve(document, part)
        required |= set(node.get("required") or ())
        for keyword, value in node.items():
            found.setdefault(keyword, value)
            if keyword in ("items", "additionalProperties") and isinstance(value, dict):
                places.setdefault(keyword, pointers.join(part, keyword))
    return found | {"properties": objects.properties(document, place), "required": required, "places": places}


def _words(document: Json, places: Iterable[str], leaves: Iterable[Json], required: str) -> str:
    """`number 0 to 2 or null, default 1, required`."""
    kinds = list(dict.fromkeys(kind for leaf in leaves for kind in _kinds(leaf)))
    kinds.sort(key=lambda kind: (kind == "null", "" if kind.startswith("`") else kind))  # values as they are listed
    merged = [_merged(document, place) for place in places]
    defaults = list(dict.fromkeys(_shown(each["default"]) for each in merged if "default" in each))
    said = [" or ".join(kinds) or "the same again", *([f"default {' or '.join(defaults)}"] if defaults else [])]
    return ", ".join([*said, *([required] if required else [])])


def _kinds(leaf: Json) -> Iterator[str]:
    if "const" in leaf:
        yield _shown(leaf["const"])
    elif isinstance(leaf.get("enum"), list):
        values = [_shown(value) for value in leaf["enum"]]
        yield from values if len(values) <= _MOST else [f"one of {len(values)} values"]
    else:
        kinds = leaf.get("type", "object" if leaf["properties"] else "anything")
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            yield kind + (_bounds(leaf, kind) if kind != "null" else "")


def _bounds(leaf: Json, kind: str) -> str:
    """` 0 to 2`, ` of at least 1 character`; nothing without bounds."""
    said = [_range(leaf, "minimum", "maximum")] if {"minimum", "maximum"} & leaf.keys() else []
    said += [f"over {_number(leaf['exclusiveMinimum'])}"] if "exclusiveMinimum" in leaf else []
    said += [f"under {_number(leaf['exclusiveMaximum'])}"] if "exclusiveMaximum" in leaf else []
    for low, high, noun in _COUNTS:
        if low in leaf or high in leaf:
            plural = "" if leaf.get(high, leaf.get(low)) == 1 else "s"
            said.append(f"of {_range(leaf, low, high)} {noun}{plural}")
    said += ["by a pattern"] if "pattern" in leaf else []
    return f" {', '.join(said)}" if said else ""


def _range(leaf: Json, low: str, high: str) -> str:
    if low in leaf and high in leaf:
        return f"{_number(leaf[low])} to {_number(leaf[high])}"
    return f"at least {_number(leaf[low])}" if low in leaf else f"at most {_number(leaf[high])}"


def _number(value: Any) -> str:
    """As it is read, not as it is written: -1.0 is -1."""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if len(text) <= 40 else f"`{text[:39]}…`"
