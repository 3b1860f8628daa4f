"""The query parameters of an operation, against their schemas."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import orjson

from inferproof.document import pointers
from inferproof.document.contract import Contract, Operation
from inferproof.document.validate import Validator
from inferproof.front.errors import Invalid, detail


class Query:
    """The documented query parameters of one operation; others are let pass."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        self._validators: dict[str, Validator] = {}
        self._required: list[str] = []
        for index in range(len(operation.node.get("parameters") or ())):
            pointer = pointers.follow(contract.corrected, f"{operation.pointer}/parameters/{index}")
            parameter = contract.at(pointer)
            if parameter.get("in") == "query" and "schema" in parameter:
                self._validators[parameter["name"]] = contract.validator(f"{pointer}/schema")
                if parameter.get("required", False):
                    self._required.append(parameter["name"])

    def check(self, query: bytes) -> None:
        """Raises Invalid."""
        if not self._validators:
            return
        sent = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
        for name in self._required:
            if name not in sent:
                raise Invalid([detail(("query", name), f"The query parameter {name!r} is required.", "required")])
        for name, validator in self._validators.items():
            if name in sent and not any(validator.is_valid(reading) for reading in _readings(sent[name])):
                because = Invalid.because(validator.violations(sent[name]), "query")
                raise Invalid([{**item, "loc": ["query", name, *item["loc"][1:]]} for item in because.details])


def _readings(text: str) -> list[Any]:
    """What a parameter's text may stand for: itself, or the number, boolean or null that it spells."""
    try:
        return [text, orjson.loads(text)]
    except orjson.JSONDecodeError:
        return [text]
