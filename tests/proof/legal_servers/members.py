"""What the JSON says: more members, fewer, null ones, other values that the schemas allow."""

from __future__ import annotations

import uuid
from typing import Any

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import (
    Reply,
    chat_streams,
    completions,
    configs,
    json_replies,
    native,
    whole_completions,
)

MAPS = ("prompt_logprobs", "default_parameters")
"""Members whose own members are named by data, so that one more would not be extra but another entry."""

NULLABLE_OF_REPLY = ("prompt_logprobs", "kv_transfer_params", "system_fingerprint", "time_info")
NULLABLE_OF_CHUNK = ("usage", "system_fingerprint", "time_info")
NULLABLE_OF_CHOICE = ("logprobs", "stop_reason")
NULLABLE_OF_DELTA = ("role", "content", "reasoning_content")


def has_json(reply: Reply) -> bool:
    return reply.streamed or json_replies(reply)


def extended(value: Any) -> Any:
    if isinstance(value, list):
        return [extended(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: item if name in MAPS else extended(item) for name, item in value.items()}
    return {**members, "x_vendor": {"note": "anything", "list": [1, None]}}


def without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    keep = ("content", "is_external")  # required, though they may be null
    return {
        name: item if name in MAPS else without_nulls(item)
        for name, item in value.items()
        if item is not None or name in keep
    }


def choices(reply: Reply) -> list[Any]:
    return [choice for value in reply.values for choice in value["choices"]]


def messages(reply: Reply) -> list[Any]:
    """The message or the delta of each choice."""
    return [choice.get("message", choice.get("delta")) for choice in choices(reply)]


def edit(reply: Reply, change: Any) -> None:
    """Change every JSON value of the reply."""
    if reply.streamed:
        reply.chunks = [change(value) for value in reply.chunks]
    else:
        reply.json = change(reply.json)


@variant(of=has_json)
def extra_members_everywhere(reply: Reply) -> None:
    """Every object has a member that no document names."""
    edit(reply, extended)


@variant(of=has_json)
def members_in_another_order(reply: Reply) -> None:
    """Every object has its members in the opposite order: JSON objects have none (RFC 8259 §4)."""

    def reverse(value: Any) -> Any:
        if isinstance(value, list):
            return [reverse(item) for item in value]
        if isinstance(value, dict):
            return {name: reverse(value[name]) for name in reversed(value)}
        return value

    edit(reply, reverse)


@variant(of=completions)
def null_for_what_is_absent(reply: Reply) -> None:
    """Every member that may be null and says nothing is sent as null."""
    for value in reply.values:
        for name in NULLABLE_OF_CHUNK if reply.streamed else NULLABLE_OF_REPLY:
            value.setdefault(name)
        if value.get("usage"):
            value["usage"].setdefault("prompt_tokens_details")
    for choice in choices(reply):
        for name in NULLABLE_OF_CHOICE:
            choice.setdefault(name)
    for message in messages(reply):
        for name in NULLABLE_OF_DELTA:
            message.setdefault(name)


@variant(of=has_json)
def absent_for_what_is_null(reply: Reply) -> None:
    """No member is null, but for those that are required: the others are left out."""
    edit(reply, without_nulls)


@variant(of=completions)
def empty_lists_of_tool_calls(reply: Reply) -> None:
    """A message or delta without calls has an empty list of them, as vLLM sends."""
    for message in messages(reply):
        message.setdefault("tool_calls", [])


@variant(of=completions)
def a_fingerprint_and_times(reply: Reply) -> None:
    """Replies and chunks tell what made them, and how long it took."""
    for value in reply.values:
        value.update(system_fingerprint="fp_44709d6fcb", time_info={"queue_time": 0.0002, "total_time": 0.11})


@variant(of=completions)
def no_fingerprint(reply: Reply) -> None:
    """Nothing tells what made a reply."""
    for value in reply.values:
        value.pop("system_fingerprint", None)


@variant(of=completions)
def the_model_has_a_longer_name(reply: Reply) -> None:
    """`model` names the exact version of the model that was asked for, as OpenAI's does."""
    for value in reply.values:
        value["model"] += "-2025-01-31"


@variant(of=completions)
def ids_are_uuids(reply: Reply) -> None:
    """Ids are UUIDs without a prefix; a `request_id`, which has to come back, has a member of its own."""
    for value in reply.values:
        value["id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, value["id"]))
        if "request_id" in reply.asked:
            value["request_id"] = reply.asked["request_id"]


@variant(of=completions)
def ids_are_long(reply: Reply) -> None:
    """Ids have more than two hundred characters, slashes and spaces among them."""
    for value in reply.values:
        value["id"] = f"cluster 7/{'shard/' * 33}{value['id']}"


@variant(of=completions)
def ids_are_not_ascii(reply: Reply) -> None:
    """Ids have characters of two, three and four bytes."""
    for value in reply.values:
        value["id"] = f"größe-答え-🚀-{value['id']}"


@variant(of=completions)
def usage_has_details(reply: Reply) -> None:
    """Usage tells how many tokens came from a cache, here all of the prompt, and what the completion consists of."""
    for value in reply.values:
        if usage := value.get("usage"):
            usage["prompt_tokens_details"] = {"cached_tokens": usage["prompt_tokens"], "audio_tokens": 0}
            usage["completion_tokens_details"] = {"reasoning_tokens": 0, "accepted_prediction_tokens": 0}


@variant(of=lambda reply: completions(reply) and "truncate_prompt_tokens" not in reply.asked)
def prompts_have_a_longer_template(reply: Reply) -> None:
    """Each prompt counts seven tokens more, those of another chat template."""
    for value in reply.values:
        if value.get("prompt_logprobs"):
            value["prompt_logprobs"] += [value["prompt_logprobs"][-1]] * 7
        if usage := value.get("usage"):
            usage["prompt_tokens"] += 7
            usage["total_tokens"] += 7


@variant(of=has_json)
def whole_numbers_have_a_fraction(reply: Reply) -> None:
    """Whole numbers are written as 7.0, which is an integer by JSON Schema (2020-12, §4.2.3)."""

    def as_float(value: Any) -> Any:
        if isinstance(value, list):
            return [as_float(item) for item in value]
        if isinstance(value, dict):
            return {name: as_float(item) for name, item in value.items()}
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    edit(reply, as_float)


@variant(of=whole_completions)
def reasoning_beside_the_answer(reply: Reply) -> None:
    """A message has `reasoning_content` beside its content."""
    for message in messages(reply):
        message["reasoning_content"] = "The person asks something. I shall answer it."


@variant(of=completions)
def stop_reasons_are_token_ids(reply: Reply) -> None:
    """A choice that ended by itself has the id of its last token as `stop_reason`."""
    for choice in choices(reply):
        if choice.get("finish_reason") == "stop" and choice.get("stop_reason") is None:
            choice["stop_reason"] = 128009


@variant(of=native)
def native_times_are_exact(reply: Reply) -> None:
    """`created` of the native operations, a number, has microseconds."""
    for value in reply.values:
        value["created"] += 0.123456


@variant(of=native)
def native_times_are_whole(reply: Reply) -> None:
    """`created` of the native operations is written without a fraction."""
    for value in reply.values:
        value["created"] = int(value["created"])


@variant(of=native)
def native_replies_tell_more(reply: Reply) -> None:
    """Native replies and events say null for what they lack, and tell usage and model."""
    for value in reply.values:
        value.setdefault("tool_calls")
        value.setdefault("reasoning_content")
        value.update(model="inflection_3_pi", usage={"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10})


@variant(of=native)
def native_replies_reason(reply: Reply) -> None:
    """Native replies have `reasoning_content`, in a stream on the first event."""
    reply.values[0]["reasoning_content"] = "The person asks something. I shall answer it."


@variant(of=lambda reply: reply.status == 200 and reply.path == "/status")
def the_status_tells_more(reply: Reply) -> None:
    """The status word is another one, and more is told beside it."""
    reply.json = {"status": "Operational, one replica of two", "version": "2.7.1", "uptime_s": 86400.5, "gpu": None}


@variant(of=chat_streams)
def later_deltas_have_an_empty_role(reply: Reply) -> None:
    """Deltas after the first have an empty text for their role."""
    for message in messages(reply):
        message.setdefault("role", "")


@variant(of=lambda reply: completions(reply) and "attributes" not in reply.path)
def usage_is_all_details(reply: Reply) -> None:
    """All of the prompt is cached and of audio, all of the completion is of audio, or of a prediction."""
    for value in reply.values:
        if usage := value.get("usage"):
            prompt, completion = usage["prompt_tokens"], usage["completion_tokens"]
            usage["prompt_tokens_details"] = {"cached_tokens": prompt, "audio_tokens": prompt}
            parts = {"audio_tokens": completion, "accepted_prediction_tokens": completion - 1}
            usage["completion_tokens_details"] = {**parts, "rejected_prediction_tokens": 1, "reasoning_tokens": None}


@variant(of=lambda reply: completions(reply) or configs(reply))
def replies_name_an_alias(reply: Reply) -> None:
    """Replies name a model by another name, which the list of models has for it."""
    if completions(reply):
        for value in reply.values:
            value["model"] = f"origin-{len(reply.asked.get('model', ''))}"
    else:
        for item in reply.json:
            item["also_known_as"] = [f"origin-{len(item['name'])}"]


@variant(of=chat_streams)
def streams_say_the_role_again_and_again(reply: Reply) -> None:
    """Every delta has the role, as several engines send it."""
    for message in messages(reply):
        message["role"] = "assistant"
