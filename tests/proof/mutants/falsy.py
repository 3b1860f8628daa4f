"""Servers to which 0 is nothing."""

from tests.proof.mutants import breaks, spares


def _says(reply, text):
    reply.json["choices"][0]["message"]["content"] = text


@breaks("sampling.temperature.zero", where=lambda draft: draft.step == 2)
def a_temperature_of_zero_is_the_default(reply):
    _says(reply, "Something else.")


@breaks("sampling.seed.zero", where=lambda draft: draft.step == 3)
def the_seed_zero_is_none(reply):
    _says(reply, "Something else.")


@spares("sampling.temperature.zero")
def every_answer_is_another(reply):
    _says(reply, f"Answer {reply.step}.")


@spares("sampling.seed.zero")
def no_seed_repeats_an_answer(reply):
    _says(reply, f"Answer {reply.step}.")


@spares("sampling.seed.zero", where=lambda draft: draft.step == 3)
def one_answer_is_empty(reply):
    _says(reply, "")


@breaks("logprobs.content", where=lambda draft: draft.asked.get("top_logprobs") == 0)
def no_alternatives_are_no_log_probabilities(reply):
    del reply.json["choices"][0]["logprobs"]


@breaks("chat.reply.media-type", where=lambda draft: "stream" in draft.asked)
def a_stream_that_is_not_wanted_comes(reply):
    reply.header("content-type", "text/event-stream")
