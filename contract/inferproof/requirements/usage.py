"""Usage: the token counts add up, and follow what was asked. No tokenizer is needed to tell.

Breaks: counts made by another tokenizer, tokens of all candidates added to the prompt, a total kept by hand.
Reference: the engine's own counts.
"""

from inferproof.judge.check import Check
from inferproof.judge.requirement import CONVENTION, EXAMPLE, MUST, PROJECT, SHOULD, requirement
from inferproof.judge.select import CHAT, chat_reply, replies
from inferproof.judge.subject import Subject, steps


@requirement(
    "chat.usage.total", MUST, basis=EXAMPLE, cites=("chat.reply#/usage/", "chat.reply.example#/usage"), of=chat_reply
)
def total_is_the_sum(reply: Subject, check: Check) -> None:
    """`usage.total_tokens` is `prompt_tokens` plus `completion_tokens`."""
    usage = reply.body.object("/usage")
    check.equal(usage.value("/total_tokens"), usage.integer("/prompt_tokens") + usage.integer("/completion_tokens"))


@requirement("chat.usage.completion", SHOULD, basis=EXAMPLE, cites="chat.reply#/usage/completion_tokens", of=chat_reply)
def the_completion_is_counted(reply: Subject, check: Check) -> None:
    """`usage` has `completion_tokens`, as every example shows: a client is billed by it."""
    usage = reply.body.object("/usage")
    check.that(usage.find("/completion_tokens") is not None, "a count", None, at="/usage/completion_tokens")


@requirement(
    "chat.usage.prompt.positive", SHOULD, basis=PROJECT, cites="chat.reply#/usage/prompt_tokens", of=chat_reply
)
def a_prompt_has_tokens(reply: Subject, check: Check) -> None:
    """`usage.prompt_tokens` counts the prompt: it is greater than zero."""
    found = reply.body.integer("/usage/prompt_tokens")
    check.that(found > 0, "more than 0", found, at="/usage/prompt_tokens")


@requirement(
    "chat.usage.cached",
    MUST,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: cached_tokens",
    cites="chat.reply#/usage/prompt_tokens_details/cached_tokens",
    of=chat_reply,
)
def cached_tokens_are_part_of_the_prompt(reply: Subject, check: Check) -> None:
    """`cached_tokens`, where given, is at most `prompt_tokens`."""
    at = "/usage/prompt_tokens_details/cached_tokens"
    cached, prompt = reply.body.integer(at, 0), reply.body.integer("/usage/prompt_tokens")
    check.that(0 <= cached <= prompt, f"0 to {prompt}", cached, at=at)


@requirement(
    "chat.usage.length",
    SHOULD,
    basis=PROJECT,
    cites="chat.reply#/usage/completion_tokens",
    of=replies(
        *CHAT,
        where=lambda answer: (
            answer.request.get("/max_tokens") is not None
            and answer.request.get("/max_completion_tokens") is None
            and answer.request.integer("/n", 1) in (0, 1)
        ),
    ),
)
def length_means_the_cap_was_reached(reply: Subject, check: Check) -> None:
    """Where `finish_reason` is `length`, `completion_tokens` is the cap, unless the context ended first."""
    if reply.finish_reason == "length":
        check.equal(reply.body.value("/usage/completion_tokens"), reply.request.integer("/max_tokens"))


@requirement(
    "chat.usage.prompt.grows",
    SHOULD,
    basis=PROJECT,
    cites="chat.reply#/usage/prompt_tokens",
    needs="usage.longer",
    claims="core.context-follows",
)
def another_message_costs_tokens(replies: list[Subject], check: Check) -> None:
    """A longer conversation has more `prompt_tokens` than its beginning."""
    short, long = (reply.body.integer("/usage/prompt_tokens") for reply in steps(replies, 2))
    check.that(long > short, f"more than {short}", long, at="/usage/prompt_tokens")


@requirement(
    "chat.usage.prompt.steady", SHOULD, basis=PROJECT, cites="chat.reply#/usage/prompt_tokens", needs="usage.sampling"
)
def sampling_does_not_change_the_prompt(replies: list[Subject], check: Check) -> None:
    """`temperature` and `n` leave `prompt_tokens` alone."""
    first = replies[0].body.integer("/usage/prompt_tokens")
    for reply in replies[1:]:
        check.equal(reply.body.value("/usage/prompt_tokens"), first)
