"""Servers that ignore what steers sampling, or overdo it."""

from tests.mutants import breaks


def _says(reply, text):
    reply.json["choices"][0]["message"]["content"] = text


def _says_tokens(reply, *ids):
    entries = [{"token": f"token_id:{id}", "logprob": -0.5, "top_logprobs": []} for id in ids]
    reply.json["choices"][0]["logprobs"]["content"] = entries


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


@breaks("sampling.bad-words")
def bad_words_are_ignored(reply):
    _says(reply, "The sea is wide.")
    reply.json["usage"]["completion_tokens"] = 5


@breaks("sampling.logit-bias.ban")
def a_ban_is_ignored(reply):
    _says_tokens(reply, *reply.asked["logit_bias"])


@breaks("sampling.logit-bias.force")
def a_force_is_ignored(reply):
    _says_tokens(reply, *reply.asked["logit_bias"], 1_000_000)


@breaks("sampling.allowed-token-ids")
def every_token_is_allowed(reply):
    _says_tokens(reply, *reply.asked["allowed_token_ids"], 1_000_000)


@breaks("sampling.echo")
def echo_is_ignored(reply):
    _says(reply, "The sea is wide.")


@breaks("sampling.echo.other-role")
def the_user_is_echoed_too(reply):
    _says(reply, reply.asked["messages"][-1]["content"] + " The sea is wide.")


@breaks("sampling.continue")
def the_message_is_repeated(reply):
    _says(reply, reply.asked["messages"][-1]["content"] + " the pier.")


@breaks("sampling.continue")
def no_message_is_continued(reply):
    reply.status = 400


@breaks("sampling.domain", where=lambda draft: draft.asked.get("temperature") == -1)
def a_negative_temperature_is_taken(reply):
    reply.status = 200


@breaks("sampling.domain", where=lambda draft: draft.asked.get("n") == 0)
def no_choice_is_a_crash(reply):
    reply.status = 500


@breaks("sampling.best-of")
def fewer_candidates_than_choices_crash_it(reply):
    reply.status = 500


@breaks("sampling.request-id")
def the_request_id_is_dropped(reply):
    reply.json["id"] = "chatcmpl-1"


@breaks("sampling.cache-salt.empty")
def an_empty_salt_is_taken(reply):
    reply.status = 200


@breaks("sampling.priority.zero")
def priorities_are_unknown(reply):
    reply.status = 422


@breaks("sampling.priority.other")
def another_priority_crashes_it(reply):
    reply.status = 500


@breaks("sampling.logits-processors")
def the_constructor_is_called(reply):
    reply.json = {"error": {"message": "invalid literal for int() with base 10: 'x'", "type": "bad_request"}}


@breaks("sampling.timeout")
def a_timeout_is_a_crash(reply):
    reply.status = 500
