"""The variables of servers (Server Object, Server Variable Object)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from inferproof.document import pointers, schema_nodes
from inferproof.document.lint.finding import Finding


def servers(document: Any) -> Iterator[Finding]:
    for pointer, key, node in schema_nodes.members(document):
        if key == "servers" and isinstance(node, list):
            for index, server in enumerate(node):
                if isinstance(server, dict) and isinstance(server.get("url"), str):
                    yield from _of_server(pointers.join(pointer, index), server)


def _of_server(pointer: str, server: dict[str, Any]) -> Iterator[Finding]:
    variables = server.get("variables")
    variables = variables if isinstance(variables, dict) else {}
    for name in re.findall(r"\{([^{}/]+)\}", server["url"]):
        if name not in variables:
            yield Finding(
                pointers.join(pointer, "url"),
                "server",
                f"the variable {{{name}}} is not declared: no client can know the address",
            )
    for name, variable in variables.items():
        values = variable.get("enum") if isinstance(variable, dict) else None
        if isinstance(values, list) and "default" in variable and variable["default"] not in values:
            yield Finding(
                pointers.join(pointer, "variables", name, "default"),
                "server",
                f"{variable['default']!r} is none of the variable's values: the address that it makes does not exist",
            )
