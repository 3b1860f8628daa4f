"""Servers that say what was forbidden."""

from tests.proof.mutants import breaks, spares


def _says(reply, text):
    reply.json["choices"][0]["message"]["content"] = text


def _says_tokens(reply, *ids):
    entries = [{"token": f"token_id:{id}", "logprob": -0.5, "top_logprobs": []} for id in ids]
    reply.json["choices"][0]["logprobs"]["content"] = entries


@breaks("sampling.bad-words")
def bad_words_are_ignored(reply):
    _says(reply, "The sea is wide.")
    reply.json["usage"]["completion_tokens"] = 5


@breaks("sampling.stop-token-ids", where=lambda draft: draft.step == 2)
def stop_token_ids_are_ignored(reply):
    reply.json["usage"]["completion_tokens"] = 12


@breaks("sampling.stop-token-ids", where=lambda draft: draft.step == 2)
def a_stop_token_counts_as_the_cap(reply):
    reply.json["choices"][0]["finish_reason"] = "length"


@breaks("sampling.logit-bias.ban")
def a_ban_is_ignored(reply):
    _says_tokens(reply, *reply.asked["logit_bias"])


@breaks("sampling.logit-bias.force")
def a_force_is_ignored(reply):
    _says_tokens(reply, *reply.asked["logit_bias"], 1_000_000)


@breaks("sampling.allowed-token-ids")
def every_token_is_allowed(reply):
    _says_tokens(reply, *reply.asked["allowed_token_ids"], 1_000_000)


@spares("sampling.bad-words")
def nothing_is_said(reply):
    reply.json["choices"][0]["message"]["content"] = ""


@spares("sampling.stop-token-ids", where=lambda draft: draft.step == 1)
def the_same_request_is_answered_otherwise(reply):
    reply.json["choices"][0]["logprobs"]["content"].append({"token": "token_id:7"})


@spares("sampling.stop-token-ids", where=lambda draft: draft.step == 2)
def the_token_never_comes(reply):
    reply.ask(stop_token_ids=[10**9])
    reply.json["usage"]["completion_tokens"] = 10**6


@spares("sampling.stop-token-ids")
def the_token_may_be_one_of_the_reasoning(reply):
    reply.json["choices"][0]["message"]["reasoning_content"] = "Let me see."
    if reply.step == 2:
        reply.json["usage"]["completion_tokens"] = 12


@spares("sampling.stop-token-ids")
def tokens_of_a_template_are_counted_too(reply):
    if usage := reply.json.get("usage"):
        usage["completion_tokens"] += 3
