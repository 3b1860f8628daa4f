"""Usage: the token counts add up, and follow what was asked and answered. No tokenizer is needed to tell."""

from inferproof.judge.check import Check
from inferproof.judge.requirement import EXAMPLE, PROJECT, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, chat_reply, replies, served
from inferproof.judge.subject import REASONING, Subject, steps
from inferproof.judge.value import Skip, Value

SPARE = 2
"""Tokens that each choice may have above the cap where several are counted together: what opens and what ends it."""

CLOCK = 2
"""Tokens. A template that tells the time of day makes the same prompt a little longer or shorter."""

OWN_LIMIT = 16
"""Tokens. A host may have a lower limit than the request's for one answer, but none that is as low as this."""

WITHIN_CONTEXT = 512
"""Tokens. No context is so small that so few beside a question would not go into it."""

PARTS = (
    ("/prompt_tokens", "/prompt_tokens_details", ("cached_tokens",)),
    ("/prompt_tokens", "/prompt_tokens_details", ("audio_tokens",)),
    ("/completion_tokens", "/completion_tokens_details", ("reasoning_tokens", "audio_tokens")),
    ("/completion_tokens", "/completion_tokens_details", ("accepted_prediction_tokens", "rejected_prediction_tokens")),
)
"""A count, its details, and those of them that are different tokens of it, so that their sum is at most the count."""


def same_prompt(found: Value, expected: int, check: Check) -> None:
    """The `prompt_tokens` of one conversation are the same each time, but for what tells the time."""
    check.that(abs(found.integer() - expected) <= CLOCK, f"{expected}, or {CLOCK} more or less", found)


def says_something(answer: Subject) -> bool:
    """Some choice has text, reasoning or a call. Raises Skip."""
    if answer.streamed:
        return any(one.content or one.reasoning or one.tool_calls for one in answer.folded.choices.values())
    names = ("content", "refusal", "tool_calls", "function_call", *REASONING)
    return any(choice.get(f"/message/{name}") for choice in answer.choices for name in names)


OF_PARTS = "#/usage/prompt_tokens_details #/usage/completion_tokens_details"
COMPLETED = "chat.reply#/usage/completion_tokens"

rules = Rules("chat.usage", of=chat_reply, cites="chat.reply").with_notes(
    breaks="counts made by another tokenizer, tokens of all candidates added to the prompt, a total kept by hand, "
    "details that a gateway passes on from another count, or 0 where the engine's usage got lost.",
    reference="the engine's own counts.",
)
several = rules.part(of=served("chat"), cites="chat.request", claims="sampling.n")


@rules.must("total", EXAMPLE, "#/usage/", ".example#/usage")
def total_is_the_sum(reply: Subject, check: Check) -> None:
    """`usage.total_tokens` is `prompt_tokens` plus `completion_tokens`."""
    usage = reply.body.object("/usage")
    check.equal(usage.value("/total_tokens"), usage.integer("/prompt_tokens") + usage.integer("/completion_tokens"))


@rules.should("completion", EXAMPLE, "#/usage/completion_tokens")
def the_completion_is_counted(reply: Subject, check: Check) -> None:
    """`usage` has `completion_tokens`, as every example shows: a client is billed by it."""
    usage = reply.body.object("/usage")
    check.that(usage.find("/completion_tokens") is not None, "a count", None, at="/usage/completion_tokens")


@rules.should("prompt.positive", PROJECT, "#/usage/prompt_tokens")
def a_prompt_has_tokens(reply: Subject, check: Check) -> None:
    """`usage.prompt_tokens` is greater than 0."""
    found = reply.body.integer("/usage/prompt_tokens")
    check.that(found > 0, "more than 0", found, at="/usage/prompt_tokens")


@rules.must("cached", openai("cached_tokens"), "#/usage/prompt_tokens_details/cached_tokens")
def cached_tokens_are_part_of_the_prompt(reply: Subject, check: Check) -> None:
    """`cached_tokens`, if present, is from 0 to `prompt_tokens`."""
    at = "/usage/prompt_tokens_details/cached_tokens"
    cached, prompt = reply.body.integer(at, 0), reply.body.integer("/usage/prompt_tokens")
    check.that(0 <= cached <= prompt, f"0 to {prompt}", cached, at=at)


@rules.should("parts", openai("usage"), "#/usage/prompt_tokens", COMPLETED, of=served(*CHAT), covers=OF_PARTS)
def details_are_parts_of_their_count(reply: Subject, check: Check) -> None:
    """The details of `usage` (cached, audio, reasoning, prediction) are parts of their count, also in streams."""
    usage = reply.usage
    for whole, details, names in PARTS:
        given = usage.find(details) or Value({})
        parts = [given.integer(f"/{name}", 0) for name in names]
        if any(parts):
            most, at = usage.integer(whole), f"{usage.at}{details}/{' + '.join(names)}"
            check.that(min(parts) >= 0 and sum(parts) <= most, f"0 to {most}", sum(parts), at=at)


def _echoes_nothing(answer: Subject) -> bool:
    """An echo may be all there is."""
    return not answer.request.get("/echo")


@rules.must("counted", openai("completion_tokens"), COMPLETED, of=served(*CHAT, where=_echoes_nothing))
def what_is_said_is_counted(reply: Subject, check: Check) -> None:
    """`completion_tokens`, if present, is greater than 0 if the answer has text, reasoning or a call."""
    counted = reply.usage.value("/completion_tokens")
    if not says_something(reply) or reply.finish_reason == "content_filter":
        raise Skip("nothing is said, or a filter says it")
    check.that(counted.integer() > 0, "more than 0", counted)


def _candidates(answer: Subject) -> int:
    """The choices that are made: `n` are sent, of the `best_of` that a server may count, too. Raises Missing."""
    return max(answer.request.integer("/n", 1), answer.request.integer("/best_of", 1))


def cap_of(answer: Subject) -> int:
    """The tokens that the request allows each choice; 0 where it says nothing of it. Raises Missing."""
    return max(answer.request.integer(f"/{name}", 0) for name in ("max_tokens", "max_completion_tokens"))


def _caps_several_choices(answer: Subject) -> bool:
    return _candidates(answer) > 1 and cap_of(answer) > 0 and not answer.request.get("/use_beam_search")


@several.must("cap.choices", openai("max_tokens"), "#/max_tokens", "#/n", COMPLETED, where=_caps_several_choices)
def the_cap_holds_for_each_choice(reply: Subject, check: Check) -> None:
    """With several choices, `completion_tokens` is at most the cap for each choice, plus 2 tokens for each."""
    most, used = _candidates(reply) * (cap_of(reply) + SPARE), reply.usage.value("/completion_tokens")
    check.that(used.integer() <= most, f"at most {most}", used)


def _ends(answer: Subject) -> list[str | None]:
    """How each choice ended, whole or streamed. Raises Skip."""
    if answer.streamed:
        return [one.finish_reason for one in answer.folded.choices.values()]
    return [choice.string("/finish_reason") for choice in answer.choices]


def _caps_many_choices(answer: Subject) -> bool:
    return (
        answer.request.integer("/n", 1) > 1
        and 1 < answer.request.integer("/max_tokens") <= WITHIN_CONTEXT
        and answer.request.get("/max_completion_tokens") is None
        and not answer.request.get("/use_beam_search")
    )


@several.should("choices", openai("n"), "#/n", COMPLETED, of=served(*CHAT, where=_caps_many_choices))
def the_tokens_of_all_choices_are_counted(reply: Subject, check: Check) -> None:
    """`completion_tokens` counts all choices: if each ends at the cap, it is at least the cap minus 1 for each."""
    ends, used = _ends(reply), reply.usage.value("/completion_tokens")
    if len(ends) < 2 or set(ends) != {"length"}:
        raise Skip("not each of several choices ends at the cap")
    least = len(ends) * (reply.request.integer("/max_tokens") - 1)
    check.that(used.integer() >= least, f"at least {least}", used)


def _caps_one_choice(answer: Subject) -> bool:
    return (
        answer.request.get("/max_tokens") is not None
        and answer.request.get("/max_completion_tokens") is None
        and answer.request.integer("/n", 1) in (0, 1)
    )


@rules.should("length", PROJECT, "#/usage/completion_tokens", of=replies(*CHAT, where=_caps_one_choice))
def length_means_the_cap_was_reached(reply: Subject, check: Check) -> None:
    """If `finish_reason` is `length`, `completion_tokens` is the cap; a host may have a lower cap of at least 16."""
    if reply.finish_reason != "length":
        return
    cap, used = reply.request.integer("/max_tokens"), reply.body.value("/usage/completion_tokens")
    if OWN_LIMIT <= used.integer() < cap:
        raise Skip("the host may have a limit of its own")
    check.equal(used, cap)


@rules.should("prompt.grows", PROJECT, "#/usage/prompt_tokens", needs="usage.longer", claims=".context-follows")
def another_message_costs_tokens(replies: list[Subject], check: Check) -> None:
    """A longer conversation has more `prompt_tokens` than its beginning."""
    short, long = (reply.body.integer("/usage/prompt_tokens") for reply in steps(replies, 2))
    check.that(long > short, f"more than {short}", long, at="/usage/prompt_tokens")


@rules.should("prompt.steady", PROJECT, "#/usage/prompt_tokens", needs="usage.sampling")
def sampling_does_not_change_the_prompt(replies: list[Subject], check: Check) -> None:
    """`temperature` and `n` do not change `prompt_tokens`."""
    first = replies[0].body.integer("/usage/prompt_tokens")
    for reply in replies[1:]:
        same_prompt(reply.body.value("/usage/prompt_tokens"), first, check)
