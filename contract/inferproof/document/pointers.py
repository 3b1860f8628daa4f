"""JSON pointers (RFC 6901) and the local references of an OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def escape(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def join(pointer: str, *parts: str | int) -> str:
    return pointer + "".join(f"/{escape(part)}" for part in parts)


def of_path(path: Iterable[str | int]) -> str:
    return join("", *path)


def split(pointer: str) -> list[str]:
    """Raises KeyError where the text is no JSON pointer."""
    pointer = pointer.removeprefix("#")
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise KeyError(f'"{pointer}" is no JSON pointer: it must be empty or begin with "/"')
    return [unescape(part) for part in pointer[1:].split("/")]


def resolve(document: Any, pointer: str) -> Any:
    """The node at `pointer`. Raises KeyError naming the part that is missing."""
    node, parts = document, split(pointer)
    for depth, part in enumerate(parts):
        try:
            node = _child(node, part)
        except (KeyError, IndexError, ValueError, TypeError):
            where = f'at "{of_path(parts[:depth])}"' if depth else "at the top of the document"
            raise KeyError(f'"{part}" is missing {where} (looking for "{pointer}")') from None
    return node


def find(document: Any, pointer: str) -> Any:
    """The node at `pointer`; None where there is none."""
    try:
        return resolve(document, pointer)
    except KeyError:
        return None


def _child(node: Any, part: str) -> Any:
    return node[int(part)] if isinstance(node, list) else node[part]


def locate(document: Any, pointer: str) -> str:
    """The same place without a `$ref` on the way: `…/responses/400/content` may lie in `components`.

    A `$ref` at the very end stays. Raises KeyError naming the part that is missing.
    """
    real, node = "", document
    for part in split(pointer):
        if not (isinstance(node, dict) and part in node):
            real = follow(document, real)
        real = join(real, part)
        node = resolve(document, real)
    return real


def follow(document: Any, pointer: str) -> str:
    """The pointer at the end of the chain of local `$ref`s that begins at `pointer`."""
    for _ in range(32):
        node = resolve(document, pointer)
        if not isinstance(node, dict) or not isinstance(node.get("$ref"), str) or not node["$ref"].startswith("#"):
            return pointer
        pointer = node["$ref"].removeprefix("#")
    raise KeyError(f'the references that begin at "{pointer}" go round in a circle')


def walk(node: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every node with its pointer, parents first."""
    yield pointer, node
    if isinstance(node, dict):
        for key, child in node.items():
            yield from walk(child, join(pointer, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from walk(child, join(pointer, index))
