"""The small pack with members about reasoning: those of the request are published, those of the reply corrected."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from inferproof.catalogue import lock
from inferproof.document import load
from tests.packs import SMALL

Json = dict[str, Any]

EFFORTS = ["none", "low", "medium", "high"]
PROSE = (
    "How much the model reasons before it answers. The text of it comes in `reasoning_content`, and its tokens are "
    "counted in `usage.completion_tokens_details.reasoning_tokens`. With `none` it does not reason; a model that "
    "always does answers 400 to that."
)
TEXT: Json = {"type": ["string", "null"]}
DETAILS: Json = {
    "anyOf": [{"type": "object", "properties": {"reasoning_tokens": {"type": "integer"}}}, {"type": "null"}]
}

REQUEST: Json = {
    "reasoning": {
        "type": "object",
        "description": PROSE,
        "properties": {"effort": {"type": "string", "enum": EFFORTS}},
    },
    "reasoning_effort": {"type": ["string", "null"], "description": PROSE, "enum": [*EFFORTS, None]},
    "stream_options": {"type": "object", "properties": {"include_usage": {"type": "boolean"}}},
}
FACTS: Json = {
    "reasoning": {
        "capability": "reasoning",
        "gate": {"properties": {"effort": {"enum": EFFORTS[1:]}}},
        "because": "a model that always reasons refuses `none`",
    },
    "reasoning_effort": {
        "capability": "reasoning",
        "gate": {"enum": [*EFFORTS[1:], None]},
        "because": "a model that always reasons refuses `none`",
    },
    "stream_options": {"capability": "streaming.usage", "needs": {"stream": True}},
}
SCHEMAS = "$.components.schemas"
STREAMED: Json = {
    "if": {"required": ["stream_options"], "properties": {"stream_options": {"type": "object"}}},
    "then": {"required": ["stream"], "properties": {"stream": {"const": True}}},
}
CORRECTIONS: tuple[tuple[str, Json], ...] = (
    (f"{SCHEMAS}.GenerateChatControls", {"allOf": [STREAMED]}),
    (f"{SCHEMAS}.GeneratedChat.properties.choices.items.properties.message.properties", {"reasoning_content": TEXT}),
    (f"{SCHEMAS}.TokenBill.properties", {"completion_tokens_details": DETAILS}),
    (f"{SCHEMAS}.GeneratedPiece.properties", {"usage": {"$ref": "#/components/schemas/TokenBill"}}),
    (f"{SCHEMAS}.GeneratedPiece.properties.choices.items.properties.delta.properties", {"reasoning_content": TEXT}),
)


def write(folder: Path) -> Path:
    """The pack in a new folder, with all of its prose pinned."""
    shutil.copytree(SMALL, folder)
    document, overlay = _read(folder / "openapi.yaml"), _read(folder / "corrections.yaml")
    document["components"]["schemas"]["GenerateChatControls"]["properties"].update(REQUEST)
    overlay["actions"] += [
        {"target": target, "x-defect": "L-005", "x-reason": "The prose names it, and no schema does.", "update": update}
        for target, update in CORRECTIONS
    ]
    overlay["actions"].append(
        {
            "target": f"{SCHEMAS}.GenerateChatControls.properties",
            "x-decision": "facts",
            "x-reason": "What reasoning rests on.",
            "update": {name: {"x-inferproof": facts} for name, facts in FACTS.items()},
        }
    )
    for name, content in (("openapi.yaml", document), ("corrections.yaml", overlay)):
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    contract = load(str(folder))
    (folder / "requirements.lock").write_text(lock.written(contract, lock.pinnable(contract)), encoding="utf-8")
    return folder


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
