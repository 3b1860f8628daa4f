"""Where an answer ends: at a stop string, not before a least number of tokens, or not before the cap."""

from inferproof.judge.check import Check
from inferproof.judge.claims import OF_STREAMS
from inferproof.judge.requirement import SCHEMA, Standard, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import answers
from inferproof.judge.subject import Subject, repeated, settled
from inferproof.judge.value import Skip
from inferproof.requirements.sampling import PLAIN, one_choice


def _stops(answer: Subject) -> list[str]:
    """The request's `stop` strings, but for empty ones, which stand in every text."""
    one = isinstance(answer.request.get("/stop"), str)
    stops = [answer.request.value("/stop")] if one else answer.request.items("/stop", optional=True)
    return [text for each in stops if (text := each.string())]


rules = Rules("sampling", of=answers("chat"), cites="chat.request", claims="sampling.stop").with_notes(
    breaks="`stop` searched for in single tokens, so that one across two is missed; the stop left in the text.",
    reference="the engine looks for it in the decoded text.",
)


def _stops_before(answer: Subject) -> bool:
    return bool(_stops(answer)) and not _keeps_the_stop(answer)


@rules.must("stop", openai("stop"), "#/stop", where=_stops_before)
def the_text_ends_before_a_stop(reply: Subject, check: Check) -> None:
    """The content has none of the `stop` strings."""
    for index, text in reply.texts.items():
        found = [stop for stop in _stops(reply) if stop in text]
        check.equal(found, [], at=f"content of choice {index}")


def _keeps_the_stop(answer: Subject) -> bool:
    return any(answer.request.get(f"/{name}") for name in ("include_stop_str_in_output", "echo"))


@rules.should("stop.prefix", openai("stop"), "#/stop", needs="sampling.stop")
def a_stop_cuts_the_same_text(told: list[Subject], check: Check) -> None:
    """At temperature 0 with a seed, a `stop` string ends the same text where it first occurs, and the
    `finish_reason` is `stop`."""
    free, text, stopped = _free_and_stopped(told)
    for answer in stopped:
        _require_unthought(answer, free)
        check.equal(answer.said, text.partition(_found(answer, text))[0].rstrip(), at="content")
        check.equal(answer.finish_reason, "stop", at="finish_reason")


def _free_and_stopped(told: list[Subject]) -> tuple[Subject, str, list[Subject]]:
    """The answer without a `stop`, the text that it brought twice, and the answers with one. Raises Skip."""
    free = [answer for answer in told if not _stops(answer)][-2:]  # a model that reasons first was asked once more
    stopped = [answer for answer in told if _stops(answer)]
    if len(free) < 2 or not stopped:
        raise Skip("it takes an answer twice, and once with a `stop`, to tell")
    return free[0], repeated(*free), _settled(stopped)


def _settled(stopped: list[Subject]) -> list[Subject]:
    """The first answer to each request; raises Skip where one that was sent once more has two."""
    told: dict[bytes, list[Subject]] = {}
    for answer in stopped:
        told.setdefault(answer.exchange.request.body, []).append(answer)
    return [settled(*answers) for answers in told.values()]


def _found(answer: Subject, text: str) -> str:
    """The `stop` that comes first in the text; raises Skip where none is in it."""
    found = [stop for stop in _stops(answer) if stop in text]
    if not found:
        raise Skip("no `stop` of the request is in the text that it would end")
    return min(found, key=text.index)


def _require_unthought(stopped: Subject, free: Subject) -> None:
    """Raises Skip where a `stop` stands in the reasoning: engines that look for it there end the answer before it."""
    if any(stop in free.reasoning for stop in _stops(stopped)):
        raise Skip("the `stop` stands in the reasoning too")


@rules.should(
    "stop.included",
    Standard("vLLM's sampling parameters: include_stop_str_in_output"),
    "#/include_stop_str_in_output",
    needs="sampling.stop-included",
    claims="engine.stop",
)
def a_stop_may_stay(told: list[Subject], check: Check) -> None:
    """With `include_stop_str_in_output: true`, the content ends with the `stop` string that ended it."""
    free, text, stopped = _free_and_stopped(told)
    for answer in stopped:
        stop = _found(answer, text)
        _require_unthought(answer, free)
        check.equal(answer.said, text.partition(stop)[0] + stop, at="content")


def _has_a_least_length(answer: Subject) -> bool:
    return bool(answer.request.get("/min_tokens")) and one_choice(answer)


@rules.should("min-tokens", SCHEMA, "#/min_tokens", where=_has_a_least_length, claims="sampling.length")
def min_tokens_is_the_least(reply: Subject, check: Check) -> None:
    """`completion_tokens` is at least `min_tokens`."""
    least, used = reply.request.integer("/min_tokens"), reply.usage.value("/completion_tokens")
    check.that(used.integer() >= least, f"at least {least}", used)


def _goes_on_to_the_cap(answer: Subject) -> bool:
    return (
        answer.request.get("/ignore_eos") is True
        and {*PLAIN, *OF_STREAMS}.issuperset(answer.request.members())
        and answer.request.has("/max_tokens")
        and not _stops(answer)
        and not answer.request.get("/stop_token_ids")
        and one_choice(answer)
    )


@rules.should("ignore-eos", SCHEMA, "#/ignore_eos", where=_goes_on_to_the_cap, claims="sampling.length")
def without_an_end_the_cap_is_reached(reply: Subject, check: Check) -> None:
    """With `ignore_eos: true`, `completion_tokens` is `max_tokens`, and `finish_reason` is `length`."""
    check.equal(reply.finish_reason, "length", at="finish_reason")
    check.equal(reply.usage.value("/completion_tokens"), reply.request.integer("/max_tokens"))
