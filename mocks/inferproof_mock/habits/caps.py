"""Caps: how much of something a host allows. Each is above the floor, or the target declines what it takes away."""

from __future__ import annotations

from inferproof_mock.habits.exchange import Asked
from inferproof_mock.habits.habit import CHATS, TALKS, refuses


@refuses(*TALKS, at="n", declines=("sampling.n",))
def one_choice_only(asked: Asked) -> str | None:
    """`n` above one is refused.

    Allowed: a target that declines `sampling.n` does not claim to answer several times (project).
    """
    return asked.above("n", 1)


@refuses(*TALKS, at="n")
def n_is_at_most_2(asked: Asked) -> str | None:
    """`n` above two is refused.

    Allowed: each choice costs a whole answer, and a cap on a resource is the host's (project: the floor is one).
    """
    return asked.above("n", 2)


@refuses(*TALKS, at="n")
def n_is_at_most_4(asked: Asked) -> str | None:
    """`n` above four is refused.

    Allowed: a cap on a resource is the host's (project).
    """
    return asked.above("n", 4)


@refuses(*TALKS, at="n")
def n_is_at_most_16(asked: Asked) -> str | None:
    """`n` above sixteen is refused.

    Allowed: a cap on a resource is the host's (project).
    """
    return asked.above("n", 16)


@refuses(*TALKS, at="best_of")
def no_more_candidates_than_choices(asked: Asked) -> str | None:
    """`best_of` above `n` is refused.

    Allowed: each candidate costs a whole answer; vLLM has dropped `best_of` in its newer engine (project).
    """
    return asked.above("best_of", asked.number("n") or 1)


@refuses(*TALKS, at="top_logprobs")
def top_logprobs_are_at_most_5(asked: Asked) -> str | None:
    """More than five alternatives of a token are refused.

    Allowed: `logprobs.accepted` itself says that a server may set a limit above five (project).
    """
    return asked.above("top_logprobs", 5)


@refuses(*TALKS, at="prompt_logprobs", declines=("logprobs.prompt",))
def no_logprobs_of_prompts(asked: Asked) -> str | None:
    """`prompt_logprobs` is refused.

    Allowed: the target declines `logprobs.prompt` (project).
    """
    return "prompt_logprobs is not offered" if asked.number("prompt_logprobs") is not None else None


@refuses(*TALKS, at="temperature")
def temperature_is_at_most_1(asked: Asked) -> str | None:
    """A temperature above one is refused.

    Allowed: discovery may state a range of 0 to 1, as the example of its parameters does (project).
    """
    return asked.above("temperature", 1)


@refuses(*TALKS, at="max_tokens")
def answers_have_at_most_1024_tokens(asked: Asked) -> str | None:
    """A `max_tokens` or `max_completion_tokens` above 1024 is refused.

    Allowed: a model has a context, and no document says how large (project).
    """
    return asked.above("max_tokens", 1024) or asked.above("max_completion_tokens", 1024)


@refuses(*TALKS, at="stop")
def at_most_4_stops(asked: Asked) -> str | None:
    """More than four `stop` strings are refused.

    Allowed: OpenAI defines the member as up to four sequences.
    """
    return asked.more("stop", 4)


@refuses(*TALKS, at="stop")
def stops_say_something(asked: Asked) -> str | None:
    """A `stop` with an empty string is refused.

    Allowed: an empty string stands at every place of a text, so it asks for no text (OpenAI refuses it).
    """
    stop = asked.get("stop")
    return "stop must not be empty" if stop == "" or (isinstance(stop, list) and "" in stop) else None


@refuses(*TALKS, at="logit_bias")
def at_most_16_biases(asked: Asked) -> str | None:
    """A `logit_bias` of more than sixteen tokens is refused.

    Allowed: each entry costs work for each token, and a cap on a resource is the host's (project).
    """
    return asked.more("logit_bias", 16)


@refuses(*TALKS, at="bad_words")
def at_most_8_bad_words(asked: Asked) -> str | None:
    """More than eight `bad_words` are refused.

    Allowed: each word costs work for each token, and a cap on a resource is the host's (project).
    """
    return asked.more("bad_words", 8)


@refuses(*TALKS, at="stop_token_ids")
def at_most_8_stop_tokens(asked: Asked) -> str | None:
    """More than eight `stop_token_ids` are refused.

    Allowed: a cap on a resource is the host's, as on `stop` (project).
    """
    return asked.more("stop_token_ids", 8)


@refuses(*TALKS, at="top_k")
def top_k_is_at_most_100(asked: Asked) -> str | None:
    """A `top_k` above a hundred is refused.

    Allowed: some samplers sort that many candidates in fixed memory; a cap on a resource is the host's (project).
    """
    return asked.above("top_k", 100)


@refuses("embeddings", at="input")
def at_most_16_inputs(asked: Asked) -> str | None:
    """More than sixteen texts in one embeddings request are refused.

    Allowed: the size of a batch is a resource; hosts allow from sixteen to 2048 (project).
    """
    return asked.more("input", 16) if isinstance(next(iter(asked.get("input") or ()), None), str) else None


@refuses("embeddings", at="input", declines=("embeddings.token-ids",))
def texts_only(asked: Asked) -> str | None:
    """Token ids as the input of embeddings are refused.

    Allowed: the target declines `embeddings.token-ids` (project).
    """
    found = asked.get("input")
    return (
        "input must be text" if isinstance(found, list) and not any(isinstance(each, str) for each in found) else None
    )


@refuses("embeddings", at="dimensions", declines=("embeddings.dimensions",))
def vectors_have_one_length(asked: Asked) -> str | None:
    """`dimensions` is refused.

    Allowed: the target declines `embeddings.dimensions`; only some models can be shortened (OpenAI says so).
    """
    return "this model has one length of vectors" if asked.number("dimensions") is not None else None


@refuses("attributes", at="attributes")
def at_most_8_attributes(asked: Asked) -> str | None:
    """More than eight attributes in one request are refused.

    Allowed: each attribute costs tokens of the prompt; a cap on a resource is the host's (project).
    """
    return asked.more("attributes", 8)


@refuses(*CHATS, at="tools")
def at_most_8_tools(asked: Asked) -> str | None:
    """More than eight tools are refused.

    Allowed: OpenAI has a cap of its own, 128; where it lies is the host's (project).
    """
    return asked.more("tools", 8)


@refuses(*CHATS, at="messages")
def at_most_16_messages(asked: Asked) -> str | None:
    """More than sixteen messages are refused.

    Allowed: a conversation takes context, which is a resource (project).
    """
    return asked.more("messages", 16)


@refuses(*CHATS, at="messages")
def no_pictures_or_sounds(asked: Asked) -> str | None:
    """Contents with anything but text are refused.

    Allowed: a model may have no eyes and ears: `chat.messages.parts.media` lets it refuse (project).
    """
    return "this model reads text only" if any(part.get("type") != "text" for part in asked.parts) else None


@refuses(*CHATS, at="messages")
def one_picture_each(asked: Asked) -> str | None:
    """More than one picture in a request is refused.

    Allowed: vLLM allows one unless told otherwise (`--limit-mm-per-prompt`); a cap on a resource is the host's.
    """
    pictures = [part for part in asked.parts if "image_url" in part]
    return "at most one picture" if len(pictures) > 1 else None


@refuses(*CHATS, at="messages")
def prompts_have_at_most_8000_characters(asked: Asked) -> str | None:
    """A body of more than 8000 characters is refused: the context is small.

    Allowed: a model has a context, and no document says how large (`security.long-prompt` wants the refusal).
    """
    return "the prompt is longer than the context" if len(asked.body) > 8000 else None


@refuses(*TALKS, at="guided_choice")
def at_most_16_options(asked: Asked) -> str | None:
    """A `guided_choice` between more than sixteen texts is refused.

    Allowed: a constraint is compiled, which costs time and memory; a cap on a resource is the host's (project).
    """
    return asked.more("guided_choice", 16)


@refuses(*TALKS, at="guided_regex")
def patterns_have_at_most_64_characters(asked: Asked) -> str | None:
    """A `guided_regex` of more than 64 characters is refused.

    Allowed: a constraint is compiled, which costs time and memory; a cap on a resource is the host's (project).
    """
    return "guided_regex is too long" if len(str(asked.get("guided_regex") or "")) > 64 else None


@refuses(*TALKS, at="timeout_sec")
def patience_is_at_most_60_seconds(asked: Asked) -> str | None:
    """A `timeout_sec` above sixty is refused.

    Allowed: a slot that is held is a resource (project).
    """
    return asked.above("timeout_sec", 60)


@refuses(*CHATS, at="stream_options", declines=("streaming.continuous-usage",))
def usage_comes_at_the_end_only(asked: Asked) -> str | None:
    """`continuous_usage_stats` is refused.

    Allowed: the target declines `streaming.continuous-usage` (project).
    """
    options = asked.get("stream_options")
    continuous = isinstance(options, dict) and options.get("continuous_usage_stats")
    return "continuous_usage_stats is not offered" if continuous else None


@refuses(*TALKS, at="seed", declines=("sampling.seed",))
def no_seed(asked: Asked) -> str | None:
    """`seed` is refused.

    Allowed: the target declines `sampling.seed` (project).
    """
    return "seed is not offered" if asked.number("seed") is not None else None


@refuses(*TALKS, at="logit_bias", declines=("sampling.tokens",))
def no_bias(asked: Asked) -> str | None:
    """`logit_bias`, `allowed_token_ids` and `stop_token_ids` are refused.

    Allowed: the target declines `sampling.tokens`: gateways in front of several models have no token ids (project).
    """
    return "token ids are not offered" if asked.has("logit_bias", "allowed_token_ids", "stop_token_ids") else None
