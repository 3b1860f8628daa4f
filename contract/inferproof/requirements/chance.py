"""What is left to chance: at temperature 1 a model that is asked again does not say the same each time."""

from inferproof.judge.check import Check
from inferproof.judge.requirement import openai
from inferproof.judge.rules import Rules
from inferproof.judge.subject import REASONING, Subject, steps
from inferproof.judge.value import Skip, Value

rules = Rules("sampling", cites="chat.request").with_notes(
    breaks="a temperature that is dropped, one answer copied for each of `n`, and a seed that loses its bits.",
    reference="temperature, `n` and seed are passed on.",
)


@rules.should("n.differ", openai("temperature"), "#/n", "#/temperature", needs="chance.choices", claims="sampling.n")
def choices_are_no_copies(answers: list[Subject], check: Check) -> None:
    """At temperature 1, four choices for an open question are not all the same."""
    [answer] = steps(answers, 1)
    _require_others([_thought_and_said(choice) for choice in answer.choices], check)


@rules.should(
    "seed.others", openai("temperature"), "#/seed", "#/temperature", needs="chance.seeds", claims="sampling.seed"
)
def another_seed_says_something_else(answers: list[Subject], check: Check) -> None:
    """At temperature 1, three seeds do not all give the same answer to an open question."""
    _require_others([_thought_and_said(answer.choices[0]) for answer in steps(answers, 3)], check)


def _thought_and_said(choice: Value) -> str:
    """Both are left to chance. Raises Missing where there is no message."""
    message = choice.object("/message")
    return "\n".join(message.string(f"/{name}", "") for name in (*REASONING, "content"))


def _require_others(said: list[str], check: Check) -> None:
    """The answers are not all the same. Raises Skip where one of them says nothing."""
    if len(said) < 2 or not all(each.strip() for each in said):
        raise Skip("one of the answers is empty")
    check.that(len(set(said)) > 1, f"{len(said)} answers that differ", said[0], at="content")
