"""Servers that ignore what steers sampling, or overdo it."""

from tests.proof.mutants import breaks, spares


def _says(reply, text):
    reply.json["choices"][0]["message"]["content"] = text


@breaks("sampling.accepted", where=lambda draft: "top_k" in draft.asked)
def top_k_is_refused(reply):
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


def _is_sampled(draft):
    return draft.asked.get("temperature") == 1


@breaks("sampling.seed", where=_is_sampled)
def the_seed_is_ignored(reply):
    _says(reply, f"Something else, for the {reply.step}th time.")


@spares("sampling.seed", where=lambda draft: draft.step == 4)
def a_last_digit_turns_one_answer(reply):
    _says(reply, "Something else.")


@spares("sampling.seed")
def nothing_is_ever_the_same(reply):
    _says(reply, f"Something else, for the {reply.step}th time.")


@spares("sampling.seed", where=_is_sampled)
def builds_take_turns(reply):
    _says(reply, f"Something else, for the {reply.step}th time.")
    reply.json["system_fingerprint"] = f"fp_{reply.step}"


def _says_in_a_stream(reply, text):
    spoken = [chunk["choices"][0]["delta"] for chunk in reply.chunks if chunk["choices"]]
    spoken[0]["content"] = text


@breaks("sampling.seed.streamed", where=lambda draft: draft.asked.get("stream"))
def streams_ignore_the_seed(reply):
    _says_in_a_stream(reply, f"For the {reply.step}th time.")


@spares("sampling.seed.streamed", where=lambda draft: draft.asked.get("stream"))
def streams_have_random_numbers_of_their_own(reply):
    _says_in_a_stream(reply, "Something else.")


@spares("sampling.seed.streamed", where=lambda draft: draft.step == 1)
def a_last_digit_turns_one_stream(reply):
    _says_in_a_stream(reply, "Something else.")


@spares("sampling.seed.streamed")
def neither_form_repeats(reply):
    if reply.asked.get("stream"):
        _says_in_a_stream(reply, f"For the {reply.step}th time.")
    else:
        _says(reply, f"For the {reply.step}th time.")


@breaks("sampling.domain", where=lambda draft: draft.asked.get("temperature") == -1)
def a_negative_temperature_is_taken(reply):
    reply.status = 200


@breaks("sampling.domain", where=lambda draft: draft.asked.get("n") == 0)
def no_choice_is_a_crash(reply):
    reply.status = 500


@breaks("sampling.best-of")
def fewer_candidates_than_choices_crash_it(reply):
    reply.status = 500


STEERING = {
    "top_k": 1,
    "min_p": 0.1,
    "repetition_penalty": 1.1,
    "length_penalty": 1.0,
    "stop_token_ids": [1],
    "include_stop_str_in_output": False,
    "ignore_eos": False,
    "min_tokens": 1,
    "skip_special_tokens": True,
    "spaces_between_special_tokens": True,
    "add_special_tokens": False,
    "cache_salt": "salt",
    "documents": [],
    "temperature": 0.5,
    "top_p": 0.5,
    "seed": 1,
    "n": 1,
    "stop": ["."],
}
"""Members whose valid values a server that claims sampling has no reason to refuse."""


def _with(member, value, status):
    def edit(reply):
        reply.ask(**{member: value})
        reply.status = status

    edit.__name__ = f"{member}_{value}_is_answered_{status}"
    return edit


for _member, _value in STEERING.items():
    breaks("sampling.accepted", needs=_member)(_with(_member, _value, 400))


@spares("sampling.accepted")
def a_member_that_the_server_knows_and_the_document_does_not_is_refused_for_its_value(reply):
    reply.ask(beam_width=-1)
    reply.status = 400


MEANINGLESS = {
    "temperature": -1,
    "top_p": -0.5,
    "min_p": -0.5,
    "repetition_penalty": -1,
    "n": -1,
    "min_tokens": -1,
    "max_tokens": 0,
    "max_completion_tokens": 0,
}


def _alone(member, value):
    def edit(reply):
        reply.ask(only=("model", "messages"), **{member: value})
        reply.status = 200

    edit.__name__ = f"{member}_{value}_is_served".replace("-", "minus_").replace(".", "_")
    return edit


for _member, _value in [*MEANINGLESS.items(), ("n", 0), ("top_p", 1.5), ("min_p", 1.5)]:
    breaks("sampling.domain")(_alone(_member, _value))


@spares("sampling.seed", where=lambda draft: draft.step == 4)
def it_was_asked_twice_only(reply):
    reply.ask(temperature=2)


@breaks("sampling.seed", where=_is_sampled)
def the_seed_is_ignored_by_a_build_without_a_name(reply):
    reply.json.pop("system_fingerprint", None)
    _says(reply, f"Something else, for the {reply.step}th time.")
