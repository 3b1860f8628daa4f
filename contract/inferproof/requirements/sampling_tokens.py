"""Which tokens may come: words and tokens that are banned, forced, or the only ones allowed."""

from inferproof.judge.check import Check
from inferproof.judge.requirement import SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import answers
from inferproof.judge.subject import Subject, repeated
from inferproof.judge.value import Skip
from inferproof.requirements.logprobs import tokens

rules = Rules("sampling", of=answers("chat"), cites="chat.request", claims="sampling.tokens").with_notes(
    breaks="ids that are sent as text and read as nothing, a bias that is dropped for lack of a tokenizer.",
    reference="passed on to the engine.",
)


@rules.should("bad-words", SCHEMA, "#/bad_words", needs="sampling.bad-words", claims="sampling.bad-words")
def bad_words_change_the_answer(told: list[Subject], check: Check) -> None:
    """If `bad_words` has the words of an answer, the same request gets another answer."""
    # A single word may come back: engines forbid its usual tokens, and a model can spell it with others.
    free, *banned = told
    if not banned:
        raise Skip("it takes an answer, and one with its words forbidden, to tell")
    if not free.text:
        raise Skip("nothing was said, as by a model that is not done with its reasoning")
    for answer in banned:
        same = answer.said == free.said and _completion(answer) in (None, _completion(free))
        check.that(not same, "an answer that does without these words", answer.text, at="content")


def _completion(answer: Subject) -> int | None:
    """The `completion_tokens`; None of a stream that does not count. Raises Skip."""
    return None if answer.streamed and answer.folded.usage is None else answer.usage.integer("/completion_tokens")


@rules.should("stop-token-ids", SCHEMA, "#/stop_token_ids", needs="sampling.stop-token-ids")
def a_token_may_end_the_answer(told: list[Subject], check: Check) -> None:
    """At temperature 0 with a seed, a token in `stop_token_ids` ends the same answer where it first occurs, and the
    `finish_reason` is `stop`."""
    if len(told) < 3:
        raise Skip("it takes an answer twice, and once with a token to stop at, to tell")
    free, again, *stopped = told
    repeated(free, again)
    if tokens(free) != tokens(again):
        raise Skip("the same request is answered differently each time")
    for answer in stopped:
        _require_the_end(answer, free, check)


def _require_the_end(stopped: Subject, free: Subject, check: Check) -> None:
    said, stop = tokens(free), _token(stopped.request.integer("/stop_token_ids/0"))
    if stop not in said:
        raise Skip("the token is not in the answer that it would end")
    untold = max(0, free.usage.integer("/completion_tokens", 0) - len(said))  # of a template, as harmony's
    most, used = said.index(stop) + 1 + untold, _completion(stopped)
    if used is not None and used > most and free.reasoning:
        raise Skip("the token may be one of the reasoning, which is not the answer")
    check.that(used is None or used <= most, f"at most {most}", used, at="/usage/completion_tokens")
    check.equal(stopped.finish_reason, "stop", at="finish_reason")


def _token(id: int | str) -> str:
    return f"token_id:{id}"


def _bans_tokens(answer: Subject) -> bool:
    return _as_ids(answer) and bool(_biased(answer, -100))


@rules.should("logit-bias.ban", openai("logit_bias"), "#/logit_bias", where=_bans_tokens)
def a_low_bias_bans_a_token(reply: Subject, check: Check) -> None:
    """A token with a `logit_bias` of -100 does not occur in the answer."""
    check.equal(sorted(_biased(reply, -100) & set(tokens(reply))), [], at="/choices/0/logprobs/content")


def _forces_tokens(answer: Subject) -> bool:
    return _as_ids(answer) and bool(_biased(answer, 100))


@rules.should("logit-bias.force", openai("logit_bias"), ".extra#/logit_bias:object", where=_forces_tokens)
def a_high_bias_forces_a_token(reply: Subject, check: Check) -> None:
    """Only tokens with a `logit_bias` of 100 occur in the answer."""
    check.equal(sorted(set(tokens(reply)) - _biased(reply, 100)), [], at="/choices/0/logprobs/content")


def _as_ids(answer: Subject) -> bool:
    return answer.request.get("/logprobs") is True and answer.request.get("/return_tokens_as_token_ids") is True


def _biased(answer: Subject, bias: int) -> set[str]:
    """The tokens to which the request gives that bias."""
    biases = answer.request.members("/logit_bias", optional=True)
    return {_token(id) for id, given in biases.items() if given.raw == bias}


def _allows_some_tokens(answer: Subject) -> bool:
    return bool(answer.request.get("/allowed_token_ids")) and _as_ids(answer)


@rules.should("allowed-token-ids", SCHEMA, "#/allowed_token_ids", where=_allows_some_tokens)
def no_other_token_comes(reply: Subject, check: Check) -> None:
    """With `allowed_token_ids`, no other token occurs in the answer."""
    allowed = {_token(id.integer()) for id in reply.request.items("/allowed_token_ids")}
    check.equal(sorted(set(tokens(reply)) - allowed), [], at="/choices/0/logprobs/content")
