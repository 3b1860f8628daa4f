"""What is left to chance: at temperature 1 a model that is asked again does not say the same each time."""

from inferproof.judge.check import Check
from inferproof.judge.requirement import openai
from inferproof.judge.rules import Rules
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Skip

rules = Rules("sampling", cites="chat.request").with_notes(
    breaks="a temperature that is dropped, one answer copied for each of `n`, and a seed that loses its bits.",
    reference="temperature, `n` and seed are passed on.",
)


@rules.should("n.differ", openai("temperature"), "#/n", "#/temperature", needs="chance.choices", claims="sampling.n")
def choices_are_no_copies(answers: list[Subject], check: Check) -> None:
    """At temperature 1, four choices for an open question are not all the same."""
    [answer] = steps(answers, 1)
    _require_others(list(answer.texts.values()), check)


@rules.should(
    "seed.others", openai("temperature"), "#/seed", "#/temperature", needs="chance.seeds", claims="sampling.seed"
)
def another_seed_says_something_else(answers: list[Subject], check: Check) -> None:
    """At temperature 1, three seeds do not all give the same answer to an open question."""
    _require_others([answer.text for answer in steps(answers, 3)], check)


def _require_others(said: list[str], check: Check) -> None:
    """The answers are not all the same. Raises Skip where a model is not done with its reasoning."""
    if len(said) < 2 or not all(said):
        raise Skip("one of the answers is empty")
    check.that(len(set(said)) > 1, f"{len(said)} answers that differ", said[0], at="content")
