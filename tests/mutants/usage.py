"""Servers that count wrongly."""

from tests.mutants import breaks, spares


@breaks("chat.usage.total")
def the_total_is_off_by_one(reply):
    reply.json["usage"]["total_tokens"] += 1


@breaks("chat.usage.prompt.positive")
def the_prompt_is_never_counted(reply):
    reply.json["usage"].update(prompt_tokens=0, total_tokens=reply.json["usage"]["completion_tokens"])


@breaks("chat.usage.completion")
def only_the_prompt_is_counted(reply):
    del reply.json["usage"]["completion_tokens"]


@breaks("chat.usage.cached")
def more_is_cached_than_was_sent(reply):
    reply.json["usage"]["prompt_tokens_details"] = {"cached_tokens": reply.json["usage"]["prompt_tokens"] + 1}


@breaks("chat.usage.length", where=lambda draft: draft.json["choices"][0]["finish_reason"] == "length")
def the_last_token_is_not_counted(reply):
    reply.json["usage"]["completion_tokens"] -= 1


@breaks("chat.usage.prompt.grows")
def history_is_dropped(reply):
    reply.json["usage"]["prompt_tokens"] = 9


@breaks("chat.usage.prompt.steady", where=lambda draft: draft.asked.get("n") == 2)
def the_prompt_is_counted_once_for_each_choice(reply):
    reply.json["usage"]["prompt_tokens"] *= 2


@spares("chat.usage.length", where=lambda draft: not draft.on_the_other_path)
def the_cap_of_no_choice_is_not_reached(reply):
    reply.ask(n=0)
    reply.json["choices"][0]["finish_reason"] = "length"
    reply.json["usage"]["completion_tokens"] = 10**6


@breaks("chat.usage.prompt.steady", where=lambda draft: draft.step == 1)
def the_second_prompt_is_longer(reply):
    reply.json["usage"]["prompt_tokens"] += 1


@breaks("chat.usage.prompt.steady", where=lambda draft: draft.step == 2)
def the_third_prompt_is_longer(reply):
    reply.json["usage"]["prompt_tokens"] += 1
