"""Usage of embeddings: tokens are counted once, whatever form the vectors have, and only those that are read.

Breaks: a completion that is counted, an encoding or a batch that is counted another way, a cut that is ignored.
Reference: the engine counts; a cut is made before it counts.
"""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept
from inferproof.judge.requirement import CONVENTION, EXAMPLE, MUST, PROJECT, SHOULD, requirement
from inferproof.judge.select import Of, replies
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject
from inferproof.requirements.embeddings import ROLE, asks_plainly, inputs


@requirement(
    "embeddings.usage.total",
    MUST,
    basis=EXAMPLE,
    claims=ROLE,
    cites="embeddings.reply.example#/usage",
    of=replies(ROLE),
)
def the_prompt_is_all_there_is(reply: Subject, check: Check) -> None:
    """`usage.total_tokens` is `prompt_tokens`: an embedding completes nothing."""
    usage = reply.body.value("/usage")
    check.equal(usage.value("/total_tokens"), usage.value("/prompt_tokens").raw)
    check.one_of(usage.get("/completion_tokens"), (0, None), at="/usage/completion_tokens")


@requirement(
    "embeddings.usage.counted",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites=("embeddings.reply.example#/usage/prompt_tokens", "embeddings.reply.example#/usage/total_tokens"),
    of=replies(ROLE),
)
def the_input_is_counted(reply: Subject, check: Check) -> None:
    """`usage` has `prompt_tokens` and `total_tokens`, as the example shows."""
    usage = reply.body.object("/usage")
    for member in ("/prompt_tokens", "/total_tokens"):
        check.that(usage.get(member) is not None, "a count", None, at=f"{usage.at}{member}")


@requirement(
    "embeddings.usage.positive",
    SHOULD,
    basis=PROJECT,
    claims=ROLE,
    cites="chat.reply#/usage/prompt_tokens",
    of=replies(ROLE, where=asks_plainly),
)
def a_text_has_tokens(reply: Subject, check: Check) -> None:
    """`usage.prompt_tokens` counts the input: it is greater than zero."""
    count = reply.body.value("/usage/prompt_tokens")
    check.that(count.integer() > 0, "more than 0", count)


@requirement(
    "embeddings.usage.encoding",
    SHOULD,
    basis=PROJECT,
    claims=ROLE,
    cites="embeddings.request#/encoding_format",
    needs="embeddings.encodings",
)
def the_encoding_costs_nothing(replies: list[Subject], check: Check) -> None:
    """One text costs the same `prompt_tokens` in either encoding."""
    first, *others = (reply.body.value("/usage/prompt_tokens") for reply in replies)
    for count in others:
        check.equal(count, first.raw)


@requirement(
    "embeddings.usage.sum",
    SHOULD,
    basis=PROJECT,
    claims=ROLE,
    cites="embeddings.reply#/usage/prompt_tokens",
    needs="embeddings.batch",
)
def a_batch_costs_what_its_texts_cost(replies: list[Subject], check: Check) -> None:
    """A list of texts costs as many `prompt_tokens` as its texts one by one."""
    *single, batch = (reply.body.value("/usage/prompt_tokens") for reply in replies)
    check.equal(batch, sum(count.integer() for count in single))


def _cut(answer: Subject) -> bool:
    most = answer.request.get("/truncate_prompt_tokens")
    return isinstance(most, int) and most > 0 and not answer.request.has("/messages") and must_accept(answer)


@requirement(
    "embeddings.usage.truncated",
    SHOULD,
    basis=CONVENTION,
    standard="vLLM's parameters of embeddings: truncate_prompt_tokens",
    claims="engine.embeddings",
    cites="embeddings.request#/truncate_prompt_tokens",
    of=Of((ROLE,), status=DECIDED, where=_cut),
)
def a_text_is_cut_or_refused(reply: Subject, check: Check) -> None:
    """With `truncate_prompt_tokens` no more tokens than that are read of each input, or the request is refused."""
    check.accepted_or_refused(reply)
    if reply.status != 200:
        return
    most = reply.request.integer("/truncate_prompt_tokens") * (inputs(reply) or 1)
    used = reply.body.value("/usage/prompt_tokens")
    check.that(used.integer() <= most, f"at most {most}", used)
