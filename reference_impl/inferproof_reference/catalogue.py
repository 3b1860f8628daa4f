"""Which models there are for clients, and which of the engines' models each one is.

The catalogue file is TOML, one table a model; the first of each kind is the model of a request that names none:

    [[chat]]
    name = "assistant"               # what clients write
    serves = "meta/llama-3.1-8b"     # what the engine serves; the name itself where it is left out
    alias = "Assistant"
    description = "A conversational assistant"
    tags = ["chat"]

    [chat.defaults]                  # of a request that does not say; what is left out is the engine's own default
    temperature = 0.7
    topP = 0.95
    maximumLength = 256
    stopTokens = ["\\n\\n"]

    [[embedding]]
    name = "assistant-embedding"
    serves = "intfloat/e5-small"
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from inferproof.front.backend import Json, Refusal
from inferproof_reference.errors import CannotServe

Kind = Literal["chat", "embedding"]
KINDS: tuple[Kind, ...] = ("chat", "embedding")

_MEMBERS = {"name": str, "serves": str, "alias": str, "description": str, "tags": list, "defaults": dict}
_DEFAULTS = {"temperature": (int, float), "topP": (int, float), "maximumLength": int, "stopTokens": list}


@dataclass(frozen=True)
class Model:
    """`served` is the engine's name for it, `context` how many tokens it holds, where the engine says so.

    `defaults` are what a request takes that does not say: `temperature`, `topP`, `maximumLength`, `stopTokens`.
    """

    name: str
    served: str
    context: int | None = None
    alias: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> Json:
        """The model as discovery lists it."""
        return {
            "name": self.name,
            "alias": self.alias or self.name,
            "description": self.description,
            "default_parameters": self._parameters(),
            "tags": list(self.tags),
            "is_external": False,
            "is_playground": False,
        }

    def _parameters(self) -> Json:
        """Only what is known: the engine's own defaults are not."""
        ranges: Json = {"temperature": [0, 2], "topP": [0, 1], "maximumLength": [1, self.context], "stopTokens": []}
        values = {"stopTokens": [], **self.defaults}
        if self.context is not None:
            values.setdefault("maximumLength", self.context)
        else:
            values.pop("maximumLength", None)
        parameters: Json = {name: {"range": ranges[name], "value": value} for name, value in values.items()}
        return {**parameters, "webSearch": {"range": [], "value": False}}


class Catalogue:
    """The models of each kind, in the order of the file."""

    def __init__(self, chat: Sequence[Model], embedding: Sequence[Model] = ()) -> None:
        self._models: dict[Kind, dict[str, Model]] = {
            "chat": {model.name: model for model in chat},
            "embedding": {model.name: model for model in embedding},
        }

    def model(self, kind: Kind, name: str | None) -> Model:
        """The model of that name, the first of its kind for None. Raises Refusal 404."""
        models = self._models[kind]
        if name is None and models:
            return next(iter(models.values()))
        if name in models:
            return models[name]
        known = ", ".join(models) or "none"
        message = f"There is no {kind} model {name!r} here; there are: {known}."
        raise Refusal(404, message, loc=("body", "model"), code="model_not_found")

    def names(self, kind: Kind) -> list[str]:
        """Of the models of a kind, in the order of the file."""
        return list(self._models[kind])

    def configs(self) -> list[Json]:
        """What discovery lists: the models that a chat completion may name, by the document's own words."""
        return [model.config for model in self._models["chat"].values()]


def catalogue_of(tables: Mapping[str, Any], served: Mapping[Kind, Sequence[Json]], source: str) -> Catalogue:
    """The catalogue that `tables` describe, of what the engines serve: items of `/v1/models` for each kind.

    A kind that the tables leave out gets the engine's models under their own names. `source` is named in errors.
    Raises CannotServe where the two do not fit.
    """
    models = {}
    for kind in KINDS:
        there = {model["id"]: model["max_model_len"] for model in served.get(kind, ())}
        entries = tables.get(kind) or [{"name": name, "tags": [kind]} for name in there]
        models[kind] = [_model(kind, entry, there, source) for entry in entries]
        names = [model.name for model in models[kind]]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise CannotServe(f"{source}: two {kind} models have the name {twice!r}; give one of them another")
    if not models["chat"]:
        raise CannotServe("The engine serves no model: start vLLM with one, or give the URL of another server.")
    return Catalogue(models["chat"], models["embedding"])


def read_catalogue(path: Path) -> dict[str, Any]:
    """The tables of a catalogue file, checked. Raises CannotServe naming the file and what to mend."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotServe(f"{path}: the catalogue cannot be read: {error}") from error
    _require_known(path, "", tables, KINDS)
    for kind, entries in tables.items():
        if not isinstance(entries, list):
            raise CannotServe(f"{path}: write each model as a table of its own, headed [[{kind}]]")
        for entry in entries:
            _require_types(path, f"{kind}.", entry, _MEMBERS)
            _require_types(path, f"{kind}.defaults.", entry.get("defaults", {}), _DEFAULTS)
            if not entry.get("name"):
                raise CannotServe(f"{path}: a [[{kind}]] has no name: say what clients are to write")
    return tables


def _model(kind: Kind, entry: Mapping[str, Any], there: Mapping[str, int | None], source: str) -> Model:
    served = entry.get("serves", entry["name"])
    if served not in there:
        known = ", ".join(there) or "none; name an engine for them with --embeddings-upstream"
        raise CannotServe(
            f"{source}: the {kind} model {entry['name']!r} is {served!r}, which the engine does not serve. "
            f"It serves: {known}"
        )
    return Model(
        name=entry["name"],
        served=served,
        context=there[served],
        alias=entry.get("alias", ""),
        description=entry.get("description", ""),
        tags=tuple(entry.get("tags", ())),
        defaults=entry.get("defaults", {}),
    )


def _require_types(path: Path, place: str, table: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    _require_known(path, place, table, known)
    for name, value in table.items():
        if not isinstance(value, known[name]) or isinstance(value, bool):
            words = {str: "a string", list: "an array of strings", dict: "a table"}
            raise CannotServe(f"{path}: {place}{name} has to be {words.get(known[name], 'a number')}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise CannotServe(f"{path}: {place}{name} has to be an array of strings")


def _require_known(path: Path, place: str, table: Mapping[str, Any], known: Collection[str]) -> None:
    for name in table:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            cure = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(known)}"
            raise CannotServe(f"{path}: unknown {place}{name}; {cure}")
