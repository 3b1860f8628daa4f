"""The models of the mock: with the names that the contract shows, and listed in the form that it shows."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from inferproof.document import Contract
from inferproof.document.names import CHATS, EMBEDDINGS, LISTS_OF_EMBEDDINGS, listed, requested, rows_of
from inferproof.front.backend import Refusal
from inferproof_mock.documented import of_chat
from inferproof_mock.neutral import LONGEST, TEMPERATURE, TOP_P
from inferproof_mock.settings import Defaults

Json = dict[str, Any]

CONTEXT = 8192
"""The most tokens of a prompt and its reply together."""

CHAT_MODEL, EMBEDDING_MODEL = "mock-chat", "mock-embedding"
"""The names of the models where the contract shows none."""


class Models:
    """The chat models and the embedding models; the first of each kind is that of a request that names none.

    `more` are chat models that the contract does not show.
    """

    def __init__(self, contract: Contract, more: Sequence[str] = ()) -> None:
        shown = [*requested(contract, EMBEDDINGS), *listed(contract, LISTS_OF_EMBEDDINGS)]
        self.embedding = list(dict.fromkeys(shown)) or [EMBEDDING_MODEL]
        shown = [*requested(contract, CHATS), *(name for name in listed(contract) if name not in self.embedding)]
        self.chat = list(dict.fromkeys([*(shown or [CHAT_MODEL]), *more]))
        documented = of_chat(contract, "chat").defaults
        longest = documented.get("max_completion_tokens", documented.get("max_tokens", LONGEST))
        self.defaults = Defaults(
            temperature=documented.get("temperature", TEMPERATURE),
            top_p=documented.get("top_p", TOP_P),
            longest=int(min(longest, CONTEXT)),
        )
        self._example = _example(contract)

    def chat_model(self, name: str | None) -> str:
        """That name, the default for None. Raises a 404 Refusal for a name that there is none of."""
        return _known(name, self.chat)

    def embedding_model(self, name: str | None) -> str:
        """As `chat_model`."""
        return _known(name, self.embedding)

    def configs(self) -> Any:
        """The chat models as the contract lists them: each is the documented item, with what is true of it here."""
        template = next(iter(rows_of(self._example)), _TEMPLATE)
        rows = [self._config(template, name) for name in self.chat]
        if not isinstance(self._example, dict):
            return rows
        return {member: rows if isinstance(value, list) else value for member, value in self._example.items()}

    def _config(self, template: Json, name: str) -> Json:
        """What the config promises is what the model does."""
        own: Json = {"name": name, "alias": name, **_OWN}
        parameters = template.get("default_parameters")
        if isinstance(parameters, dict):
            known = self._parameters()
            own["default_parameters"] = {one: known.get(one, value) for one, value in parameters.items()}
        return {member: copy.deepcopy(own.get(member, value)) for member, value in template.items()}

    def _parameters(self) -> Mapping[str, Json]:
        """By their names in the lists that are known, and by those of a request."""
        temperature = {"range": [0, 2], "value": self.defaults.temperature}
        longest = {"range": [1, CONTEXT], "value": self.defaults.longest}
        top_p = {"range": [0, 1], "value": self.defaults.top_p}
        stop: Json = {"range": [], "value": []}
        search = {"range": [], "value": False}
        return {
            "temperature": temperature,
            **dict.fromkeys(("maximumLength", "max_tokens", "max_completion_tokens"), longest),
            **dict.fromkeys(("topP", "top_p"), top_p),
            **dict.fromkeys(("stopTokens", "stop"), stop),
            **dict.fromkeys(("webSearch", "web_search"), search),
        }


_OWN: Json = {
    "description": "A simulated chat model",
    "tags": ["chat", "mock"],
    "is_external": False,
    "is_playground": False,
}
_TEMPLATE: Json = {
    **dict.fromkeys(("name", "alias", *_OWN)),
    "default_parameters": dict.fromkeys(("temperature", "top_p", "max_tokens", "stop")),
}


def unknown_model(name: str, known: list[str]) -> Refusal:
    message = f"there is no model {name!r} here: choose one of {', '.join(known)}"
    return Refusal(404, message, loc=("body", "model"), code="model_not_found")


def too_long(tokens: int, member: str, about: str = "") -> Refusal:
    message = f"`{member}` has {about}{tokens} tokens, and {CONTEXT} is all that the model can hold with its reply"
    return Refusal(400, message, loc=("body", member), code="context_length_exceeded")


def _known(name: str | None, names: list[str]) -> str:
    if name is None:
        return names[0]
    if name not in names:
        raise unknown_model(name, names)
    return name


def _example(contract: Contract) -> Any:
    """The documented list of configs, None where there is none."""
    try:
        return contract.reply_example("configs")
    except KeyError:
        return None
