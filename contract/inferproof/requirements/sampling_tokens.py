"""Which tokens may come: words and tokens that are banned, forced, or the only ones allowed.

Breaks: ids that are sent as text and read as nothing, a bias that is dropped for lack of a tokenizer.
Reference: passed on to the engine.
"""

from inferproof.judge.check import Check
from inferproof.judge.requirement import (
    CONVENTION,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.judge.select import replies
from inferproof.judge.subject import Subject
from inferproof.requirements.logprobs import tokens

REQUEST = "inflection#/components/schemas/ChatCompletionRequest/properties"


@requirement(
    "sampling.bad-words",
    SHOULD,
    basis=SCHEMA,
    claims="sampling.bad-words",
    cites=f"{REQUEST}/bad_words",
    needs="sampling.bad-words",
)
def bad_words_change_the_answer(answers: list[Subject], check: Check) -> None:
    """With the words of an answer in `bad_words`, the same request is answered otherwise."""
    # A single word may come back: engines forbid its usual tokens, and a model can spell it with others.
    free, banned = answers
    if not free.text:
        raise LookupError("nothing was said, as by a model that is not done with its reasoning")
    same = (banned.text, banned.json["usage"]["completion_tokens"]) == (
        free.text,
        free.json["usage"]["completion_tokens"],
    )
    check.that(not same, "an answer that does without these words", banned.text, at="content")


@requirement(
    "sampling.stop-token-ids",
    SHOULD,
    basis=SCHEMA,
    claims="sampling.tokens",
    cites=f"{REQUEST}/stop_token_ids",
    needs="sampling.stop-token-ids",
)
def a_token_may_end_the_answer(answers: list[Subject], check: Check) -> None:
    """At temperature 0 and with a seed, a token in `stop_token_ids` ends the same answer where it first comes."""
    free, again, stopped = answers
    said, stop = tokens(free), _token(str(stopped.asked["stop_token_ids"][0]))
    if said != tokens(again):
        raise LookupError("the same request is answered differently each time")
    most = said.index(stop) + 1
    used = stopped.json["usage"]["completion_tokens"]
    check.that(used <= most, f"at most {most}", used, at="/usage/completion_tokens")
    check.equal(stopped.finish_reason, "stop", at="/choices/0/finish_reason")


def _token(id: str) -> str:
    return f"token_id:{id}"


@requirement(
    "sampling.logit-bias.ban",
    SHOULD,
    basis=CONVENTION,
    claims="sampling.tokens",
    cites=f"{REQUEST}/logit_bias",
    of=replies("chat", where=lambda answer: _biases(answer, -100)),
)
def a_low_bias_bans_a_token(reply: Subject, check: Check) -> None:
    """A token with a `logit_bias` of -100 does not come."""
    banned = {_token(id) for id, bias in reply.asked["logit_bias"].items() if bias == -100}
    check.equal(sorted(banned & set(tokens(reply))), [], at="/choices/0/logprobs/content")


@requirement(
    "sampling.logit-bias.force",
    SHOULD,
    basis=CONVENTION,
    claims="sampling.tokens",
    cites=f"{REQUEST}/logit_bias/anyOf/0/additionalProperties",
    of=replies("chat", where=lambda answer: _biases(answer, 100)),
)
def a_high_bias_forces_a_token(reply: Subject, check: Check) -> None:
    """Only the tokens with a `logit_bias` of 100 come."""
    forced = {_token(id) for id, bias in reply.asked["logit_bias"].items() if bias == 100}
    check.equal(sorted(set(tokens(reply)) - forced), [], at="/choices/0/logprobs/content")


def _as_ids(answer: Subject) -> bool:
    return answer.asked.get("logprobs") is True and answer.asked.get("return_tokens_as_token_ids") is True


def _biases(answer: Subject, bias: int) -> bool:
    biases = answer.asked.get("logit_bias")
    return isinstance(biases, dict) and bias in biases.values() and _as_ids(answer)


@requirement(
    "sampling.allowed-token-ids",
    SHOULD,
    basis=SCHEMA,
    claims="sampling.tokens",
    cites=f"{REQUEST}/allowed_token_ids",
    of=replies("chat", where=lambda answer: bool(answer.asked.get("allowed_token_ids")) and _as_ids(answer)),
)
def no_other_token_comes(reply: Subject, check: Check) -> None:
    """With `allowed_token_ids` no other token comes."""
    allowed = {_token(str(int(id))) for id in reply.asked["allowed_token_ids"]}  # 3.0 is the id 3
    check.equal(sorted(set(tokens(reply)) - allowed), [], at="/choices/0/logprobs/content")
