"""Before a run: can the target be reached, does it take the key, is it this API at all, and which models has it?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from inferproof.certify.bounds import bounded
from inferproof.certify.credentials import authorized, redactor
from inferproof.certify.run import as_told
from inferproof.certify.target import Target, UsageError
from inferproof.document import Contract
from inferproof.probes.probe import Ask, Call, user
from inferproof.requirements.select import UNREADABLE
from inferproof.wire.client import Client
from inferproof.wire.exchange import Exchange, Fault, Reply

ABSENT = (404, 405, 501)

LONGEST_NAME = 200
"""Characters of a model's name that we take from a server."""


@dataclass(frozen=True)
class Ready:
    """The call to make requests with, and the seconds that a chat of one token took; None where it brought no body."""

    call: Call
    latency: float | None


async def preflight(contract: Contract, target: Target, call: Call, client: Client) -> Ready:
    """What a run begins with: models that the user did not name are taken from discovery where it lists any.

    Raises UsageError naming cause and cure.
    """
    status = await _look(call.to("status"), target, client)
    configs = await _look(call.to("configs"), target, client)
    call = replace(call, chat_model=_chat_model(target, call, configs.reply))
    chat = await _look(call.chat(user("Hello!"), max_tokens=1), target, client)
    seen = (status, configs, chat)
    replies = [exchange.reply for exchange in seen if exchange.reply is not None and exchange.fault is None]
    if not replies:
        raise UsageError(f"{target.url} gives no whole reply: {_fault(status).text}")
    codes = ", ".join(str(exchange.reply.status if exchange.reply else "nothing") for exchange in seen)
    if all(reply.status == 429 for reply in replies):
        raise UsageError(f"{target.url} answers 429 (too many requests) to everything: wait a while, then try again")
    if chat.reply and configs.reply and {chat.reply.status, configs.reply.status} <= {401, 403}:
        raise UsageError(_refused(target, chat.reply.status))
    if all(300 <= reply.status < 400 for reply in replies):
        to = replies[0].header("location") or "nowhere"
        raise UsageError(f"{target.url} redirects to {to[:200]!r}: give the URL that it leads to, if it is the API's")
    if all(reply.status in ABSENT or not reply.media_type.endswith("json") for reply in replies):
        paths = ", ".join(contract.operation(role).path for role in ("status", "configs", "chat"))
        raise UsageError(
            f"{target.url} answers, but not as the {contract.name} API does: none of {paths} is there "
            f"({codes}). Check the URL and its base path"
        )
    return Ready(call, _seconds(chat.reply))


def _seconds(reply: Reply | None) -> float | None:
    return reply.reads[-1][0] / 1e6 if reply is not None and reply.reads else None


async def _look(ask: Ask, target: Target, client: Client) -> Exchange:
    """One exchange, with the key, redacted. A server that is not there or does not answer is the user's to mend."""
    request = authorized(ask.request, target)
    sent = await as_told(lambda: client.send(request))
    exchange = Exchange("preflight", 0, ask.role, ask.request, sent.reply, sent.fault, sent.began)
    exchange = redactor(target).exchange(bounded(exchange))
    if exchange.fault is not None and exchange.fault.kind in ("unreachable", "timeout"):
        what = "cannot be reached" if exchange.reply is None else "gives no whole reply"
        raise UsageError(f"{target.url} {what}: {exchange.fault.text}")
    return exchange


def _fault(exchange: Exchange) -> Fault:
    return exchange.fault or Fault("closed", "no reply")


def _refused(target: Target, status: int) -> str:
    if target.key is None:
        return f"{target.url} wants a key ({status}): put it in the environment variable {target.key_variable}"
    return f"{target.url} refuses the key in {target.key_variable} ({status}): check that it is this server's"


def _chat_model(target: Target, call: Call, configs: Reply | None) -> str:
    """The model asked for; else the documented one where discovery lists it, or lists nothing; else its first."""
    if target.chat_model:
        return target.chat_model
    try:
        names = [config["name"] for config in configs.json] if configs else []
    except UNREADABLE:
        return call.chat_model
    names = [name for name in names if isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST_NAME]
    return call.chat_model if not names or call.chat_model in names else names[0]
