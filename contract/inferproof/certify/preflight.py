"""Before a run: can the target be reached, does it take the key, is it this API at all, and which models has it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from inferproof.certify.budget import Speed
from inferproof.certify.models import LONGEST_NAME, chosen, names_of
from inferproof.certify.pace import Pace
from inferproof.certify.sender import HELLO, Sender, smallest
from inferproof.certify.spending import Spending
from inferproof.certify.target import Target, UsageError
from inferproof.certify.watchdog import Bounds
from inferproof.certify.words import messages
from inferproof.document import Contract
from inferproof.document.names import LISTS, LISTS_OF_EMBEDDINGS
from inferproof.judge.capabilities import OF_ROLE, not_claimed
from inferproof.judge.statuses import ROUTE
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip, Value
from inferproof.probes.probe import PlannedRequest, RequestBuilder, user
from inferproof.wire.client import Client
from inferproof.wire.exchange import Exchange, Fault, NotJson, Reply

COUNT = "Count from one to a hundred, in words."

FEW = 16
"""Tokens of the longer chat, which tells how long one takes."""

MOST_NAMES = 10
"""Models that an error names."""

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
    """The call to make requests with, and how fast a chat was; None where it brought no body. `reasons` says that the
    model spent a short cap on reasoning, and that the target gives it no room for that.
    """

    call: RequestBuilder
    speed: Speed | None
    reasons: bool = False


async def preflight(
    contract: Contract, target: Target, call: RequestBuilder, client: Client, pace: Pace | None = None
) -> Ready:
    """What a run begins with: models that the user did not name are taken from discovery where it lists any.

    It looks at the status, at each list of models and at one request for work, as far as the contract has them; where
    that is a chat, a longer one then tells the time of a token.
    Raises UsageError naming cause and cure.
    """
    look = Look(target, client, pace or Pace(target.limits))
    status = [await look.at(call.to("status"), call)] if "status" in contract.roles else []
    listing = [role for role in LISTS if role in contract.roles and not_claimed(OF_ROLE[role], target.declined) is None]
    lists = [await look.at(call.to(role), call) for role in listing]
    names = names_of(lists, embed=False)
    call = replace(
        call,
        chat_model=chosen(target.chat_model, call.chat_model, names),
        embedding_model=chosen(target.embedding_model, call.embedding_model, names_of(lists, embed=True)),
    )
    plain = smallest(call)
    if plain is not None:
        _require_models(call, target)
    work = [await look.at(plain, call)] if plain is not None else []
    seen = (*status, *lists, *work)
    replies = [exchange.reply for exchange in seen if exchange.reply is not None and exchange.fault is None]
    if not replies:
        raise UsageError(f"{target.url} gives no whole reply: {_fault(seen).text}")
    codes = ", ".join(str(exchange.reply.status if exchange.reply else "nothing") for exchange in seen)
    doors = [exchange.reply.status if exchange.reply else 0 for exchange in (*lists, *work)]
    if doors and all(status in (401, 403) for status in doors):
        raise UsageError(_refused(target, doors[-1], call))
    if all(300 <= reply.status < 400 for reply in replies):
        to = replies[0].header("location") or "nowhere"
        raise UsageError(f"{target.url} redirects to {to[:200]!r}: give the URL that it leads to, if it is the API's")
    if all(reply.status in ROUTE or not reply.media_type.endswith("json") for reply in replies):
        paths = ", ".join(contract.operation(exchange.role).path for exchange in seen if exchange.role)
        raise UsageError(
            f"{target.url} answers, but not as the {contract.name} API does: none of {paths} is there "
            f"({codes}). {_right_url(target.url, contract)}"
        )
    known = any(exchange.reply and exchange.reply.status == 200 for exchange in (*status, *lists))
    reply = work[0].reply if work else None
    if target.chat_model and known and "chat" in contract.roles:
        _refuse_unknown_model(target, call, reply, names)
    first, longer = _seconds(reply), None
    if first is not None and reply is not None and reply.status == 200 and "chat" in contract.roles:
        longer = await look.at(replace(call, room=0).chat(user(COUNT), max_tokens=FEW), call)
    reasons = longer is not None and Subject(longer, contract).unanswered and not target.limits.room
    return Ready(call, _speed(first, longer), reasons)


async def embeds(target: Target, call: RequestBuilder, client: Client, pace: Pace) -> str:
    """What there is to say where the server has not the model that embeds, asked once; empty where it has.

    A server that does not answer here is not one that is not there: the run goes on, and judges it.
    Raises UsageError where the user named a model that the server has not.
    """
    try:
        exchange = await Look(target, client, pace).at(call.embed(HELLO), call)
    except UsageError as error:
        return f"asked for embeddings, {error}"
    words = of_unknown_model(exchange.reply, call.embedding_model)
    if exchange.reply is None or not words:
        return ""
    said = (
        f"{target.url} does not take the embedding model {call.embedding_model!r} ({exchange.reply.status}: {words}). "
        "Name another by --embedding-model, or as `embedding` in [models] of the target file"
    )
    if target.embedding_model:
        raise UsageError(said)
    return f"{said}; or give up `embeddings` in its [capabilities]"


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


def _speed(first: float | None, longer: Exchange | None) -> Speed | None:
    """From the seconds of a chat of one token, and a longer one; from those alone where the other tells nothing."""
    if first is None:
        return None
    reply = longer.reply if longer is not None else None
    took, tokens = _seconds(reply), _completion_tokens(reply)
    if took is None or tokens < 2:
        return Speed(first)
    return Speed(min(first, took), max(0.0, (took - first) / (tokens - 1)))


def _seconds(reply: Reply | None) -> float | None:
    return reply.reads[-1][0] / 1e6 if reply is not None and reply.reads else None


def _completion_tokens(reply: Reply | None) -> int:
    """As the server counts them; 0 where it says nothing that can be."""
    try:
        body = Value(reply.json if reply is not None and reply.status == 200 else None)
        return min(body.integer("/usage/completion_tokens"), FEW)
    except (NotJson, Skip):
        return 0


class Look:
    """Sends, and raises UsageError where a server is not there or does not answer: that is the user's to mend."""

    def __init__(self, target: Target, client: Client, pace: Pace) -> None:
        self._target, self._client, self._pace = target, client, pace

    async def at(self, ask: PlannedRequest, call: RequestBuilder) -> Exchange:
        """One exchange, with the key, redacted."""
        url, bounds = self._target.url, Bounds(self._target.limits)
        sender = Sender(self._target, call, self._client, bounds, self._pace, Spending())
        try:
            async with bounds.deadline():
                exchange = await sender.send("preflight", 0, ask)
        except TimeoutError:
            bounds.out_of_time()
        if bounds.cause:
            raise UsageError(f"{url}: {bounds.cause}")
        if exchange.fault is not None and exchange.fault.kind == "unreachable":
            raise UsageError(f"{url} cannot be reached: {exchange.fault.text}")
        if exchange.fault is not None and exchange.fault.kind == "timeout":
            if exchange.reply is not None:
                raise UsageError(f"{url} gives no whole reply: {exchange.fault.text}")
            raise UsageError(
                f"{url} accepted the connection, but {exchange.fault.text}: is it still loading? "
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
    words = of_unknown_model(reply, call.chat_model)
    if reply is None or not words or "core" in target.declined:
        return
    of_chats = [role for role in LISTS if role not in LISTS_OF_EMBEDDINGS]
    lists = ", ".join(each.path for each in call.contract.operations if each.role in of_chats)
    shown = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    raise UsageError(
        f"{target.url} does not take the model {call.chat_model!r} ({reply.status}: {words}). Name another by --model, "
        f"or as `chat` in [models] of the target file" + (f"; {lists} lists {shown or 'none'}" if lists else "")
    )


def of_unknown_model(reply: Reply | None, model: str) -> str:
    """What an error says of the model that was asked for; empty where it speaks of something else, as of the path."""
    if reply is None or not 400 <= reply.status < 500 or reply.status in (401, 408, 429):
        return ""
    for words in messages(reply):
        lowered = words.lower()
        names_it = reply.status == 404 and model in words
        if "model" in lowered and HELLO not in words and (names_it or any(said in lowered for said in UNKNOWN)):
            return words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…"
    return ""


def _right_url(url: str, contract: Contract) -> str:
    """The cure for a URL below which nothing is: leave off what the documented paths begin with, if it ends so."""
    paths = [each.path.split("/") for each in contract.operations]
    begun = {"/".join(parts[:length]) for parts in paths for length in range(2, len(parts) + 1)}
    for begin in sorted(begun, key=len, reverse=True):
        if urlsplit(url).path.endswith(begin):
            return f"Leave off {begin}, with which the paths of the API begin: {url.removesuffix(begin)}"
    return "Check the URL and its base path"
