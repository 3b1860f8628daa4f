"""Servers that draw nothing."""

from tests.proof.mutants import breaks, spares


def _same(reply):
    for choice in reply.json["choices"]:
        choice["message"]["content"] = "There was a harbour."


@breaks("sampling.n.differ")
def choices_are_copies(reply):
    _same(reply)


@breaks("sampling.seed.others")
def every_seed_says_the_same(reply):
    _same(reply)


@spares("sampling.n.differ", where=lambda draft: draft.status == 200)
def a_choice_is_empty(reply):
    _same(reply)
    reply.json["choices"][0]["message"]["content"] = ""


@spares("sampling.n.differ")
def two_of_four_are_the_same(reply):
    first, second, *_ = reply.json["choices"]
    second["message"]["content"] = first["message"]["content"]


@spares("sampling.seed.others", where=lambda draft: draft.step == 1)
def two_of_three_seeds_say_the_same(reply):
    _same(reply)


@spares("sampling.seed.others")
def an_answer_is_still_reasoning(reply):
    reply.json["choices"][0]["message"]["content"] = None
