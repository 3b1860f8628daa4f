"""Sampling: the members that steer it are taken, mean what they say, and are refused where they mean nothing."""

import math

from inferproof.judge.check import Check
from inferproof.judge.claims import is_supported
from inferproof.judge.oracle import must_accept
from inferproof.judge.requirement import CORRECTION, SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, EVENTS, JSON, asked, decided, replies
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


OF_STEERING = (
    "#/min_p #/repetition_penalty #/length_penalty #/stop_token_ids #/include_stop_str_in_output #/ignore_eos "
    "#/min_tokens #/skip_special_tokens #/spaces_between_special_tokens #/add_special_tokens #/documents #/cache_salt"
)
"""Members that steer sampling."""

OF_COUNTS = "#/top_p #/max_tokens #/max_completion_tokens"

rules = Rules("sampling", cites="chat.request", claims="sampling").with_notes(
    breaks="members that are accepted and then forgotten, and defaults of a framework in place of the documented ones.",
    reference="a table says of each member whether it is passed on, translated or dropped, and why.",
)


rules.must(
    "accepted", SCHEMA, "#/top_k", of=decided("chat", where=_steered), covers=OF_STEERING, claims="engine"
).accept("Members that steer sampling are accepted with any value that the document allows.")


@rules.should("defaults", SCHEMA, "#/", needs="sampling.defaults")
def defaults_change_nothing(answers: list[Subject], check: Check) -> None:
    """At temperature 0 with a seed, members with their documented defaults do not change the answer."""
    plain, again, explicit = steps(answers[:3], 3)
    expected = repeated(plain, again)
    check.equal(settled(explicit, *answers[3:]).said, expected, at="content")


@rules.must("n", openai("n"), "#/n", of=replies("chat", where=lambda answer: not one_choice(answer)), claims=".n")
def there_are_n_choices(reply: Subject, check: Check) -> None:
    """There are `n` choices, numbered from 0."""
    asked, found = reply.request.integer("/n"), sorted(choice.integer("/index") for choice in reply.choices)
    holds = found == list(range(min(asked, len(found) + 1)))  # the number is the request's, and may be any
    check.that(holds, f"{asked} choices, numbered from 0", found, at="/choices")


@rules.should("seed", openai("seed"), "#/seed", needs="sampling.seed", claims=".seed")
def a_seed_repeats_its_answer(answers: list[Subject], check: Check) -> None:
    """If answers repeat at temperature 0, two of three answers with one seed at temperature 1 are the same."""
    _require_repeats(answers)
    said = _sampled(answers)
    if len(said) < TRIES:
        raise Skip("it was not asked often enough to tell")
    check.that(len(set(said)) < len(said), f"one answer twice in {len(said)}", said[-1], at="content")


@rules.should(
    "seed.streamed", openai("seed"), "#/seed", "chat.reply.events", needs="sampling.seed-streamed", claims=".seed"
)
def a_seed_says_the_same_in_a_stream(answers: list[Subject], check: Check) -> None:
    """If a seed repeats an answer at temperature 1, a stream with that seed repeats it, or another stream's answer."""
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


rules.should("domain", CORRECTION, "#/temperature", of=asked(*CHAT, where=_meaningless), covers=OF_COUNTS).refuse(
    "A negative temperature, probability or count, a probability above 1, and 0 choices or tokens are rejected."
)


def _best_of_fewer(answer: Subject) -> bool:
    return number(answer, "best_of", math.inf) < number(answer, "n", -math.inf)


@rules.should("best-of", CORRECTION, "#/best_of", of=asked("chat", where=_best_of_fewer), claims="engine.best-of")
def the_best_of_fewer_is_no_crash(reply: Subject, check: Check) -> None:
    """A `best_of` smaller than `n` is rejected or ignored; it does not cause a 5xx."""
    check.accepted_or_refused(reply)
