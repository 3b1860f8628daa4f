"""Servers whose answers end too early, or not where they should."""

from tests.mutants import breaks


def _says(reply, text):
    reply.json["choices"][0]["message"]["content"] = text


@breaks("sampling.stop")
def stop_is_ignored(reply):
    stop = reply.asked["stop"]
    _says(reply, f"It is {stop if isinstance(stop, str) else stop[-1]} and more.")


@breaks("sampling.stop.prefix", where=lambda draft: draft.step == 2)
def a_stop_takes_a_word_with_it(reply):
    _says(reply, reply.json["choices"][0]["message"]["content"][:-1] + "_")


@breaks("sampling.stop.prefix", where=lambda draft: draft.step == 3)
def a_stop_counts_as_the_cap(reply):
    reply.json["choices"][0]["finish_reason"] = "length"


@breaks("sampling.stop.included", where=lambda draft: draft.step == 2)
def a_stop_never_stays(reply):
    text = reply.json["choices"][0]["message"]["content"]
    _says(reply, text.removesuffix(reply.asked["stop"]))


@breaks("sampling.min-tokens")
def min_tokens_is_ignored(reply):
    reply.json["usage"]["completion_tokens"] = 2


@breaks("sampling.ignore-eos")
def the_end_is_the_end(reply):
    reply.json["choices"][0]["finish_reason"] = "stop"


@breaks("sampling.ignore-eos")
def the_answer_is_one_short(reply):
    reply.json["usage"]["completion_tokens"] -= 1
