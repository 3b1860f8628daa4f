"""What a handler reads of a request whatever the contract says: a document may say less than its role needs."""

from __future__ import annotations

from typing import Any

from inferproof.document.validate import Schemas, Validator


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _list(items: Any, *more: str) -> dict[str, Any]:
    return {"type": ["array", *more], "items": items}


_TEXT = {"type": "string"}
_TURNS = _object(["context"], context=_list(_object(["type", "text"], type=_TEXT, text=_TEXT)))
_SCORING = _object(
    ["messages"],
    messages=_list(_object(["role"], role=_TEXT)),
    attributes=_list(_object(["name", "definition"], name=_TEXT, definition=_TEXT), "null"),
    filter_categories=_list(_TEXT, "null"),
)

_SCHEMAS = Schemas(
    {
        "any": {"type": "object"},
        "chat.legacy": _TURNS,
        "chat.legacy.stream": _TURNS,
        "attributes": _SCORING,
    }
)


def reads_of(role: str) -> Validator:
    """What the handler of the role, or the front itself, cannot do without."""
    return _SCHEMAS.validator(f"/{role}" if role in _SCHEMAS.document else "/any")
