"""Log probabilities that are missing, of something else, or no logarithms."""

from __future__ import annotations

import math
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, chat_stream, choices
from tests.proof.legal_servers.reply import Reply


def entries(reply: Reply) -> list[Any]:
    return [entry for choice in choices(reply) for entry in (choice.get("logprobs") or {}).get("content") or ()]


def has_entries(reply: Reply) -> bool:
    return chat(reply) and bool(entries(reply))


@defect("logprobs.content", asks=True, seen="dtzp555-max/ocp#470")
def logprobs_are_dropped(asked: dict[str, Any]) -> None:
    """`logprobs` is ignored."""
    asked.pop("logprobs", None)
    asked.pop("top_logprobs", None)


@defect("logprobs.sign", of=has_entries)
def probabilities_are_no_logarithms(reply: Reply) -> None:
    """`logprob` is the probability itself."""
    for entry in entries(reply):
        entry["logprob"] = math.exp(entry["logprob"]) + 0.001


@defect("logprobs.top.count", of=has_entries)
def the_sampled_token_is_one_more(reply: Reply) -> None:
    """The token that was sampled is added to the alternatives, one more than asked for."""
    for entry in entries(reply):
        own = {name: entry[name] for name in ("token", "logprob", "bytes") if name in entry}
        entry["top_logprobs"] = [*(entry.get("top_logprobs") or ()), own]


@defect("logprobs.stream.count", of=lambda reply: chat_stream(reply) and reply.asked.get("n") == 2)
def a_choice_loses_pieces(reply: Reply) -> None:
    """Of two choices in a stream the second loses every second piece, with its tokens."""
    pieces = [chunk for chunk in reply.chunks if any(one["index"] == 1 and one["delta"] for one in chunk["choices"])]
    lost = pieces[1::2]
    reply.chunks = [chunk for chunk in reply.chunks if not any(chunk is each for each in lost)]


@defect("logprobs.tokens.text", of=lambda reply: chat_stream(reply) and reply.asked.get("n") == 2)
def the_second_choice_has_its_tokens_in_reverse(reply: Reply) -> None:
    """In a stream of two choices the pieces of the second have its tokens, the last one first."""
    second = [one for one in choices(reply) if one["index"] == 1 and one.get("logprobs")]
    for choice, entries_of_another in zip(second, [one["logprobs"] for one in reversed(second)], strict=True):
        choice["logprobs"] = entries_of_another


def has_alternatives(reply: Reply) -> bool:
    return has_entries(reply) and any(entry.get("top_logprobs") for entry in entries(reply))


def streams_alternatives(reply: Reply) -> bool:
    return chat_stream(reply) and any(entry.get("top_logprobs") for entry in entries(reply))


@defect("logprobs.top.own", of=has_alternatives, seen="sgl-project/sglang#2088")
def every_token_has_the_first_alternatives(reply: Reply) -> None:
    """Every token has the alternatives of the first one."""
    for entry in entries(reply):
        entry["top_logprobs"] = entries(reply)[0]["top_logprobs"]


@defect("logprobs.top.own", of=streams_alternatives)
def every_token_of_a_stream_has_the_first_alternatives(reply: Reply) -> None:
    """In a stream every token has the alternatives of the first one."""
    for entry in entries(reply):
        entry["top_logprobs"] = entries(reply)[0]["top_logprobs"]


@defect("logprobs.top.likeliest", of=has_alternatives)
def alternatives_are_one_late(reply: Reply) -> None:
    """Every token has the alternatives of the one before it."""
    found = entries(reply)
    lists = [entry["top_logprobs"] for entry in found]
    for entry, before in zip(found[1:], lists, strict=False):
        entry["top_logprobs"] = before


@defect("logprobs.top.same", of=has_alternatives)
def a_token_is_less_likely_than_its_alternative(reply: Reply) -> None:
    """The `logprob` of a token is that of another step than its alternatives."""
    for entry in entries(reply):
        entry["logprob"] -= 2.5


@defect("logprobs.tokens.text", of=lambda reply: has_entries(reply) and not reply.asked.get("top_logprobs"))
def tokens_are_those_before_detokenizing(reply: Reply) -> None:
    """Tokens have lost the space that they begin with, and have no bytes."""
    for entry in entries(reply):
        entry["token"] = entry["token"].strip()
        entry.pop("bytes", None)


@defect("logprobs.token-ids", asks=True)
def token_ids_are_dropped(asked: dict[str, Any]) -> None:
    """`return_tokens_as_token_ids` is ignored."""
    asked.pop("return_tokens_as_token_ids", None)


@defect("logprobs.prompt.sent", asks=True)
def prompt_logprobs_are_dropped(asked: dict[str, Any]) -> None:
    """`prompt_logprobs` is ignored."""
    asked.pop("prompt_logprobs", None)


@defect("logprobs.bytes", of=has_entries)
def bytes_are_off_by_one(reply: Reply) -> None:
    """The bytes of a token are those of its neighbour."""
    found = entries(reply)
    for entry, other in zip(found, [*found[1:], found[0]], strict=True):
        entry["bytes"] = list(other["token"].encode())
