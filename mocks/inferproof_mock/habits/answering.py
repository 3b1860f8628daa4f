"""Answers: members, ids and texts that the document leaves to the server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from inferproof.front.backend import Json
from inferproof_mock.habits.exchange import Answer, Asked
from inferproof_mock.habits.habit import CHATS, TALKS, asks, replies


def _chatted(answer: Answer) -> bool:
    return answer.status == 200


def _messages(value: Json) -> Iterator[tuple[Json, Json]]:
    """The choices of a whole reply, each with its message."""
    for choice in value.get("choices") or []:
        if isinstance(choice, dict) and isinstance(choice.get("message"), dict):
            yield choice, choice["message"]


def _said(value: Json) -> Iterator[Json]:
    """The messages of a whole reply, and the deltas of a chunk."""
    for choice in value.get("choices") or []:
        if isinstance(choice, dict):
            yield choice.get("message") or choice.get("delta") or {}


@replies(*TALKS)
def answers_tell_of_tiers(asked: Asked, answer: Answer) -> None:
    """Answers have `service_tier`, a fingerprint that is null, a provider and a cost.

    Allowed: the documented objects are open; OpenAI and gateways have these.
    """
    more = {"service_tier": "default", "system_fingerprint": None, "provider": "edge", "cost": 0.000012}
    if _chatted(answer):
        answer.edit(lambda value: value.update({**more, **value}) if "choices" in value else None)


@replies(*CHATS)
def messages_say_what_is_null(asked: Asked, answer: Answer) -> None:
    """Messages have null for a refusal, an audio and a function call, and an empty list of annotations.

    Allowed: OpenAI's own messages have them; all are nullable in its definition.
    """

    def say(value: Json) -> None:
        for choice, message in _messages(value):
            message.update({"refusal": None, "annotations": [], "audio": None, "function_call": None, **message})
            choice.setdefault("logprobs", None)

    if _chatted(answer) and not answer.streamed:
        answer.edit(say)


@replies(*TALKS)
def nulls_are_left_out(asked: Asked, answer: Answer) -> None:
    """Members that are null are left out, but for `content` and `finish_reason`.

    Allowed: what is optional and null says nothing (JSON Schema: it need not be there).
    """

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            for name in [name for name in value if value[name] is None and name not in KEPT]:
                del value[name]
        for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            without(child)

    if _chatted(answer):
        answer.edit(without)


KEPT = frozenset({"content", "finish_reason", "prompt_logprobs", "logprobs", "bytes"})
"""What may be null and is read: by a client, or as a place in a list."""


DETAILS = {
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "accepted_prediction_tokens": 0},
}


@replies(*CHATS)
def usage_has_details(asked: Asked, answer: Answer) -> None:
    """`usage` has details: cached, audio, reasoning and accepted tokens.

    Allowed: OpenAI defines them; the documented object is open.
    """

    def tell(value: Json) -> None:
        if isinstance(usage := value.get("usage"), dict):
            for name, more in DETAILS.items():
                usage[name] = {**more, **(usage.get(name) or {})}
            usage["queue_time"] = 0.0193

    if _chatted(answer):
        answer.edit(tell)


@replies(*TALKS)
def ids_are_of_another_kind(asked: Asked, answer: Answer) -> None:
    """`id` is `gen-` with a number and a word, or a bare UUID in streams.

    Allowed: the document says that it is text, and nobody's format is promised (project).
    """

    def other(value: Json) -> None:
        if isinstance(found := value.get("id"), str):
            digest = hashlib.sha256(found.encode()).hexdigest()
            dashed = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
            value["id"] = dashed if answer.streamed else f"gen-1733-{digest[:20]}"

    if _chatted(answer) and not asked.has("request_id"):
        answer.edit(other)


@replies(*CHATS)
def calls_have_short_ids(asked: Asked, answer: Answer) -> None:
    """The `id` of a call is nine letters and digits.

    Allowed: OpenAI defines it as text; some templates take nine characters only.
    """

    def shorten(value: Json) -> None:
        for said in _said(value):
            for call in said.get("tool_calls") or []:
                if isinstance(call.get("id"), str):
                    call["id"] = hashlib.sha256(call["id"].encode()).hexdigest()[:9]

    if _chatted(answer):
        answer.edit(shorten)


@replies(*CHATS)
def calls_come_with_an_empty_text(asked: Asked, answer: Answer) -> None:
    """A message with calls has an empty `content` in place of null.

    Allowed: the document lets it be text or null, and an empty text says nothing.
    """

    def empty(value: Json) -> None:
        for _, message in _messages(value):
            if message.get("tool_calls") and message.get("content") is None:
                message["content"] = ""

    if _chatted(answer) and not answer.streamed:
        answer.edit(empty)


@replies(*CHATS)
def calls_that_were_asked_for_end_with_stop(asked: Asked, answer: Answer) -> None:
    """Where `tool_choice` names a function, the call's `finish_reason` is `stop`.

    Allowed: OpenAI does so: the model did not decide to call.
    """

    def stop(value: Json) -> None:
        for choice in value.get("choices") or []:
            if isinstance(choice, dict) and choice.get("finish_reason") == "tool_calls":
                choice["finish_reason"] = "stop"

    if _chatted(answer) and isinstance(asked.get("tool_choice"), dict):
        answer.edit(stop)


@replies(*CHATS)
def models_are_named_to_the_day(asked: Asked, answer: Answer) -> None:
    """The reply names the model with the day of its making.

    Allowed: OpenAI answers with the snapshot that an alias stands for; the document says that `model` is text.
    """

    def dated(value: Json) -> None:
        if isinstance(value.get("model"), str):
            value["model"] += "-2026-01-01"

    if _chatted(answer):
        answer.edit(dated)


@asks(*CHATS, declines=("sampling.seed",))
class ItNeverSaysTheSame:
    """A seed and temperature 0 do not repeat an answer.

    Allowed: OpenAI promises a best effort only, and the target declines `sampling.seed` (project).
    """

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self, body: Json) -> None:
        self._asked += 1
        if body.get("temperature") == 0:
            body.update(temperature=0.9, seed=self._asked)


@replies("chat.legacy", open=("equivalence.legacy.text", "legacy.stream.same-text"))
class NativeTextsNeverRepeat:
    """The native operation answers the same question otherwise each time, at temperature 0 too.

    Allowed: nothing promises that it repeats itself, and it has no seed (project).
    """

    def __init__(self) -> None:
        self._answered = 0

    def __call__(self, asked: Asked, answer: Answer) -> None:
        self._answered += 1
        if _chatted(answer) and asked.number("temperature") == 0:
            answer.edit(
                lambda value: value.update(text=f"{value['text']} {self._answered}") if "text" in value else None
            )


@asks(*CHATS)
def zero_is_nearly_zero(body: Json) -> None:
    """A temperature of 0 is read as 0.001.

    Allowed: engines that divide by it do so; the answer is as good as the most likely one (project).
    """
    if body.get("temperature") == 0:
        body["temperature"] = 0.001


@asks(*CHATS)
def nobody_asks_who_the_user_is(body: Json) -> None:
    """`user` has no effect.

    Allowed: OpenAI defines `user` as a hint against abuse; nothing in an answer depends on it.
    """
    if isinstance(body.get("user"), str):
        del body["user"]


@asks(*CHATS)
def answers_have_a_cap_of_their_own(body: Json) -> None:
    """A request without a cap gets at most 48 tokens.

    Allowed: a server's own default cap cannot be demanded away (project).
    """
    if body.get("max_tokens") is None and body.get("max_completion_tokens") is None:
        body["max_tokens"] = 48


@asks(*CHATS, declines=("legacy.as-chat",))
def the_host_speaks_first(body: Json) -> None:
    """A system message of the host's own comes before each conversation that has none.

    Allowed: stock templates have a default one; what a prompt begins with is the template's (project).
    """
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    if isinstance(messages, list) and isinstance(first, dict) and first.get("role") not in ("system", "developer"):
        messages.insert(0, {"role": "system", "content": "You are a helpful assistant."})


@replies("embeddings")
def vectors_tremble(asked: Asked, answer: Answer) -> None:
    """The numbers of a vector differ in the seventh place from one request to the next.

    Allowed: sums of floats depend on the batch; nothing promises their last bits (project).
    """
    factor = 1 + 1e-7 * (asked.nth % 3 - 1 + len(asked.body) % 2)

    def tremble(value: Json) -> None:
        for item in value.get("data") or []:
            if isinstance(item, dict) and isinstance(item.get("embedding"), list):
                item["embedding"] = [number * factor for number in item["embedding"]]

    if answer.status == 200:
        answer.edit(tremble)


@replies("embeddings")
def embeddings_tell_more(asked: Asked, answer: Answer) -> None:
    """Replies with embeddings have an id, a provider and the details of a usage.

    Allowed: the documented objects are open; vLLM has an id.
    """

    def more(value: Json) -> None:
        value.update({"id": "embd-7f3a9c", "provider": "edge", **value})
        value.get("usage", {}).setdefault("prompt_tokens_details", None)

    if answer.status == 200:
        answer.edit(more)
