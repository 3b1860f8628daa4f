"""What a request says about its own handling: its id, its cache, its priority, its time, and code to run."""

import json

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept, refused_for, valid
from inferproof.judge.requirement import CORRECTION, PROSE, SCHEMA, Standard
from inferproof.judge.rules import Rules
from inferproof.judge.select import Of, asked, decided, replies
from inferproof.judge.statuses import EVERY
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Value
from inferproof.requirements.sampling import PLAIN, number

EXECUTED = "invalid literal for int()"
"""What Python says when `int` is really called with the word that the probe sends."""


OF_CODE = "#/logits_processors/[:object]/* .required#/logits_processors/[:object] .extra#/logits_processors/[:object]"
"""What the schema says of code that a request brings."""

rules = Rules("sampling", of=decided("chat"), cites="chat.request", claims="engine").with_notes(
    breaks="members that are passed on and hoped for; code or templates of a request that are run.",
    reference="what would run on the server is refused with 422 by the contract's schema, before anything reads it.",
)


def _has_an_id(answer: Subject) -> bool:
    return bool(answer.request.get("/request_id"))


@rules.should("request-id", PROSE, ".prose#/request_id", of=replies("chat", where=_has_an_id))
def a_request_id_comes_back(reply: Subject, check: Check) -> None:
    """A `request_id` is returned in the reply: in the `id`, in another member or in a header."""
    sent, headers = reply.request.string("/request_id"), "".join(value for _, value in reply.reply.headers)
    back = json.dumps(sent)[1:-1] in json.dumps(reply.body.raw) or sent in headers
    check.that(back, sent, reply.body.value("/id"))


def _has_an_empty_salt(answer: Subject) -> bool:
    return bool(answer.request.get("/cache_salt") == "")


rules.should("cache-salt.empty", CORRECTION, ".prose#/cache_salt", of=asked("chat", where=_has_an_empty_salt)).refuse(
    "An empty `cache_salt` is rejected, because it protects nobody."
)


def _has_the_usual_priority(answer: Subject) -> bool:
    return (
        answer.request.get("/priority") == 0
        and (PLAIN | {"priority"}).issuperset(answer.request.members())
        and must_accept(answer)
    )


rules.must("priority.zero", PROSE, "#/priority", where=_has_the_usual_priority).accept(
    "`priority: 0`, the default, is accepted."
)


@rules.should("priority.other", PROSE, ".prose#/priority", where=lambda answer: number(answer, "priority", 0) != 0)
def another_priority_is_served_or_refused(reply: Subject, check: Check) -> None:
    """Another `priority` is used or rejected; it does not cause a 5xx."""
    check.accepted_or_refused(reply)


def _brings_code(answer: Subject) -> bool:
    return bool(answer.request.get("/logits_processors"))


with_code = asked("chat", where=_brings_code)


@rules.should("logits-processors", CORRECTION, "#/logits_processors", "#/logits_processors/[:object]/", of=with_code)
def code_of_a_request_is_never_run(reply: Subject, check: Check) -> None:
    """A constructor in `logits_processors` is rejected or ignored, and never called."""
    check.accepted_or_refused(reply)
    said = reply.reply.body.decode("utf-8", "replace")
    check.that(EXECUTED not in said, "no trace of a call", said, at="body")


def _brings_broken_code(answer: Subject) -> bool:
    return refused_for(answer) == {"logits_processors"}


rules.must(
    "logits-processors.invalid", SCHEMA, ".prose#/logits_processors", where=_brings_broken_code, covers=OF_CODE
).refuse("A constructor without a `qualname`, or with members besides `args` and `kwargs`, is rejected.")


@rules.should("generation-prompt", PROSE, ".prose#/add_generation_prompt", needs="sampling.prompt")
def a_generation_prompt_has_tokens(answers: list[Subject], check: Check) -> None:
    """`add_generation_prompt: false` omits the start of the model's turn, so `prompt_tokens` does not grow."""
    plain, without, _ = _prompts(answers)
    check.that(without.integer() <= plain.integer(), f"at most {plain.raw}", without)


def _prompts(answers: list[Subject]) -> list[Value]:
    """The `prompt_tokens` of the usual request, of that without a generation prompt, of that with special tokens."""
    return [answer.body.value("/usage/prompt_tokens") for answer in steps(answers, 3)]


@rules.should("special-tokens", PROSE, ".prose#/add_special_tokens", needs="sampling.prompt")
def special_tokens_come_on_top(answers: list[Subject], check: Check) -> None:
    """`add_special_tokens: true` adds tokens to the chat template's, so `prompt_tokens` does not shrink."""
    plain, _, special = _prompts(answers)
    check.that(special.integer() >= plain.integer(), f"at least {plain.raw}", special)


def _truncates_well(answer: Subject) -> bool:
    return _truncates(answer) and must_accept(answer)


@rules.should(
    "truncate",
    Standard("vLLM's sampling parameters: truncate_prompt_tokens"),
    "#/truncate_prompt_tokens",
    where=_truncates_well,
)
def a_prompt_is_truncated_or_refused(reply: Subject, check: Check) -> None:
    """With `truncate_prompt_tokens`, `prompt_tokens` is at most that number, or the request is rejected."""
    check.accepted_or_refused(reply)
    if reply.status != 200:
        return
    most, used = reply.request.integer("/truncate_prompt_tokens"), reply.body.value("/usage/prompt_tokens")
    check.that(used.integer() <= most, f"at most {most}", used)


def _truncates(answer: Subject) -> bool:
    return answer.request.integer("/truncate_prompt_tokens", None) is not None and not answer.request.get("/stream")


def _has_little_time(answer: Subject) -> bool:
    return 0 < number(answer, "timeout_sec", 0) < 0.1 and valid(answer)


@rules.may("timeout", CORRECTION, "#/timeout_sec", of=Of(("chat",), status=EVERY, where=_has_little_time))
def a_timeout_is_told(reply: Subject, check: Check) -> None:
    """A `timeout_sec` that is too short returns 504 or 408, unless the answer was ready in time."""
    check.one_of(reply.status, (200, 408, 504), at="status")
