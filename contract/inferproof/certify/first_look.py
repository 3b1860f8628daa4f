"""What `init` looks at: which operations there are, which model the server lists, and what it does with the rest.

It is no certification: nothing is asked that only tells whether the core holds, nor of what is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from inferproof.certify.certify import Certification, Progress, call_with, certify
from inferproof.certify.models import listed
from inferproof.certify.pace import Pace
from inferproof.certify.preflight import Look, of_unknown_model
from inferproof.certify.run import client_of
from inferproof.certify.target import Target, UsageError
from inferproof.certify.ways import call_for, settled
from inferproof.document import Contract
from inferproof.document.names import LISTS
from inferproof.judge.capabilities import CORE, OF_ROLE
from inferproof.judge.requirement import held
from inferproof.judge.statuses import ROUTE
from inferproof.probes.auth import plain
from inferproof.probes.probe import RequestBuilder

CHAT_PATH, LIST_PATH = "/chat/completions", "/models"
"""Where OpenAI's clients chat, and beside it list the models (OpenAI's API reference, list models)."""


def first_look(contract: Contract, target: Target, progress: Progress) -> Certification:
    """The target with the model that it lists, and without the operations that it has not: they are declined, each
    with the status that it answered.

    Raises UsageError as `certify` does.
    """
    model, declined = asyncio.run(_look(contract, settled(contract, target)))
    only = [each.id for each in held(contract)[0] if each.claims != CORE]
    return certify(contract, replace(target, chat_model=model, declined=declined), only=only, progress=progress)


async def _look(contract: Contract, target: Target) -> tuple[str | None, dict[str, str]]:
    """The chat model, None where the run finds it by itself, and what is declined."""
    call = call_for(call_with(contract, target.chat_model, target.embedding_model, 0), target)
    async with client_of(target) as client:
        look = Look(target, client, Pace(target.limits))
        lists = [await look.at(call.to(role), call) for role in LISTS if role in contract.roles]
        model = None
        if not any(map(listed, lists)):
            model = _named(await _listed_beside_chat(look, call), call.chat_model)
        there = replace(call, chat_model=model or call.chat_model)
        return model or target.chat_model, {**target.declined, **await _absent(look, there)}


def _named(names: Sequence[str], documented: str) -> str | None:
    """The first name of a list, None where that tells nothing new."""
    return names[0] if names and documented not in names else None


async def _listed_beside_chat(look: Look, call: RequestBuilder) -> list[str]:
    """What a list of models has that is where OpenAI's clients look for it, and that the contract does not name."""
    if "chat" not in call.contract.roles:
        return []
    path = call.contract.operation("chat").path
    if not path.endswith(CHAT_PATH):
        return []
    try:
        exchange = await look.at(call.at("GET", path.removesuffix(CHAT_PATH) + LIST_PATH), call)
    except UsageError:  # nobody promised it
        return []
    return listed(replace(exchange, role="models"))


async def _absent(look: Look, call: RequestBuilder) -> dict[str, str]:
    """The capabilities whose operations are not there, each with the reason."""
    found = {}
    for role, capability in OF_ROLE.items():
        if role not in call.contract.roles or capability in found:
            continue
        reply = (await look.at(plain(call, role), call)).reply
        of_model = any(of_unknown_model(reply, model) for model in (call.chat_model, call.embedding_model))
        if reply is not None and reply.status in ROUTE and not of_model:
            found[capability] = f"{reply.status}: {call.contract.operation(role).path} is not there"
    return found
