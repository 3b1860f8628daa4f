"""Before a run: can the target be reached, does it take the key, is it this API at all, and which models has it?"""

from __future__ import annotations

from dataclasses import replace

from inferproof.certify.run import authorized
from inferproof.certify.target import Target, UsageError
from inferproof.document import Contract
from inferproof.probes.probe import Ask, Call, user
from inferproof.wire.client import Client
from inferproof.wire.exchange import NotJson, Reply

ABSENT = (404, 405, 501)


async def preflight(contract: Contract, target: Target, call: Call, client: Client) -> Call:
    """The call to make requests with: models that the user did not name are taken from discovery where it lists any.

    Raises UsageError naming cause and cure.
    """
    status = await _reply(call.to("status"), target, client)
    configs = await _reply(call.to("configs"), target, client)
    call = replace(call, chat_model=_chat_model(target, call, configs))
    chat = await _reply(call.chat(user("Hello!"), max_tokens=1), target, client)
    if chat.status in (401, 403) and configs.status in (401, 403):
        raise UsageError(_refused(target, chat.status))
    if all(reply.status in ABSENT or not _speaks_json(reply) for reply in (status, configs, chat)):
        paths = ", ".join(contract.operation(role).path for role in ("status", "configs", "chat"))
        raise UsageError(
            f"{target.url} answers, but not as the {contract.name} API does: none of {paths} is there "
            f"({status.status}, {configs.status}, {chat.status}). Check the URL and its base path"
        )
    return call


async def _reply(ask: Ask, target: Target, client: Client) -> Reply:
    """One answer, with the key. A request that never reaches a server is the user's to mend."""
    sent = await client.send(authorized(ask.request, target))
    if sent.reply is None:
        why = sent.fault.text if sent.fault else "no reply"
        raise UsageError(f"{target.url} cannot be reached: {why}")
    return sent.reply


def _refused(target: Target, status: int) -> str:
    if target.key is None:
        return f"{target.url} wants a key ({status}): put it in the environment variable {target.key_variable}"
    return f"{target.url} refuses the key in {target.key_variable} ({status}): check that it is this server's"


def _speaks_json(reply: Reply) -> bool:
    return reply.media_type.endswith("json")


def _chat_model(target: Target, call: Call, configs: Reply) -> str:
    """The model asked for; else the documented one where discovery lists it, or lists nothing; else its first."""
    if target.chat_model:
        return target.chat_model
    try:
        names = [str(config["name"]) for config in configs.json]
    except (NotJson, LookupError, TypeError):
        return call.chat_model
    return call.chat_model if not names or call.chat_model in names else names[0]
