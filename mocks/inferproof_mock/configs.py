"""The models of the mock, in the documented shape, with the names that the documented examples use."""

from __future__ import annotations

from typing import Any

from inferproof.front.backend import Refusal
from inferproof_mock.settings import Defaults

Json = dict[str, Any]

CONTEXT = 8192
"""The most tokens of a prompt and its reply together."""

EMBEDDING_MODEL = "inf_3_1_embedding"


def _config(name: str, alias: str, description: str, *tags: str) -> Json:
    return {
        "name": name,
        "alias": alias,
        "description": description,
        "default_parameters": {
            "temperature": {"range": [0, 2], "value": 1.0},
            "maximumLength": {"range": [1, CONTEXT], "value": 1024},
            "topP": {"range": [0, 1], "value": 0.95},
            "stopTokens": {"range": [], "value": []},
            "webSearch": {"range": [], "value": False},
        },
        "tags": list(tags),
        "is_external": False,
        "is_playground": False,
    }


CONFIGS: tuple[Json, ...] = (
    _config("inflection_3_pi", "Pi (3.0)", "A simulated chat model", "chat", "mock"),
    _config("Pi-3.1", "Pi (3.1)", "A simulated chat model, by the name of the legacy examples", "chat", "mock"),
    _config("pi_3_1", "Pi (3.1)", "A simulated chat model, by its discovery name", "chat", "mock"),
)
"""The first is the model of a request that names none."""


def config(name: str | None) -> Json:
    """The config of that name, or the default for None; raises a 404 Refusal for a name that there is none of."""
    if name is None:
        return CONFIGS[0]
    for entry in CONFIGS:
        if entry["name"] == name:
            return entry
    raise unknown_model(name, [entry["name"] for entry in CONFIGS])


def defaults_of(entry: Json) -> Defaults:
    """What the config promises is what the model does."""
    values = {key: parameter["value"] for key, parameter in entry["default_parameters"].items()}
    return Defaults(temperature=values["temperature"], top_p=values["topP"], longest=values["maximumLength"])


def unknown_model(name: str, known: list[str]) -> Refusal:
    message = f"there is no model {name!r} here: choose one of {', '.join(known)}"
    return Refusal(404, message, loc=("body", "model"), code="model_not_found")


def too_long(tokens: int, member: str, about: str = "") -> Refusal:
    message = f"`{member}` has {about}{tokens} tokens, and {CONTEXT} is all that the model can hold with its reply"
    return Refusal(400, message, loc=("body", member), code="context_length_exceeded")
