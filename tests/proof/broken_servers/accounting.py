"""Usage that does not fit the answer: more parts than the whole, nothing for something, a call that the cap cut."""

from __future__ import annotations

from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, chat_stream, choices, messages
from tests.proof.legal_servers.reply import Reply


def usages(reply: Reply) -> list[Any]:
    """The usage of a reply, or of each chunk that has one."""
    return [value["usage"] for value in reply.values if value.get("usage")]


def streams_usage(reply: Reply) -> bool:
    return chat_stream(reply) and bool(usages(reply))


def lose_the_count(reply: Reply) -> None:
    for usage in usages(reply):
        usage.update(completion_tokens=0, total_tokens=usage["prompt_tokens"])


@defect("chat.usage.parts", of=chat, seen="sgl-project/sglang#39826")
def reasoning_is_counted_beside_the_completion(reply: Reply) -> None:
    """`reasoning_tokens` are more than `completion_tokens`."""
    for usage in usages(reply):
        usage["completion_tokens_details"] = {"reasoning_tokens": usage["completion_tokens"] + 7}


@defect("chat.usage.parts", of=streams_usage)
def streams_have_more_cached_than_sent(reply: Reply) -> None:
    """The usage of a stream has `cached_tokens` of a longer prompt."""
    for usage in usages(reply):
        usage["prompt_tokens_details"] = {"cached_tokens": usage["prompt_tokens"] + 64}


@defect("chat.usage.parts", of=chat)
def rejected_predictions_come_on_top(reply: Reply) -> None:
    """Rejected predictions are told beside a completion that has the accepted ones only."""
    for usage in usages(reply):
        accepted = usage["completion_tokens"]
        details = {"accepted_prediction_tokens": accepted, "rejected_prediction_tokens": 5}
        usage["completion_tokens_details"] = details


@defect("chat.usage.counted", of=chat)
def completions_cost_nothing(reply: Reply) -> None:
    """`completion_tokens` is 0, whatever was said."""
    lose_the_count(reply)


@defect("chat.usage.counted", of=lambda reply: chat(reply) and any(map(_calls, messages(reply))))
def calls_cost_nothing(reply: Reply) -> None:
    """`completion_tokens` is 0 where a tool is called."""
    lose_the_count(reply)


@defect("chat.usage.counted", of=streams_usage)
def streams_cost_nothing(reply: Reply) -> None:
    """The usage of a stream has no `completion_tokens`: the gateway counts whole replies only."""
    lose_the_count(reply)


def _calls(message: Any) -> bool:
    return bool(message.get("tool_calls"))


def _several(reply: Reply) -> bool:
    return (reply.asked.get("n") or 1) > 1 and bool(usages(reply))


@defect("chat.usage.choices", of=lambda reply: _several(reply) and _all_at_the_cap(reply))
def one_choice_is_billed(reply: Reply) -> None:
    """Of several choices the usage counts the first."""
    for usage in usages(reply):
        usage["completion_tokens"] = reply.asked["max_tokens"]
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]


def _all_at_the_cap(reply: Reply) -> bool:
    return {choice["finish_reason"] for choice in choices(reply)} - {None} == {"length"}


@defect("chat.usage.cap.choices", of=lambda reply: chat(reply) and _several(reply))
def choices_cost_a_thousand(reply: Reply) -> None:
    """Several choices cost a thousand tokens, whatever the cap is."""
    for usage in usages(reply):
        usage.update(completion_tokens=1000, total_tokens=usage["prompt_tokens"] + 1000)


@defect("chat.usage.cap.choices", of=lambda reply: chat_stream(reply) and _several(reply))
def choices_of_a_stream_are_counted_for_each(reply: Reply) -> None:
    """The usage of a stream counts all choices once for each of them."""
    for usage in usages(reply):
        usage["completion_tokens"] *= reply.asked["n"]
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]


def _cut(reply: Reply) -> bool:
    cut = any(choice.get("finish_reason") == "length" for choice in choices(reply))
    return bool(reply.asked.get("tools")) and cut and any(map(_calls, messages(reply)))


@defect("tools.cut", of=lambda reply: chat(reply) and _cut(reply), seen="router-for-me/CLIProxyAPI#5851")
def calls_that_are_cut_stop(reply: Reply) -> None:
    """A call whose arguments the cap has cut ends with `stop`."""
    for choice in choices(reply):
        choice["finish_reason"] = "stop"


@defect("tools.cut", of=lambda reply: chat_stream(reply) and _cut(reply))
def calls_of_a_stream_that_are_cut_are_called(reply: Reply) -> None:
    """In a stream, a call whose arguments the cap has cut ends with `tool_calls`."""
    for choice in choices(reply):
        if choice.get("finish_reason"):
            choice["finish_reason"] = "tool_calls"
