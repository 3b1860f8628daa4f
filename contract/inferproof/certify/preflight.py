"""Before a run: can the target be reached, does it take the key, is it this API at all, and which models has it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from inferproof.certify.credentials import authorized, redactor
from inferproof.certify.models import LONGEST_NAME, chosen, names_of
from inferproof.certify.run import as_told
from inferproof.certify.target import Target, UsageError
from inferproof.certify.watchdog import bounded
from inferproof.document import Contract
from inferproof.document.names import LISTS, LISTS_OF_EMBEDDINGS
from inferproof.judge.capabilities import OF_ROLE, not_claimed
from inferproof.probes.auth import plain
from inferproof.probes.probe import PlannedRequest, RequestBuilder, user
from inferproof.wire.client import Client
from inferproof.wire.exchange import Exchange, Fault, NotJson, Reply

ABSENT = (404, 405, 501)

MOST_NAMES = 10
"""Models that an error names."""

HELLO = "Hello!"
"""What the model is told; an error that has it repeats the request, and says nothing of the model by naming it."""

UNKNOWN = (
    "not found",
    "not exist",
    "no such",
    "unknown",
    "no model",
    "not available",
    "invalid model",
    "access to model",
)
"""How an error says that there is no such model, where it does not repeat the name."""


@dataclass(frozen=True)
class Ready:
    """The call to make requests with, and the seconds that a chat of one token took; None where it brought no body."""

    call: RequestBuilder
    latency: float | None


async def preflight(contract: Contract, target: Target, call: RequestBuilder, client: Client) -> Ready:
    """What a run begins with: models that the user did not name are taken from discovery where it lists any.

    It looks at the status, at each list of models and at one request for work, as far as the contract has them.
    Raises UsageError naming cause and cure.
    """
    status = [await _look(call.to("status"), target, client)] if "status" in contract.roles else []
    listing = [role for role in LISTS if role in contract.roles and not_claimed(OF_ROLE[role], target.declined) is None]
    lists = [await _look(call.to(role), target, client) for role in listing]
    names = names_of(lists, embed=False)
    call = replace(
        call,
        chat_model=chosen(target.chat_model, call.chat_model, names),
        embedding_model=chosen(target.embedding_model, call.embedding_model, names_of(lists, embed=True)),
    )
    first = _first(call)
    if first is not None:
        _require_models(call, target)
    work = [await _look(first, target, client)] if first is not None else []
    seen = (*status, *lists, *work)
    replies = [exchange.reply for exchange in seen if exchange.reply is not None and exchange.fault is None]
    if not replies:
        raise UsageError(f"{target.url} gives no whole reply: {_fault(seen).text}")
    codes = ", ".join(str(exchange.reply.status if exchange.reply else "nothing") for exchange in seen)
    if all(reply.status == 429 for reply in replies):
        raise UsageError(f"{target.url} answers 429 (too many requests) to everything: wait a while, then try again")
    doors = [exchange.reply.status if exchange.reply else 0 for exchange in (*lists, *work)]
    if doors and all(status in (401, 403) for status in doors):
        raise UsageError(_refused(target, doors[-1], call))
    if all(300 <= reply.status < 400 for reply in replies):
        to = replies[0].header("location") or "nowhere"
        raise UsageError(f"{target.url} redirects to {to[:200]!r}: give the URL that it leads to, if it is the API's")
    if all(reply.status in ABSENT or not reply.media_type.endswith("json") for reply in replies):
        paths = ", ".join(contract.operation(exchange.role).path for exchange in seen if exchange.role)
        raise UsageError(
            f"{target.url} answers, but not as the {contract.name} API does: none of {paths} is there "
            f"({codes}). {_right_url(target.url, contract)}"
        )
    known = any(exchange.reply and exchange.reply.status == 200 for exchange in (*status, *lists))
    reply = work[0].reply if work else None
    if target.chat_model and known and "chat" in contract.roles:
        _refuse_unknown_model(target, call, reply, names)
    return Ready(call, _seconds(reply))


def _first(call: RequestBuilder) -> PlannedRequest | None:
    """The smallest request for work; None where the contract has no operation that takes one."""
    if "chat" in call.contract.roles:
        return call.chat(user(HELLO), max_tokens=1)
    role = next((each.role for each in call.contract.operations if each.request_schema is not None), None)
    return plain(call, role) if role is not None else None


def _require_models(call: RequestBuilder, target: Target) -> None:
    """Raises UsageError where requests need the name of a model, and neither user, server nor document gave one."""
    takers = [each for each in call.contract.operations if each.request_schema is not None]
    for embeds, named, option, key in (
        (False, call.chat_model, "--model", "chat"),
        (True, call.embedding_model, "--embedding-model", "embedding"),
    ):
        wanted = [each for each in takers if (each.role == "embeddings") is embeds]
        claimed = not embeds or "embeddings" not in target.declined
        if wanted and claimed and not named:
            raise UsageError(
                f"no model to name in requests to {wanted[0].path}: neither the server's lists nor an example of the "
                f"contract {call.contract.name} names one. Name it by {option}, or as `{key}` in [models] of the "
                "target file"
            )


def _seconds(reply: Reply | None) -> float | None:
    return reply.reads[-1][0] / 1e6 if reply is not None and reply.reads else None


async def _look(ask: PlannedRequest, target: Target, client: Client) -> Exchange:
    """One exchange, with the key, redacted. A server that is not there or does not answer is the user's to mend."""
    request = authorized(ask.request, target)
    sent = await as_told(lambda: client.send(request))
    exchange = Exchange("preflight", 0, ask.role, ask.request, sent.reply, sent.fault, sent.began)
    exchange = redactor(target).exchange(bounded(exchange))
    if exchange.fault is not None and exchange.fault.kind == "unreachable":
        raise UsageError(f"{target.url} cannot be reached: {exchange.fault.text}")
    if exchange.fault is not None and exchange.fault.kind == "timeout":
        if exchange.reply is not None:
            raise UsageError(f"{target.url} gives no whole reply: {exchange.fault.text}")
        raise UsageError(
            f"{target.url} accepted the connection, but {exchange.fault.text}: is it still loading? "
            "`patience` in [limits] of the target file says how many seconds of silence to wait for"
        )
    return exchange


def _fault(seen: Sequence[Exchange]) -> Fault:
    return next((exchange.fault for exchange in seen if exchange.fault), Fault("closed", "no reply"))


def _refused(target: Target, status: int, call: RequestBuilder) -> str:
    if target.key is None:
        return f"{target.url} wants a key ({status}): put it in the environment variable {target.key_variable}"
    names = [each.header for each in call.ways(call.contract.ways)]
    others = " or ".join(names[1:])
    headers = f", and that it goes into {names[0]}: --key-header takes {others}, too" if others else ""
    return f"{target.url} refuses the key in {target.key_variable} ({status}): check that it is this server's{headers}"


def _refuse_unknown_model(target: Target, call: RequestBuilder, reply: Reply | None, names: list[str]) -> None:
    """Raises UsageError where a server that has the API says that it has not the model that the user named.

    A server without chat says nothing of a model, and is judged; so is one that the user says has no chat.
    """
    words = _of_unknown_model(reply, call) if reply is not None else ""
    if reply is None or not words or "core" in target.declined:
        return
    of_chats = [role for role in LISTS if role not in LISTS_OF_EMBEDDINGS]
    lists = ", ".join(each.path for each in call.contract.operations if each.role in of_chats)
    shown = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    raise UsageError(
        f"{target.url} does not take the model {call.chat_model!r} ({reply.status}: {words}). Name another by --model, "
        f"or as `chat` in [models] of the target file" + (f"; {lists} lists {shown or 'none'}" if lists else "")
    )


def _of_unknown_model(reply: Reply, call: RequestBuilder) -> str:
    """What an error says of the model that was asked for; empty where it speaks of something else, as of the path."""
    if not 400 <= reply.status < 500 or reply.status in (401, 408, 429):
        return ""
    for words in _messages(reply):
        lowered = words.lower()
        names_it = reply.status == 404 and call.chat_model in words
        if "model" in lowered and HELLO not in words and (names_it or any(said in lowered for said in UNKNOWN)):
            return words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…"
    return ""


def _messages(reply: Reply) -> Iterator[str]:
    """The sentences of an error: texts where servers put them, and each `msg` of a list of details."""
    try:
        body = reply.json
    except NotJson:
        return
    inner = body.get("error") if isinstance(body, dict) else None
    for node in (body, inner):
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            details = node.get("detail")
            entries = details if isinstance(details, list) else []
            said = [node.get("message"), details, *(each.get("msg") for each in entries if isinstance(each, dict))]
            yield from (words for words in said if isinstance(words, str))


def _right_url(url: str, contract: Contract) -> str:
    """The cure for a URL below which nothing is: leave off what the documented paths begin with, if it ends so."""
    paths = [each.path.split("/") for each in contract.operations]
    begun = {"/".join(parts[:length]) for parts in paths for length in range(2, len(parts) + 1)}
    for begin in sorted(begun, key=len, reverse=True):
        if urlsplit(url).path.endswith(begin):
            return f"Leave off {begin}, with which the paths of the API begin: {url.removesuffix(begin)}"
    return "Check the URL and its base path"
