"""Headers that OpenAPI tells every reader to ignore (Parameter Object, Response Object, Encoding Object)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inferproof.document import pointers, schema_nodes
from inferproof.document.lint.finding import Finding
from inferproof.document.lint.operations import named

_INSTEAD = {
    "authorization": "no client sends a key because of it; describe the credentials as a security scheme",
    "accept": "what it says is lost; the media types of the replies say what a client can ask for",
    "content-type": "what it says is lost; the media types of the body say what it is",
}
"""Parameter Object, `name`: what of a header's name is ignored as a parameter, and what follows."""


def parameters(document: Any) -> Iterator[Finding]:
    for pointer, key, child in schema_nodes.members(document):
        for place, parameter in _parameters(pointer, key, child):
            name = parameter.get("name")
            if parameter.get("in") == "header" and isinstance(name, str) and name.lower() in _INSTEAD:
                yield Finding(
                    place,
                    "header",
                    f"{name} is a header that OpenAPI ignores as a parameter: {_INSTEAD[name.lower()]}",
                )
        if key == "headers" and pointer != "/components/headers":
            for name, _ in named(child):
                if name.lower() == "content-type":
                    yield Finding(
                        pointers.join(pointer, name),
                        "header",
                        f"{name} is ignored among these headers: {_INSTEAD['content-type']}",
                    )


def _parameters(pointer: str, key: str, node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(pointer, node) of the parameters that are written at a member."""
    if key == "parameters" and isinstance(node, list):
        found = [(pointers.join(pointer, index), each) for index, each in enumerate(node)]
    elif pointer == "/components/parameters":
        found = [(pointers.join(pointer, name), each) for name, each in named(node)]
    else:
        found = []
    yield from ((place, each) for place, each in found if isinstance(each, dict))
