"""Probes of what is left to chance at temperature 1."""

from inferproof.probes.probe import RequestBuilder, Steps, probe, user

QUESTION = user("Begin a story about a harbour that nobody has told before.")

ROOM = 24
"""Tokens: whoever draws them at temperature 1 draws other ones the next time."""

SEEDS = (7, 7 + 2**8, 7 + 2**16)
"""The same in their last bits, for a seed that loses the others."""


@probe("chance.choices", claims="sampling.n")
def choices(call: RequestBuilder) -> Steps:
    """Four answers to one open question at once."""
    yield call.chat(QUESTION, max_tokens=ROOM, temperature=1, n=4)


@probe("chance.seeds", claims="sampling.seed")
def seeds(call: RequestBuilder) -> Steps:
    """The open question with three seeds."""
    for seed in SEEDS:
        yield call.chat(QUESTION, max_tokens=ROOM, temperature=1, seed=seed)
