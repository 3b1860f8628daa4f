"""Members of the request that are dropped, translated wrongly, or obeyed half."""

from __future__ import annotations

import itertools
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, chat_stream, completion, messages
from tests.proof.legal_servers.reply import Reply, whole_completions


@defect("chat.request.max-tokens.cap", asks=True)
def max_tokens_is_dropped(asked: dict[str, Any]) -> None:
    """`max_tokens` is ignored, and with it the budget of the caller."""
    if asked.get("max_tokens"):
        asked["max_tokens"] = 64


@defect("chat.request.max-completion-tokens.cap", asks=True, seen="abetlen/llama-cpp-python#1907")
def max_completion_tokens_is_dropped(asked: dict[str, Any]) -> None:
    """`max_completion_tokens`, the newer name, is ignored."""
    if asked.pop("max_completion_tokens", None):
        asked.setdefault("max_tokens", 40)


@defect("sampling.stop", asks=True, seen="Blaizzy/mlx-vlm#1044")
def stop_is_dropped(asked: dict[str, Any]) -> None:
    """`stop` is accepted and ignored."""
    asked.pop("stop", None)


@defect("sampling.stop", asks=True)
def the_stop_string_stays(asked: dict[str, Any]) -> None:
    """The text ends with the stop string that ended it."""
    if asked.get("stop"):
        asked["include_stop_str_in_output"] = True


@defect("sampling.stop.prefix", asks=True)
def only_the_first_stop_counts(asked: dict[str, Any]) -> None:
    """Of a list of `stop` strings the first is passed on."""
    if isinstance(asked.get("stop"), list):
        asked["stop"] = asked["stop"][:1]


@defect("sampling.stop.prefix", asks=True)
def only_the_last_stop_counts(asked: dict[str, Any]) -> None:
    """Of a list of `stop` strings the last is passed on."""
    if isinstance(asked.get("stop"), list):
        asked["stop"] = asked["stop"][-1:]


@defect("sampling.stop.included", asks=True)
def the_stop_string_is_always_cut(asked: dict[str, Any]) -> None:
    """`include_stop_str_in_output` is ignored."""
    asked.pop("include_stop_str_in_output", None)


@defect("sampling.n", asks=True, seen="dtzp555-max/ocp#470")
def n_is_dropped(asked: dict[str, Any]) -> None:
    """`n` is ignored: there is one choice."""
    asked.pop("n", None)


@defect("sampling.seed", of=chat)
class SeedsAreIgnored:
    """`seed` is ignored: the same sampled request is answered otherwise each time, though greedy ones are not."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def __call__(self, reply: Reply) -> None:
        for message in messages(reply):
            if reply.asked.get("temperature") == 1 and message.get("content") and not reply.asked.get("logprobs"):
                message["content"] += f" {next(self._numbers)}"


@defect("sampling.seed.streamed", of=chat_stream)
class SeedsAreIgnoredInStreams:
    """`seed` is dropped from requests for streams."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def __call__(self, reply: Reply) -> None:
        said = [message for message in messages(reply) if message.get("content")]
        if reply.asked.get("temperature") == 1 and said:
            said[-1]["content"] += f" {next(self._numbers)}"


@defect("chat.usage.prompt.grows", asks=True)
def the_conversation_is_forgotten(asked: dict[str, Any]) -> None:
    """Only the last message reaches the model."""
    if isinstance(asked.get("messages"), list) and asked["messages"]:
        asked["messages"] = asked["messages"][-1:]


@defect("sampling.logit-bias.force", asks=True)
def logit_bias_is_dropped(asked: dict[str, Any]) -> None:
    """`logit_bias` is ignored."""
    asked.pop("logit_bias", None)


@defect("sampling.allowed-token-ids", asks=True)
def allowed_tokens_are_dropped(asked: dict[str, Any]) -> None:
    """`allowed_token_ids` is ignored."""
    asked.pop("allowed_token_ids", None)


@defect("sampling.bad-words", asks=True)
def bad_words_are_dropped(asked: dict[str, Any]) -> None:
    """`bad_words` is ignored."""
    asked.pop("bad_words", None)


@defect("sampling.min-tokens", asks=True)
def min_tokens_is_dropped(asked: dict[str, Any]) -> None:
    """`min_tokens` is ignored, and a short answer comes."""
    if asked.pop("min_tokens", None):
        asked["max_tokens"] = 1


@defect("sampling.echo", asks=True)
def echo_is_dropped(asked: dict[str, Any]) -> None:
    """`echo` is ignored."""
    asked.pop("echo", None)


@defect("sampling.continue", asks=True)
def the_last_message_is_begun_again(asked: dict[str, Any]) -> None:
    """`continue_final_message` is ignored: the model begins anew, with what was already said."""
    if asked.pop("continue_final_message", None):
        asked.pop("add_generation_prompt", None)
        asked["echo"] = True


@defect("sampling.domain", of=lambda reply: reply.status in (400, 422) and reply.asked.get("temperature") == -1)
def negative_temperatures_are_taken(reply: Reply) -> None:
    """A negative temperature is clamped in silence."""
    completion(reply)


@defect("chat.request.seed.bounds", of=lambda reply: reply.status == 422 and "seed" in reply.asked)
def seeds_overflow(reply: Reply) -> None:
    """A seed beyond 32 bits wraps around in silence."""
    completion(reply)


@defect("sampling.request-id", asks=True)
def request_ids_are_lost(asked: dict[str, Any]) -> None:
    """`request_id` is ignored: a request cannot be traced through the logs."""
    asked.pop("request_id", None)


@defect("sampling.seed.others", asks=True)
def temperature_is_dropped(asked: dict[str, Any]) -> None:
    """`temperature` is accepted, and every answer is the likeliest."""
    asked["temperature"] = 0


@defect("sampling.seed.others", asks=True)
def a_seed_has_two_bits(asked: dict[str, Any]) -> None:
    """Of a seed the last two bits are left."""
    if isinstance(asked.get("seed"), int):
        asked["seed"] &= 3


@defect("sampling.seed.others", asks=True)
def a_seed_is_a_byte(asked: dict[str, Any]) -> None:
    """A seed is cut to its last byte."""
    if isinstance(asked.get("seed"), int):
        asked["seed"] &= 255


@defect("sampling.n.differ", of=whole_completions)
def choices_are_copies_of_the_first(reply: Reply) -> None:
    """The engine is asked once, and its answer copied `n` times."""
    for choice in reply.json["choices"][1:]:
        choice.update(reply.json["choices"][0], index=choice["index"])
