"""Servers that ignore what steers sampling, or overdo it."""

from tests.mutants import breaks


def _says(reply, text):
    reply.json["choices"][0]["message"]["content"] = text


@breaks("sampling.accepted", where=lambda draft: "documents" in draft.asked)
def documents_are_refused(reply):
    reply.status = 422


@breaks("sampling.defaults", where=lambda draft: draft.step == 2)
def a_default_is_not_the_documented_one(reply):
    _says(reply, "Something else.")


@breaks("sampling.n")
def n_is_ignored(reply):
    del reply.json["choices"][1:]


@breaks("sampling.n")
def every_choice_is_the_first(reply):
    for choice in reply.json["choices"]:
        choice["index"] = 0


@breaks("sampling.seed", where=lambda draft: draft.step == 1)
def the_seed_is_ignored(reply):
    _says(reply, "Something else.")


@breaks("sampling.domain", where=lambda draft: draft.asked.get("temperature") == -1)
def a_negative_temperature_is_taken(reply):
    reply.status = 200


@breaks("sampling.domain", where=lambda draft: draft.asked.get("n") == 0)
def no_choice_is_a_crash(reply):
    reply.status = 500


@breaks("sampling.best-of")
def fewer_candidates_than_choices_crash_it(reply):
    reply.status = 500
