"""What a request says about its own handling: its id, its cache, its priority, its time, and code to run.

Breaks: members that are passed on and hoped for; code or templates of a request that are run.
Reference: what would run on the server is refused with 422 by the contract's schema, before anything reads it.
"""

import json

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept, refused_for, valid
from inferproof.judge.requirement import (
    CONVENTION,
    CORRECTION,
    MAY,
    MUST,
    PROSE,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.judge.select import Of, replies
from inferproof.judge.statuses import DECIDED, EVERY
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Value
from inferproof.requirements.sampling import PLAIN, number

EXECUTED = "invalid literal for int()"
"""What Python says when `int` is really called with the word that the probe sends."""


@requirement(
    "sampling.request-id",
    SHOULD,
    basis=PROSE,
    claims="engine",
    cites="chat.request.prose#/request_id",
    of=replies("chat", where=lambda answer: bool(answer.request.get("/request_id"))),
)
def a_request_id_comes_back(reply: Subject, check: Check) -> None:
    """A `request_id` comes back in the response, be it within the `id`, in a member of its own or in a header."""
    sent, headers = reply.request.string("/request_id"), "".join(value for _, value in reply.reply.headers)
    back = json.dumps(sent)[1:-1] in json.dumps(reply.body.raw) or sent in headers
    check.that(back, sent, reply.body.value("/id"))


@requirement(
    "sampling.cache-salt.empty",
    SHOULD,
    basis=CORRECTION,
    claims="engine",
    cites="chat.request.prose#/cache_salt",
    of=Of(("chat",), status=None, where=lambda answer: answer.request.get("/cache_salt") == ""),
)
def an_empty_salt_is_refused(reply: Subject, check: Check) -> None:
    """An empty `cache_salt` is refused: it protects nobody."""
    check.refused(reply)


@requirement(
    "sampling.priority.zero",
    MUST,
    basis=PROSE,
    claims="engine",
    cites="chat.request#/priority",
    of=Of(
        ("chat",),
        status=DECIDED,
        where=lambda answer: (
            answer.request.get("/priority") == 0
            and (PLAIN | {"priority"}).issuperset(answer.request.members())
            and must_accept(answer)
        ),
    ),
)
def the_usual_priority_is_accepted(reply: Subject, check: Check) -> None:
    """`priority: 0`, the default, is accepted."""
    check.accepted(reply)


@requirement(
    "sampling.priority.other",
    SHOULD,
    basis=PROSE,
    claims="engine",
    cites="chat.request.prose#/priority",
    of=Of(("chat",), status=DECIDED, where=lambda answer: number(answer, "priority", 0) != 0),
)
def another_priority_is_served_or_refused(reply: Subject, check: Check) -> None:
    """Another `priority` is refused, or obeyed by a server with priority scheduling; it does not fail."""
    check.accepted_or_refused(reply)


@requirement(
    "sampling.logits-processors",
    SHOULD,
    basis=CORRECTION,
    claims="engine",
    cites=("chat.request#/logits_processors", "chat.request#/logits_processors/[:object]/"),
    of=Of(("chat",), status=None, where=lambda answer: bool(answer.request.get("/logits_processors"))),
)
def code_of_a_request_is_never_run(reply: Subject, check: Check) -> None:
    """A constructor in `logits_processors` is refused or ignored, never called."""
    check.accepted_or_refused(reply)
    said = reply.reply.body.decode("utf-8", "replace")
    check.that(EXECUTED not in said, "no trace of a call", said, at="body")


@requirement(
    "sampling.logits-processors.invalid",
    MUST,
    basis=SCHEMA,
    claims="engine",
    cites="chat.request.prose#/logits_processors",
    covers=(
        "chat.request#/logits_processors/[:object]/*",
        "chat.request.required#/logits_processors/[:object]",
        "chat.request.extra#/logits_processors/[:object]",
    ),
    of=Of(("chat",), status=DECIDED, where=lambda answer: refused_for(answer) == {"logits_processors"}),
)
def a_broken_constructor_is_refused(reply: Subject, check: Check) -> None:
    """A constructor without a `qualname`, or with anything but `args` and `kwargs` beside it, is refused."""
    check.refused(reply)


@requirement(
    "sampling.generation-prompt",
    SHOULD,
    basis=PROSE,
    claims="engine",
    cites="chat.request.prose#/add_generation_prompt",
    needs="sampling.prompt",
)
def a_generation_prompt_has_tokens(answers: list[Subject], check: Check) -> None:
    """`add_generation_prompt: false` leaves out what opens the model's turn: `prompt_tokens` does not grow."""
    plain, without, _ = _prompts(answers)
    check.that(without.integer() <= plain.integer(), f"at most {plain.raw}", without)


def _prompts(answers: list[Subject]) -> list[Value]:
    """The `prompt_tokens` of the usual request, of that without a generation prompt, of that with special tokens."""
    return [answer.body.value("/usage/prompt_tokens") for answer in steps(answers, 3)]


@requirement(
    "sampling.special-tokens",
    SHOULD,
    basis=PROSE,
    claims="engine",
    cites="chat.request.prose#/add_special_tokens",
    needs="sampling.prompt",
)
def special_tokens_come_on_top(answers: list[Subject], check: Check) -> None:
    """`add_special_tokens: true` adds tokens to those of the template: `prompt_tokens` does not shrink."""
    plain, _, special = _prompts(answers)
    check.that(special.integer() >= plain.integer(), f"at least {plain.raw}", special)


@requirement(
    "sampling.truncate",
    SHOULD,
    basis=CONVENTION,
    standard="vLLM's sampling parameters: truncate_prompt_tokens",
    claims="engine",
    cites="chat.request#/truncate_prompt_tokens",
    of=Of(("chat",), status=DECIDED, where=lambda answer: _truncates(answer) and must_accept(answer)),
)
def a_prompt_is_truncated_or_refused(reply: Subject, check: Check) -> None:
    """With `truncate_prompt_tokens` the prompt has no more tokens than that, or the request is refused."""
    check.accepted_or_refused(reply)
    if reply.status != 200:
        return
    most, used = reply.request.integer("/truncate_prompt_tokens"), reply.body.value("/usage/prompt_tokens")
    check.that(used.integer() <= most, f"at most {most}", used)


def _truncates(answer: Subject) -> bool:
    return answer.request.integer("/truncate_prompt_tokens", None) is not None and not answer.request.get("/stream")


@requirement(
    "sampling.timeout",
    MAY,
    basis=CORRECTION,
    claims="engine",
    cites="chat.request#/timeout_sec",
    of=Of(
        ("chat",),
        status=EVERY,
        where=lambda answer: 0 < number(answer, "timeout_sec", 0) < 0.1 and valid(answer),
    ),
)
def a_timeout_is_told(reply: Subject, check: Check) -> None:
    """A `timeout_sec` that is too short ends with 504 or 408, unless the answer was there in time."""
    check.one_of(reply.status, (200, 408, 504), at="status")
