"""A list of models in the form that its operation documents: OpenAI's, or pages of models that have a `model_id`.

Of two forms it is the one that the schema has first. What a schema wants beside what is known here is as the documented
example has it, else as small as may be.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from inferproof.document import objects, pointers
from inferproof.document.contract import Contract
from inferproof.document.names import PAGE, PAGES, SIZE, TOTAL, rows_of
from inferproof.front.backend import Json
from inferproof.front.smallest import required, smallest

OWNER = "inferproof"

OPENAI, PAGED = ("id", "object", "created", "owned_by"), ("model_id", "name")
"""What an item has in either form, as far as its schema allows others."""


class Listing:
    """The form of the list of one role, read once. `created`, of each model, is when this server began to offer it."""

    def __init__(self, contract: Contract, role: str) -> None:
        self._created = int(time.time())
        self._example = _example(contract, role)
        self._whole = _Object(contract, contract.operation(role).reply_schema)
        self._item = _Object(contract, self._whole.items("data"))
        self._page = _Object(contract, self._whole.members.get("pagination"))
        self._row = next(iter(rows_of(self._example)), {})
        known = self._item.members or self._row
        self._paged = "model_id" in known and "id" not in known

    def of(self, names: list[str]) -> Json:
        """The list of models with these names."""
        data = [self._item.made(self._of(name), self._row) for name in names]
        if not self._paged:
            return self._whole.made({"object": "list", "data": data}, self._example)
        return self._whole.made({"data": data, "pagination": self._pagination(len(data))}, self._example)

    def _of(self, name: str) -> Json:
        every = {
            "id": name,
            "object": "model",
            "created": self._created,
            "owned_by": OWNER,
            "model_id": name,
            "name": name,
        }
        return {member: every[member] for member in (PAGED if self._paged else OPENAI)}

    def _pagination(self, count: int) -> Json:
        """The only page there is, in the members that the document has for it."""
        shown = self._example.get("pagination") if isinstance(self._example, dict) else None
        shown = shown if isinstance(shown, dict) else {}
        values = {
            **dict.fromkeys(TOTAL, count),
            **dict.fromkeys(SIZE, max(count, 1)),
            **dict.fromkeys((*PAGE, *PAGES), 1),
        }
        own = {name: value for name, value in values.items() if name in self._page.members or name in shown}
        return self._page.made(own, shown)


class _Object:
    """What the schema of an object asks for; of a union, its first branch that has members."""

    def __init__(self, contract: Contract, schema: str | None) -> None:
        self._contract = contract
        self._schema = contract.forms(schema)[0] if schema is not None else None
        self.members: Mapping[str, str] = {}
        self._required: set[str] = set()
        if self._schema is not None:
            self.members = objects.properties(contract.corrected, self._schema)
            self._required = required(contract, self._schema)

    def items(self, member: str) -> str | None:
        """The schema of the items of a member that is an array, where it has one."""
        if member not in self.members:
            return None
        for part in objects.parts(self._contract.corrected, self.members[member]):
            if isinstance(self._contract.at(part).get("items"), dict):
                return pointers.join(part, "items")
        return None

    def made(self, own: Json, example: Any) -> Json:
        """The object with these members, and with those that its schema asks for beside them."""
        shown = example if isinstance(example, dict) else {}
        more = [name for name in self.members if name in self._required and name not in own]
        return {
            **own,
            **{name: shown[name] if name in shown else smallest(self._contract, self.members[name]) for name in more},
        }


def _example(contract: Contract, role: str) -> Any:
    try:
        return contract.reply_example(role)
    except KeyError:
        return None
