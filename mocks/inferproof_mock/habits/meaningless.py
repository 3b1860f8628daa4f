"""Combinations of members that mean nothing together, or that an engine cannot do at once."""

from __future__ import annotations

import json

from inferproof_mock.habits.exchange import Asked
from inferproof_mock.habits.habit import CHATS, TALKS, refuses

GUIDED = ("guided_json", "guided_regex", "guided_choice", "guided_grammar", "structural_tag")


def _constrained(asked: Asked) -> bool:
    return asked.has(*GUIDED) or _format(asked) in ("json_object", "json_schema")


def _format(asked: Asked) -> object:
    found = asked.get("response_format")
    return found.get("type") if isinstance(found, dict) else None


@refuses(*TALKS, at="top_logprobs")
def top_logprobs_take_logprobs(asked: Asked) -> str | None:
    """`top_logprobs` without `logprobs: true` is refused, also where it is 0.

    Allowed: OpenAI defines that `logprobs` must be true where it is used.
    """
    alone = asked.number("top_logprobs") is not None and asked.get("logprobs") is not True
    return "top_logprobs needs logprobs: true" if alone else None


@refuses(*TALKS, at="stream_options")
def stream_options_take_a_stream(asked: Asked) -> str | None:
    """`stream_options` without `stream: true` is refused.

    Allowed: OpenAI defines it as set only beside `stream: true`.
    """
    alone = isinstance(asked.get("stream_options"), dict) and not asked.streams
    return "stream_options needs stream: true" if alone else None


@refuses(*TALKS, at="tool_choice")
def a_choice_of_tools_takes_tools(asked: Asked) -> str | None:
    """`tool_choice` without tools is refused, `none` and `auto` too.

    Allowed: OpenAI refuses it: it is only allowed where tools are specified.
    """
    return "tool_choice needs tools" if asked.get("tool_choice") is not None and not asked.has("tools") else None


@refuses(*TALKS, at="parallel_tool_calls")
def parallel_calls_take_tools(asked: Asked) -> str | None:
    """`parallel_tool_calls` without tools is refused.

    Allowed: OpenAI refuses it: it is only allowed where tools are specified.
    """
    alone = asked.get("parallel_tool_calls") is not None and not asked.has("tools")
    return "parallel_tool_calls needs tools" if alone else None


@refuses(*TALKS, at="tools")
def an_empty_list_is_no_tools(asked: Asked) -> str | None:
    """`tools: []` is refused.

    Allowed: OpenAI refuses it: the array is too short.
    """
    return "tools must have at least one item" if asked.get("tools") == [] else None


@refuses(*TALKS, at="response_format")
def no_format_beside_tools(asked: Asked) -> str | None:
    """`response_format` beside tools is refused.

    Allowed: a call and a constrained text are two forms of one answer, and engines do one of them (project).
    """
    both = asked.has("tools") and _format(asked) in ("json_object", "json_schema")
    return "response_format cannot be used with tools" if both else None


@refuses(*TALKS, at="tools")
def no_constraint_beside_tools(asked: Asked) -> str | None:
    """A guided constraint beside tools is refused.

    Allowed: a call is a constraint too, and an engine takes one (project).
    """
    return "a constraint cannot be used with tools" if asked.has("tools") and asked.has(*GUIDED) else None


@refuses(*TALKS, at="response_format")
def one_constraint(asked: Asked) -> str | None:
    """Two constraints at once are refused.

    Allowed: one text cannot be promised to two of them: `structured-output.exclusive` wants it (project).
    """
    count = sum(asked.has(name) for name in GUIDED) + (_format(asked) in ("json_object", "json_schema"))
    return "only one constraint at a time" if count > 1 else None


@refuses(*TALKS, at="stop")
def no_stop_beside_a_constraint(asked: Asked) -> str | None:
    """`stop` beside a constraint is refused.

    Allowed: a text that ends at a stop breaks what the constraint promises (project).
    """
    return "stop cannot be used with a constraint" if asked.has("stop") and _constrained(asked) else None


@refuses(*TALKS, at="logprobs")
def no_logprobs_beside_a_constraint(asked: Asked) -> str | None:
    """`logprobs` beside a constraint is refused.

    Allowed: a mask changes the probabilities, so that there are two answers to what they are (project).
    """
    return "logprobs cannot be used with a constraint" if asked.has("logprobs") and _constrained(asked) else None


@refuses(*CHATS, at="logprobs")
def no_logprobs_in_streams_with_tools(asked: Asked) -> str | None:
    """`logprobs` in a stream with tools is refused.

    Allowed: the tokens of a call are held back until it is read, so that they belong to no chunk (project).
    """
    return (
        "logprobs is not supported with tools"
        if asked.has("logprobs") and asked.has("tools") and asked.streams
        else None
    )


@refuses(*CHATS, at="logprobs", declines=("logprobs.streamed",))
def no_logprobs_in_streams(asked: Asked) -> str | None:
    """`logprobs` in a stream is refused.

    Allowed: the target declines `logprobs.streamed` (project).
    """
    return "logprobs cannot be streamed" if asked.has("logprobs") and asked.streams else None


@refuses(*CHATS, at="tools", declines=("tools.streamed",))
def no_tools_in_streams(asked: Asked) -> str | None:
    """Tools in a stream are refused.

    Allowed: the target declines `tools.streamed` (project).
    """
    return "tools cannot be streamed" if asked.has("tools") and asked.streams else None


@refuses(*CHATS, at="n", declines=("streaming.choices",))
def one_choice_in_a_stream(asked: Asked) -> str | None:
    """`n` above one in a stream is refused.

    Allowed: the target declines `streaming.choices` (project).
    """
    return asked.above("n", 1) if asked.streams else None


@refuses(*TALKS, at="n")
def one_greedy_choice(asked: Asked) -> str | None:
    """`n` above one at temperature 0 is refused.

    Allowed: all choices would be the same; vLLM refuses it: n must be 1 when using greedy sampling.
    """
    return asked.above("n", 1) if asked.number("temperature") == 0 else None


@refuses(*CHATS, at="n")
def one_choice_with_tools(asked: Asked) -> str | None:
    """`n` above one with tools is refused.

    Allowed: one conversation goes on with one call (project).
    """
    return asked.above("n", 1) if asked.has("tools") else None


@refuses("attributes", at="attributes")
def scores_take_no_constraint(asked: Asked) -> str | None:
    """What fights the scores is refused beside attributes: constraints, `stop`, tools, `n`.

    Allowed: the content must be JSON of scores, as the document's prose says, and these ask for something else.
    """
    fights = _constrained(asked) or asked.has("stop", "tools") or (asked.number("n") or 1) > 1
    return "attributes are scored as they are" if fights else None


@refuses("attributes", at="attributes")
def scores_take_no_sampling(asked: Asked) -> str | None:
    """What steers single tokens is refused beside attributes: bias, bad words, allowed tokens, penalties.

    Allowed: the content must be JSON of scores, as the document's prose says, and these can make it none.
    """
    members = ("logit_bias", "bad_words", "allowed_token_ids", "stop_token_ids", "min_tokens", "ignore_eos", "echo")
    penalties = any((asked.number(name) or 0) != 0 for name in ("frequency_penalty", "presence_penalty"))
    return "attributes are scored as they are" if asked.has(*members) or penalties else None


@refuses(*CHATS, at="messages")
def json_mode_takes_the_word(asked: Asked) -> str | None:
    """`response_format: json_object` is refused where no message has the word JSON.

    Allowed: OpenAI refuses it: 'messages' must contain the word 'json' in some form.
    """
    said = "json" in json.dumps(asked.get("messages")).lower()
    return "messages must contain the word 'json'" if _format(asked) == "json_object" and not said else None


@refuses(*TALKS, at="max_tokens")
def one_cap(asked: Asked) -> str | None:
    """`max_tokens` beside `max_completion_tokens` is refused.

    Allowed: OpenAI refuses it: setting both at the same time is not supported.
    """
    both = asked.number("max_tokens") is not None and asked.number("max_completion_tokens") is not None
    return "give max_tokens or max_completion_tokens" if both else None


@refuses(*TALKS, at="top_p")
def temperature_or_top_p(asked: Asked) -> str | None:
    """A temperature and a `top_p` below one together are refused.

    Allowed: OpenAI recommends to alter one of them and not both; hosts of newer models refuse both (project).
    """
    both = asked.number("temperature") not in (None, 1) and asked.number("top_p") not in (None, 1)
    return "give temperature or top_p" if both else None


@refuses(*TALKS, at="min_tokens")
def no_least_length_beside_a_constraint(asked: Asked) -> str | None:
    """`min_tokens` or `ignore_eos` beside a constraint is refused.

    Allowed: a constrained text ends where it is whole, and cannot be made longer (project).
    """
    longer = asked.has("min_tokens", "ignore_eos")
    return "a constrained text has its own length" if longer and _constrained(asked) else None


@refuses(*TALKS, at="echo")
def no_echo_beside_a_constraint(asked: Asked) -> str | None:
    """`echo` beside a constraint is refused.

    Allowed: what is repeated need not be what the constraint promises (project).
    """
    return "echo cannot be used with a constraint" if asked.has("echo") and _constrained(asked) else None


@refuses(
    *CHATS,
    at="add_generation_prompt",
    declines=("sampling.echo",),
    open=("sampling.generation-prompt", "sampling.special-tokens"),
)
def the_turn_is_opened(asked: Asked) -> str | None:
    """`add_generation_prompt: false` is refused unless the last message is to be continued.

    Allowed: a prompt that opens no turn leaves nobody to answer (project: it is the template's).
    """
    closed = asked.get("add_generation_prompt") is False and not asked.has("continue_final_message")
    return "the model's turn must be opened" if closed else None
