"""Falsy values: 0 and false are values, which mean something else than an absent member.

Only what shows is judged: a temperature of 0 and a seed of 0, here; and elsewhere, for want of nothing more than a
request, `top_logprobs: 0` (`logprobs.content`), `include_usage: false` (`stream.usage.unasked`), `stream: false`
(`chat.reply.media-type`), `parallel_tool_calls: false` (`tools.parallel`), `max_tokens: 0` and `n: 0`
(`sampling.domain`). Where 0, false or nothing is the default, a server may drop it. Of the others no reply tells:
`add_generation_prompt: false` where a template opens no turn, `skip_special_tokens: false` where no special token is
said, `add_special_tokens: false` where the tokenizer adds none, `web_search: false` where nothing is searched,
`prompt_logprobs: 0` and empty lists of constraints, of which the document does not say what they mean.
"""

from inferproof.judge.check import Check
from inferproof.judge.requirement import openai
from inferproof.judge.rules import Rules
from inferproof.judge.subject import Subject, repeated, require_repeating, settled, steps
from inferproof.judge.value import Skip

rules = Rules("sampling", cites="chat.request", claims="sampling.seed").with_notes(
    breaks="`temperature or 1.0`, and members that are left out where they are zero.",
    reference="a member is passed on where the request has it, whatever its value.",
)


@rules.should("temperature.zero", openai("temperature"), "#/temperature", needs="falsy.temperature")
def at_zero_nothing_is_drawn(answers: list[Subject], check: Check) -> None:
    """At `temperature: 0`, another seed does not change the content."""
    first, again, other = steps(answers[:3], 3)
    expected = repeated(first, again)
    check.equal(settled(other, *answers[3:]).said, expected, at="content")


@rules.should("seed.zero", openai("seed"), "#/seed", needs="falsy.seed")
def zero_is_a_seed(answers: list[Subject], check: Check) -> None:
    """If a seed repeats an answer at temperature 1, `seed: 0` repeats one too."""
    require_repeating(answers[0])
    some, zero = (_said(answers, seed) for seed in (7, 0))
    if len(set(some)) == len(some):
        raise Skip("the same request is answered differently each time")
    if "" in zero and len(set(zero)) > 1:
        raise Skip("one of the answers is empty, as of a model that is not done with its reasoning")
    check.that(len(set(zero)) < len(zero), zero[0], zero[-1], at="content")


def _said(answers: list[Subject], seed: int) -> list[str]:
    """What was said with that seed, each time; raises Skip where it was not asked twice."""
    said = [answer.said for answer in answers if answer.request.get("/seed") == seed]
    if len(said) < 2:
        raise Skip("it takes a request twice to tell")
    return said
