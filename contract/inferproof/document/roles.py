"""The roles: what an operation of any contract may be for. An overlay gives them, and code speaks of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inferproof.document import pointers
from inferproof.document.contract import ROLE, Contract
from inferproof.document.errors import DocumentError, nearest
from inferproof.document.files import CORRECTIONS
from inferproof.document.schema_nodes import references

ROLES: Mapping[str, str] = {
    "chat": "Answers a conversation, whole or as a stream of events.",
    "chat.openai-path": "The same in OpenAI's format, where another path supports the core members only.",
    "chat.legacy": "Answers a list of turns with one text.",
    "chat.legacy.stream": "The same as a stream of events.",
    "attributes": "Scores how strongly the last answer of a conversation shows given attributes.",
    "embeddings": "Makes one vector for each text.",
    "models": "Lists the models in OpenAI's format.",
    "models.embedding": "Lists the models that make embeddings.",
    "configs": "Lists the models with their default parameters.",
    "status": "Says whether the server is ready.",
    "ping": "Says that the server is there.",
}

WITHOUT_BODY = frozenset({"models", "models.embedding", "configs", "status", "ping"})
"""The roles whose operations take no body."""


def check_roles(contract: Contract, base: str, corrections: str) -> None:
    """What every command relies on: known roles, each at one whole operation, with a body where one is sent.

    `base` and `corrections` are the files, for errors. Raises DocumentError.
    """
    taken: dict[str, str] = {}
    for operation in contract.operations:
        source = base if _has_role(contract.published, operation.pointer) else corrections
        place = f"{source}, {operation.pointer}"
        if not isinstance(operation.role, str) or operation.role not in ROLES:
            meant = nearest(str(operation.role), ROLES) or "."
            raise DocumentError(f'{place}: there is no role "{operation.role}"{meant} Known are: {", ".join(ROLES)}')
        if operation.role in taken:
            raise DocumentError(
                f'{place}: the role "{operation.role}" is taken by {taken[operation.role]}; leave it to one of the two'
            )
        if operation.request_schema is None and operation.role not in WITHOUT_BODY:
            raise DocumentError(
                f'{place}: an operation of the role "{operation.role}" takes a body, and this one has no schema at '
                "requestBody/content/application~1json/schema; describe it there"
            )
        _check_references(contract.corrected, operation.pointer, source)
        taken[operation.role] = operation.pointer
    if not taken:
        raise DocumentError(_no_roles(contract, base))


def _check_references(document: Any, operation: str, source: str) -> None:
    """Everything that the operation is made of is there. Raises DocumentError."""
    waiting, seen = [operation], {operation}
    while waiting:
        here = waiting.pop()
        for place, reference in references(pointers.resolve(document, here)):
            target = reference.removeprefix("#")
            try:
                pointers.follow(document, target)
            except KeyError as error:
                raise DocumentError(
                    f"{source}, {here}{place}: $ref {reference} leads nowhere: {error.args[0]}"
                ) from None
            if target not in seen:
                seen.add(target)
                waiting.append(target)


def _has_role(document: Mapping[str, Any], operation: str) -> bool:
    try:
        return ROLE in pointers.resolve(document, operation)
    except (KeyError, TypeError):
        return False


def _no_roles(contract: Contract, base: str) -> str:
    """How to declare roles, with a path of the document itself where it has one."""
    paths = contract.corrected.get("paths", {})
    sent = [path for path, item in paths.items() if isinstance(item, dict) and "post" in item]
    path = next((path for path in sent if "chat" in path), next(iter(sent), "/chat"))
    return (
        f"{base}: no operation has a role, so that nothing can be asked of it; say in {CORRECTIONS} what each is for:\n"
        "  overlay: 1.1.0\n"
        "  actions:\n"
        f"    - {{target: \"$.paths['{path}'].post\", update: {{{ROLE}: chat}}}}\n"
        f"Known roles are: {', '.join(ROLES)}"
    )
