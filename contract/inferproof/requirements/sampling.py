"""Sampling: the members that steer it are taken, mean what they say, and are refused where they mean nothing.

Breaks: members that are accepted and then forgotten, and defaults of a framework in place of the documented ones.
Reference: a table says of each member whether it is passed on, translated or dropped, and why.
"""

import math

from inferproof.judge.check import Check
from inferproof.judge.claims import is_supported
from inferproof.judge.oracle import must_accept
from inferproof.judge.requirement import (
    CONVENTION,
    CORRECTION,
    MUST,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.judge.select import CHAT, EVENTS, JSON, Of, replies
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject, repeated, settled, steps
from inferproof.judge.value import Skip, is_number

STEERING = (
    "top_k",
    "min_p",
    "repetition_penalty",
    "length_penalty",
    "stop_token_ids",
    "include_stop_str_in_output",
    "ignore_eos",
    "min_tokens",
    "skip_special_tokens",
    "spaces_between_special_tokens",
    "add_special_tokens",
    "documents",
    "cache_salt",
)
"""Members whose valid values a server that claims them has no reason to refuse."""

TRIES = 3
"""How often a seed is tried: a last digit may turn one answer in many, and that is no fault."""

PLAIN = {"model", "messages", "max_tokens", "temperature", "top_p", "seed", "n", "stop", *STEERING}


def one_choice(answer: Subject) -> bool:
    return (answer.request.get("/n") or 1) == 1


def _steered(answer: Subject) -> bool:
    """Steered by members that belong to no finer capability, and by nothing else."""
    return (
        PLAIN.issuperset(answer.request.members())
        and any(answer.request.has(f"/{name}") for name in STEERING)
        and must_accept(answer)
    )


@requirement(
    "sampling.accepted",
    MUST,
    basis=SCHEMA,
    claims="engine",
    cites="chat.request#/top_k",
    covers=(
        "chat.request#/min_p",
        "chat.request#/repetition_penalty",
        "chat.request#/length_penalty",
        "chat.request#/stop_token_ids",
        "chat.request#/include_stop_str_in_output",
        "chat.request#/ignore_eos",
        "chat.request#/min_tokens",
        "chat.request#/skip_special_tokens",
        "chat.request#/spaces_between_special_tokens",
        "chat.request#/add_special_tokens",
        "chat.request#/documents",
        "chat.request#/cache_salt",
    ),
    of=Of(("chat",), status=DECIDED, where=_steered),
)
def steering_is_accepted(reply: Subject, check: Check) -> None:
    """Members that steer sampling are accepted with any value that the document allows."""
    check.accepted(reply)


@requirement(
    "sampling.defaults",
    SHOULD,
    basis=SCHEMA,
    claims="sampling",
    cites="chat.request#/",
    needs="sampling.defaults",
)
def defaults_change_nothing(answers: list[Subject], check: Check) -> None:
    """At temperature 0 and with a seed, members sent with their documented defaults leave the answer as it is."""
    plain, again, explicit = steps(answers[:3], 3)
    expected = repeated(plain, again)
    check.equal(settled(explicit, *answers[3:]).said, expected, at="content")


@requirement(
    "sampling.n",
    MUST,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: n",
    claims="sampling.n",
    cites="chat.request#/n",
    of=replies("chat", where=lambda answer: not one_choice(answer)),
)
def there_are_n_choices(reply: Subject, check: Check) -> None:
    """There are `n` choices, numbered from 0."""
    asked, found = reply.request.integer("/n"), sorted(choice.integer("/index") for choice in reply.choices)
    holds = found == list(range(min(asked, len(found) + 1)))  # the number is the request's, and may be any
    check.that(holds, f"{asked} choices, numbered from 0", found, at="/choices")


@requirement(
    "sampling.seed",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: seed",
    claims="sampling.seed",
    cites="chat.request#/seed",
    needs="sampling.seed",
)
def a_seed_repeats_its_answer(answers: list[Subject], check: Check) -> None:
    """Where a server repeats itself at temperature 0, the same seed repeats at temperature 1, once in three times."""
    _require_repeats(answers)
    said = _sampled(answers)
    if len(said) < TRIES:
        raise Skip("it was not asked often enough to tell")
    check.that(len(set(said)) < len(said), f"one answer twice in {len(said)}", said[-1], at="content")


@requirement(
    "sampling.seed.streamed",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: seed",
    claims="sampling.seed",
    cites=("chat.request#/seed", "chat.reply.events"),
    needs="sampling.seed-streamed",
)
def a_seed_says_the_same_in_a_stream(answers: list[Subject], check: Check) -> None:
    """Where a seed repeats an answer at temperature 1, a stream with that seed says the same as some other answer."""
    whole, streamed = _sampled(answers), _sampled(answers, EVENTS)
    if not whole or len(set(whole)) > 1:
        raise Skip("the same seed brings another answer each time")
    repeats = whole[0] in streamed or len(set(streamed)) < len(streamed)
    check.that(repeats, "an answer that the seed brings", streamed[-1:], at="content")


def _require_repeats(answers: list[Subject]) -> None:
    """Raises Skip where the same greedy request is answered otherwise, which no seed can change."""
    greedy = [answer for answer in answers if answer.request.get("/temperature") == 0]
    repeated(*steps(greedy, 2))


def _sampled(answers: list[Subject], media: str = JSON) -> list[tuple[str, str]]:
    """What was said and reasoned at temperature 1, in that form. Raises Skip where another build answered."""
    found = [each for each in answers if each.request.get("/temperature") == 1 and each.media_type == media]
    bodies = [each.body if media == JSON else each.events[0] for each in found]
    if len({body.string("/system_fingerprint", None) for body in bodies}) > 1:
        raise Skip("another build of the server has answered")
    return [(each.text, each.reasoning) for each in found]


def number(answer: Subject, name: str, otherwise: float) -> float:
    """The number that the request gives to a documented member, be it of 400 digits; else `otherwise`."""
    given = answer.request.get(f"/{name}") if answer.documents(name) else None
    return given if given is not None and is_number(given) else otherwise


def _meaningless(answer: Subject) -> bool:
    """A negative temperature, probability or count, an answer of nothing, or a probability above 1."""
    negative = ("temperature", "top_p", "min_p", "repetition_penalty", "n", "min_tokens")
    return (
        any(number(answer, name, 0) < 0 for name in _supported(answer, *negative))
        or any(number(answer, name, 1) == 0 for name in _supported(answer, "n", "max_tokens", "max_completion_tokens"))
        or any(number(answer, name, 0) > 1 for name in _supported(answer, "top_p", "min_p"))
    )


def _supported(answer: Subject, *names: str) -> list[str]:
    return [name for name in names if is_supported(answer.contract, answer.role, name)]


@requirement(
    "sampling.domain",
    SHOULD,
    basis=CORRECTION,
    claims="sampling",
    cites="chat.request#/temperature",
    covers=("chat.request#/top_p", "chat.request#/max_tokens", "chat.request#/max_completion_tokens"),
    of=Of(CHAT, status=None, where=_meaningless),
)
def what_has_no_meaning_is_refused(reply: Subject, check: Check) -> None:
    """A negative temperature, probability or count, a probability above 1 and an answer of no tokens are refused."""
    check.refused(reply)


@requirement(
    "sampling.best-of",
    SHOULD,
    basis=CORRECTION,
    claims="engine.best-of",
    cites="chat.request#/best_of",
    of=Of(
        ("chat",),
        status=None,
        where=lambda answer: number(answer, "best_of", math.inf) < number(answer, "n", -math.inf),
    ),
)
def the_best_of_fewer_is_no_crash(reply: Subject, check: Check) -> None:
    """A `best_of` smaller than `n` is refused or ignored; it does not fail."""
    check.accepted_or_refused(reply)
