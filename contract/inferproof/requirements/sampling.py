"""Sampling: the members that steer which tokens come, how many, and when to stop."""

from typing import Any

from inferproof.requirements.answer import Answer, repeated
from inferproof.requirements.chat_request import DECIDED
from inferproof.requirements.check import Check
from inferproof.requirements.logprobs import tokens
from inferproof.requirements.oracle import must_accept
from inferproof.requirements.requirement import (
    CONVENTION,
    CORRECTION,
    MAY,
    MUST,
    PROSE,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.requirements.select import Of, replies

REQUEST = "inflection#/components/schemas/ChatCompletionRequest/properties"

STEERING = (
    "top_k",
    "min_p",
    "repetition_penalty",
    "length_penalty",
    "stop_token_ids",
    "include_stop_str_in_output",
    "ignore_eos",
    "min_tokens",
    "skip_special_tokens",
    "spaces_between_special_tokens",
    "add_special_tokens",
    "documents",
    "cache_salt",
)
"""Members whose valid values a server that claims sampling has no reason to refuse."""

PLAIN = {"model", "messages", "max_tokens", "temperature", "top_p", "seed", "n", "stop", *STEERING}

EXECUTED = "invalid literal for int()"
"""What Python says when `int` is really called with the word that `sampling.logits-processors` sends."""


def _one_choice(answer: Answer) -> bool:
    return (answer.asked.get("n") or 1) == 1


def _steered(answer: Answer) -> bool:
    """Steered by members that belong to no finer capability, and by nothing else."""
    body = answer.asked
    return PLAIN.issuperset(body) and any(name in body for name in STEERING) and must_accept(answer)


@requirement(
    "sampling.accepted",
    MUST,
    basis=SCHEMA,
    claims="sampling",
    cites=tuple(f"{REQUEST}/{member}" for member in STEERING),
    of=Of(("chat",), status=DECIDED, where=_steered),
)
def steering_is_accepted(reply: Answer, check: Check) -> None:
    """Members that steer sampling are accepted with any value that the document allows."""
    check.equal(reply.status, 200, at="status")


@requirement(
    "sampling.defaults",
    SHOULD,
    basis=SCHEMA,
    claims="sampling",
    cites="inflection#/components/schemas/ChatCompletionRequest",
    needs="sampling.defaults",
)
def defaults_change_nothing(answers: list[Answer], check: Check) -> None:
    """At temperature 0 and with a seed, members sent with their documented defaults leave the answer as it is."""
    plain, again, explicit = answers
    check.equal(explicit.text, repeated(plain, again), at="content")


@requirement(
    "sampling.n",
    MUST,
    basis=CONVENTION,
    claims="sampling.n",
    cites=f"{REQUEST}/n",
    of=replies("chat", where=lambda answer: not _one_choice(answer)),
)
def there_are_n_choices(reply: Answer, check: Check) -> None:
    """There are `n` choices, numbered from 0."""
    check.equal(sorted(choice["index"] for choice in reply.choices), list(range(reply.asked["n"])), at="/choices")


@requirement(
    "sampling.seed", SHOULD, basis=CONVENTION, claims="sampling.seed", cites=f"{REQUEST}/seed", needs="sampling.seed"
)
def a_seed_repeats_its_answer(answers: list[Answer], check: Check) -> None:
    """The same request with the same seed at temperature 0 gets the same content."""
    first, again = answers
    check.equal(again.text, first.text, at="content")


def _stops(answer: Answer) -> list[str]:
    stop = answer.asked.get("stop") or []
    return [stop] if isinstance(stop, str) else stop


@requirement(
    "sampling.stop",
    MUST,
    basis=CONVENTION,
    claims="sampling.stop",
    cites=f"{REQUEST}/stop",
    of=replies("chat", where=lambda answer: bool(_stops(answer)) and not _keeps_the_stop(answer)),
)
def the_text_ends_before_a_stop(reply: Answer, check: Check) -> None:
    """The content has none of the `stop` strings."""
    for choice in reply.choices:
        text = choice["message"]["content"] or ""
        found = [stop for stop in _stops(reply) if stop in text]
        check.equal(found, [], at=f"/choices/{choice['index']}/message/content")


def _keeps_the_stop(answer: Answer) -> bool:
    return any(answer.asked.get(name) for name in ("include_stop_str_in_output", "echo"))


@requirement(
    "sampling.stop.prefix",
    SHOULD,
    basis=CONVENTION,
    claims="sampling.stop",
    cites=f"{REQUEST}/stop",
    needs="sampling.stop",
)
def a_stop_cuts_the_same_text(answers: list[Answer], check: Check) -> None:
    """At temperature 0 and with a seed, a `stop` string ends the same text where it first stands, with `stop`."""
    free, again, *stopped = answers
    text = repeated(free, again)
    for answer in stopped:
        check.equal(answer.text, text.partition(_found_stop(answer, text))[0], at="content")
        check.equal(answer.finish_reason, "stop", at="finish_reason")


def _found_stop(answer: Answer, text: str) -> str:
    return min((stop for stop in _stops(answer) if stop in text), key=text.index)


@requirement(
    "sampling.stop.included",
    SHOULD,
    basis=CONVENTION,
    claims="sampling.stop",
    cites=f"{REQUEST}/include_stop_str_in_output",
    needs="sampling.stop-included",
)
def a_stop_may_stay(answers: list[Answer], check: Check) -> None:
    """With `include_stop_str_in_output: true` the content ends with the `stop` string that ended it."""
    free, again, stopped = answers
    text, stop = repeated(free, again), stopped.asked["stop"]
    check.equal(stopped.text, text.partition(stop)[0] + stop, at="content")


@requirement(
    "sampling.min-tokens",
    SHOULD,
    basis=SCHEMA,
    claims="sampling.length",
    cites=f"{REQUEST}/min_tokens",
    of=replies("chat", where=lambda answer: bool(answer.asked.get("min_tokens")) and _one_choice(answer)),
)
def min_tokens_is_the_least(reply: Answer, check: Check) -> None:
    """`completion_tokens` is at least `min_tokens`."""
    least, used = reply.asked["min_tokens"], reply.json["usage"]["completion_tokens"]
    check.that(used >= least, f"at least {least}", used, at="/usage/completion_tokens")


@requirement(
    "sampling.ignore-eos",
    SHOULD,
    basis=SCHEMA,
    claims="sampling.length",
    cites=f"{REQUEST}/ignore_eos",
    of=replies(
        "chat",
        where=lambda answer: (
            answer.asked.get("ignore_eos") is True
            and PLAIN.issuperset(answer.asked)
            and "max_tokens" in answer.asked
            and not _stops(answer)
            and not answer.asked.get("stop_token_ids")
            and _one_choice(answer)
        ),
    ),
)
def without_an_end_the_cap_is_reached(reply: Answer, check: Check) -> None:
    """With `ignore_eos: true` an answer has exactly `max_tokens`, and finishes with `length`."""
    check.equal(reply.json["usage"]["completion_tokens"], reply.asked["max_tokens"], at="/usage/completion_tokens")
    check.equal(reply.finish_reason, "length", at="finish_reason")


@requirement(
    "sampling.bad-words",
    SHOULD,
    basis=SCHEMA,
    claims="sampling.bad-words",
    cites=f"{REQUEST}/bad_words",
    needs="sampling.bad-words",
)
def bad_words_change_the_answer(answers: list[Answer], check: Check) -> None:
    """With a word of an answer in `bad_words`, the same request is answered otherwise.

    The word may come back: engines forbid its usual tokens, and a model can spell it with others. But then the answer
    takes another number of tokens or ends elsewhere.
    """
    free, banned = answers
    same = (banned.text, banned.json["usage"]["completion_tokens"]) == (
        free.text,
        free.json["usage"]["completion_tokens"],
    )
    check.that(not same, f"no {banned.asked['bad_words'][0]!r} in the same place", banned.text, at="content")


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
def a_low_bias_bans_a_token(reply: Answer, check: Check) -> None:
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
def a_high_bias_forces_a_token(reply: Answer, check: Check) -> None:
    """Only the tokens with a `logit_bias` of 100 come."""
    forced = {_token(id) for id, bias in reply.asked["logit_bias"].items() if bias == 100}
    check.equal(sorted(set(tokens(reply)) - forced), [], at="/choices/0/logprobs/content")


def _as_ids(answer: Answer) -> bool:
    return answer.asked.get("logprobs") is True and answer.asked.get("return_tokens_as_token_ids") is True


def _biases(answer: Answer, bias: int) -> bool:
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
def no_other_token_comes(reply: Answer, check: Check) -> None:
    """With `allowed_token_ids` no other token comes."""
    allowed = {_token(str(id)) for id in reply.asked["allowed_token_ids"]}
    check.equal(sorted(set(tokens(reply)) - allowed), [], at="/choices/0/logprobs/content")


def _last(answer: Answer) -> dict[str, Any]:
    """The request's last message, where it is text; an empty one otherwise."""
    messages = answer.asked.get("messages") or [{}]
    return messages[-1] if isinstance(messages[-1].get("content"), str) else {}


@requirement(
    "sampling.echo",
    MUST,
    basis=PROSE,
    claims="sampling.echo",
    cites=f"{REQUEST}/echo/description",
    of=replies(
        "chat", where=lambda answer: answer.asked.get("echo") is True and _last(answer).get("role") == "assistant"
    ),
)
def echo_puts_the_last_message_in_front(reply: Answer, check: Check) -> None:
    """With `echo: true` and a last message of the assistant, the content begins with that message."""
    said = _last(reply)["content"]
    check.that(reply.text.startswith(said), f"a text that begins with {said!r}", reply.text, at="content")


@requirement(
    "sampling.echo.other-role",
    MUST,
    basis=PROSE,
    claims="sampling.echo",
    cites=f"{REQUEST}/echo",
    of=replies(
        "chat",
        where=lambda answer: (
            answer.asked.get("echo") is True
            and answer.asked.get("add_generation_prompt") is not False
            and _last(answer).get("role") == "user"
            and len(_last(answer)["content"]) > 40
        ),
    ),
)
def another_role_is_not_echoed(reply: Answer, check: Check) -> None:
    """With `echo: true` and a last message of the user, the content does not begin with that message."""
    said = _last(reply)["content"]
    check.that(not reply.text.startswith(said), "a text of its own", reply.text, at="content")


@requirement(
    "sampling.continue",
    MUST,
    basis=PROSE,
    claims="sampling.continue",
    cites=f"{REQUEST}/continue_final_message/description",
    of=Of(
        ("chat",),
        status=DECIDED,
        where=lambda answer: (
            answer.asked.get("continue_final_message") is True
            and _last(answer).get("role") == "assistant"
            and not answer.asked.get("echo")
            and must_accept(answer)
        ),
    ),
)
def a_message_is_continued(reply: Answer, check: Check) -> None:
    """With `continue_final_message: true` the model goes on with the last message, and does not begin it again."""
    check.equal(reply.status, 200, at="status")
    said = _last(reply)["content"]
    check.that(not reply.text.startswith(said), "how the message goes on", reply.text, at="content")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _meaningless(answer: Answer) -> bool:
    """A negative temperature, probability or count, an answer of nothing, or a probability above 1."""
    given = {name: value for name, value in answer.asked.items() if _number(value)}
    negative = ("temperature", "top_p", "min_p", "repetition_penalty", "n", "min_tokens")
    return (
        any(given.get(name, 0) < 0 for name in negative)
        or any(given.get(name, 1) == 0 for name in ("n", "max_tokens", "max_completion_tokens"))
        or any(given.get(name, 0) > 1 for name in ("top_p", "min_p"))
    )


@requirement(
    "sampling.domain",
    SHOULD,
    basis=CORRECTION,
    claims="sampling",
    cites=tuple(f"{REQUEST}/{member}" for member in ("temperature", "top_p", "max_tokens", "max_completion_tokens")),
    of=Of(("chat",), status=None, where=_meaningless),
)
def what_has_no_meaning_is_refused(reply: Answer, check: Check) -> None:
    """A negative temperature, probability or count, a probability above 1 and an answer of no tokens are refused."""
    check.that(400 <= reply.status < 500, "a 4xx", reply.status, at="status")


@requirement(
    "sampling.best-of",
    SHOULD,
    basis=CORRECTION,
    claims="sampling.n",
    cites=f"{REQUEST}/best_of",
    of=Of(
        ("chat",),
        status=None,
        where=lambda answer: (
            _number(answer.asked.get("best_of"))
            and _number(answer.asked.get("n"))
            and answer.asked["best_of"] < answer.asked["n"]
        ),
    ),
)
def the_best_of_fewer_is_no_crash(reply: Answer, check: Check) -> None:
    """A `best_of` smaller than `n` is refused or ignored; it does not fail."""
    check.that(reply.status == 200 or 400 <= reply.status < 500, "200 or a 4xx", reply.status, at="status")


@requirement(
    "sampling.request-id",
    SHOULD,
    basis=PROSE,
    claims="sampling",
    cites=f"{REQUEST}/request_id/description",
    of=replies("chat", where=lambda answer: bool(answer.asked.get("request_id"))),
)
def a_request_id_comes_back(reply: Answer, check: Check) -> None:
    """A `request_id` comes back within the `id` of the reply."""
    check.that(reply.asked["request_id"] in reply.json["id"], reply.asked["request_id"], reply.json["id"], at="/id")


@requirement(
    "sampling.cache-salt.empty",
    SHOULD,
    basis=CORRECTION,
    claims="sampling",
    cites=f"{REQUEST}/cache_salt/description",
    of=Of(("chat",), status=None, where=lambda answer: answer.asked.get("cache_salt") == ""),
)
def an_empty_salt_is_refused(reply: Answer, check: Check) -> None:
    """An empty `cache_salt` is refused: it protects nobody."""
    check.that(400 <= reply.status < 500, "a 4xx", reply.status, at="status")


@requirement(
    "sampling.priority.zero",
    MUST,
    basis=PROSE,
    claims="sampling",
    cites=f"{REQUEST}/priority",
    of=Of(
        ("chat",),
        status=DECIDED,
        where=lambda answer: (
            answer.asked.get("priority") == 0
            and (PLAIN | {"priority"}).issuperset(answer.asked)
            and must_accept(answer)
        ),
    ),
)
def the_usual_priority_is_accepted(reply: Answer, check: Check) -> None:
    """`priority: 0`, the default, is accepted."""
    check.equal(reply.status, 200, at="status")


@requirement(
    "sampling.priority.other",
    SHOULD,
    basis=PROSE,
    claims="sampling",
    cites=f"{REQUEST}/priority/description",
    of=Of(
        ("chat",),
        status=DECIDED,
        where=lambda answer: _number(answer.asked.get("priority")) and answer.asked["priority"] != 0,
    ),
)
def another_priority_is_served_or_refused(reply: Answer, check: Check) -> None:
    """Another `priority` is refused, or obeyed by a server with priority scheduling; it does not fail."""
    check.that(reply.status == 200 or 400 <= reply.status < 500, "200 or a 4xx", reply.status, at="status")


@requirement(
    "sampling.logits-processors",
    SHOULD,
    basis=CORRECTION,
    claims="sampling",
    cites=(f"{REQUEST}/logits_processors", "inflection#/components/schemas/LogitsProcessorConstructor"),
    of=Of(("chat",), status=None, where=lambda answer: bool(answer.asked.get("logits_processors"))),
)
def code_of_a_request_is_never_run(reply: Answer, check: Check) -> None:
    """A constructor in `logits_processors` is refused or ignored, never called."""
    check.that(reply.status == 200 or 400 <= reply.status < 500, "200 or a 4xx", reply.status, at="status")
    said = reply.reply.body.decode("utf-8", "replace")
    check.that(EXECUTED not in said, "no trace of a call", said, at="body")


@requirement(
    "sampling.timeout",
    MAY,
    basis=CORRECTION,
    claims="sampling",
    cites=f"{REQUEST}/timeout_sec",
    of=Of(
        ("chat",),
        status=None,
        where=lambda answer: _number(answer.asked.get("timeout_sec")) and 0 < answer.asked["timeout_sec"] < 0.1,
    ),
)
def a_timeout_is_told(reply: Answer, check: Check) -> None:
    """A `timeout_sec` that is too short ends with 504 or 408, unless the answer was there in time."""
    check.one_of(reply.status, (200, 408, 504), at="status")
