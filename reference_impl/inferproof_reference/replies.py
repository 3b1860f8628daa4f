"""What vLLM answers, as the contract has it. Every function changes the reply in place: it is ours alone."""

from __future__ import annotations

from collections.abc import Iterable

from inferproof.front.backend import Json

# Members of vLLM 0.32 that the contract does not have: dropped whatever they hold, because the first are the
# engine's own business and the others come only to those who ask for what the contract does not offer.
INTERNAL = ("kv_transfer_params", "ec_transfer_params", "prompt_token_ids", "prompt_text")
INTERNAL_OF_A_CHOICE = ("token_ids", "routed_experts")

# Members that vLLM writes as null where it has nothing to say.
OFTEN_NULL = ("service_tier", "prompt_logprobs", "system_fingerprint")
OFTEN_NULL_IN_A_MESSAGE = ("refusal", "annotations", "audio", "function_call")
OFTEN_NULL_IN_USAGE = ("prompt_tokens_details", "completion_tokens_details")


def whole(reply: Json, name: str, *, prompt_logprobs: bool) -> Json:
    """A whole reply of a chat. `name` is the catalogue's; `prompt_logprobs` says whether they were asked for."""
    _envelope(reply, name)
    _drop_nulls(reply, OFTEN_NULL)
    if not prompt_logprobs:
        reply.pop("prompt_logprobs", None)  # `echo` alone brings them
    for choice in reply["choices"]:
        _drop(choice, INTERNAL_OF_A_CHOICE)
        message = choice["message"]
        _drop_nulls(message, OFTEN_NULL_IN_A_MESSAGE)
        _message(message)
    return reply


def chunk(event: Json, name: str) -> Json:
    """A chunk of a streamed chat."""
    _envelope(event, name)
    for choice in event["choices"]:
        _drop(choice, INTERNAL_OF_A_CHOICE)
        _message(choice["delta"])
    return event


def embeddings(reply: Json, name: str) -> Json:
    """A reply of embeddings."""
    reply["model"] = name
    _drop_nulls(reply["usage"], OFTEN_NULL_IN_USAGE)
    return reply


def _envelope(reply: Json, name: str) -> None:
    reply["model"] = name
    _drop(reply, INTERNAL)
    if reply.get("usage"):
        _drop_nulls(reply["usage"], OFTEN_NULL_IN_USAGE)
    metrics = reply.pop("metrics", None)  # with --enable-per-request-metrics
    if metrics is not None:
        reply["time_info"] = metrics


def _message(message: Json) -> None:
    """A message or a delta. vLLM names its role after the last of the request where it opens no message of its own."""
    if "role" in message:
        message["role"] = "assistant"
    reasoning = message.pop("reasoning", None)  # `reasoning_content` until vLLM 0.14
    if reasoning is not None:
        message["reasoning_content"] = reasoning


def _drop(value: Json, names: Iterable[str]) -> None:
    for name in names:
        value.pop(name, None)


def _drop_nulls(value: Json, names: Iterable[str]) -> None:
    for name in names:
        if name in value and value[name] is None:
            del value[name]
