"""Applies an OpenAPI Overlay 1.1 (https://spec.openapis.org/overlay/v1.1.0.html) to a document.

Stricter than the specification in one point: a target that selects nothing is an error, because a correction that no
longer corrects anything must not go unnoticed.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from inferproof.document.errors import DocumentError

Json = dict[str, Any]


def apply(document: Json, actions: Sequence[Json], source: str) -> Json:
    """A new document with every action applied in turn; `source` is the overlay's file, for error messages."""
    result = copy.deepcopy(document)
    for index, action in enumerate(actions):
        result = _act(result, action, f"{source}, /actions/{index}")
    return result


def check(overlay: Any, source: str) -> list[Json]:
    """The actions of an overlay, none where nothing is written; raises DocumentError where it is no overlay."""
    if overlay is None:
        return []
    if not isinstance(overlay, dict) or not str(overlay.get("overlay", "")).startswith("1."):
        raise DocumentError(f'{source}: not an OpenAPI Overlay; begin it with "overlay: 1.1.0"')
    actions = overlay.get("actions")
    if actions is None:
        return []
    if not isinstance(actions, list):
        raise DocumentError(f"{source}, /actions: expected a list of actions")
    for index, action in enumerate(actions):
        place = f"{source}, /actions/{index}"
        if not isinstance(action, dict) or not isinstance(action.get("target"), str):
            raise DocumentError(f'{place}: an action needs a "target", a JSONPath expression')
        if not {"update", "copy"} & action.keys() and action.get("remove") is not True:
            raise DocumentError(f'{place}: an action needs one of "update", "copy" and "remove"')
        if not isinstance(action.get("copy", ""), str):
            raise DocumentError(f'{place}: "copy" must be a JSONPath expression')
    return actions


def _act(document: Json, action: Json, place: str) -> Json:
    found = _select(document, action["target"], place)
    if not found:
        raise DocumentError(
            f"{place}: the target {action['target']} selects nothing; mend the expression, "
            "or remove the action where the document no longer has that defect"
        )
    if action.get("remove") is True:
        if () in found:
            raise DocumentError(
                f"{place}: the target {action['target']} is the whole document, which cannot be removed"
            )
        # Later siblings first, so that the indices of the earlier ones stay true.
        for path in sorted(found, key=_order, reverse=True):
            parent = _at(document, path[:-1])
            del parent[path[-1]]
        return document
    value = action["update"] if "update" in action else _copied(document, action["copy"], place)
    for path in found:
        new = _merge(_at(document, path), copy.deepcopy(value), f"{place}, target {_text(path)}")
        if not path:
            document = new
        else:
            _at(document, path[:-1])[path[-1]] = new
    return document


def _select(document: Json, expression: str, place: str) -> list[tuple[str | int, ...]]:
    # Imported here: a compiled contract comes from the cache and needs no JSONPath.
    import jsonpath_rfc9535

    try:
        return [tuple(node.location) for node in jsonpath_rfc9535.find(expression, document)]
    except jsonpath_rfc9535.JSONPathError as error:
        raise DocumentError(f"{place}: {expression} is no JSONPath expression of RFC 9535: {error}") from error


def _copied(document: Json, expression: str, place: str) -> Any:
    found = _select(document, expression, place)
    if len(found) != 1:
        raise DocumentError(f"{place}: copy must select one node, and {expression} selects {len(found)}")
    return _at(document, found[0])


def _at(document: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        document = document[part]
    return document


def _order(path: tuple[str | int, ...]) -> list[tuple[int, int, str]]:
    return [(1, part, "") if isinstance(part, int) else (0, 0, part) for part in path]


def _text(path: Sequence[str | int]) -> str:
    return "$" + "".join(f"[{part!r}]" for part in path)


def _merge(old: Any, new: Any, place: str, *, nested: bool = False) -> Any:
    """Objects merge member by member, arrays grow, primitives are replaced; anything else does not fit."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            old[key] = _merge(old[key], value, f"{place}[{key!r}]", nested=True) if key in old else value
        return old
    if isinstance(old, list) and isinstance(new, list):
        return old + new
    if isinstance(old, list) and not nested:
        return [*old, new]
    if isinstance(old, dict | list) or isinstance(new, dict | list):
        raise DocumentError(
            f"{place}: cannot merge {_kind(new)} into {_kind(old)}; remove the old node first, then update its parent"
        )
    return new


def _kind(value: Any) -> str:
    return "an object" if isinstance(value, dict) else "an array" if isinstance(value, list) else "a primitive"
