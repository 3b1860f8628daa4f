"""Usage of embeddings: tokens are counted once, whatever form the vectors have, and only those that are read."""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept
from inferproof.judge.requirement import EXAMPLE, PROJECT, Standard
from inferproof.judge.rules import Rules
from inferproof.judge.select import decided, replies
from inferproof.judge.subject import Subject
from inferproof.requirements.embeddings import ROLE, asks_plainly, inputs

rules = Rules("embeddings.usage", of=replies(ROLE), cites="embeddings.reply", claims=ROLE).with_notes(
    breaks="a completion that is counted, an encoding or a batch that is counted another way, a cut that is ignored.",
    reference="the engine counts; a cut is made before it counts.",
)


@rules.must("total", EXAMPLE, ".example#/usage")
def the_prompt_is_all_there_is(reply: Subject, check: Check) -> None:
    """`usage.total_tokens` is `prompt_tokens`, and there are no `completion_tokens`."""
    usage = reply.body.value("/usage")
    check.equal(usage.value("/total_tokens"), usage.value("/prompt_tokens").raw)
    check.one_of(usage.get("/completion_tokens"), (0, None), at="/usage/completion_tokens")


@rules.should("counted", EXAMPLE, ".example#/usage/prompt_tokens", ".example#/usage/total_tokens")
def the_input_is_counted(reply: Subject, check: Check) -> None:
    """`usage` has `prompt_tokens` and `total_tokens`, as the example shows."""
    usage = reply.body.object("/usage")
    for member in ("/prompt_tokens", "/total_tokens"):
        check.that(usage.get(member) is not None, "a count", None, at=f"{usage.at}{member}")


@rules.should("positive", PROJECT, "chat.reply#/usage/prompt_tokens", where=asks_plainly)
def a_text_has_tokens(reply: Subject, check: Check) -> None:
    """`usage.prompt_tokens` is greater than 0."""
    count = reply.body.value("/usage/prompt_tokens")
    check.that(count.integer() > 0, "more than 0", count)


@rules.should("encoding", PROJECT, "embeddings.request#/encoding_format", needs="embeddings.encodings")
def the_encoding_costs_nothing(replies: list[Subject], check: Check) -> None:
    """A text has the same `prompt_tokens` in both encodings."""
    first, *others = (reply.body.value("/usage/prompt_tokens") for reply in replies)
    for count in others:
        check.equal(count, first.raw)


@rules.should("sum", PROJECT, "#/usage/prompt_tokens", needs="embeddings.batch")
def a_batch_costs_what_its_texts_cost(replies: list[Subject], check: Check) -> None:
    """A list of texts has as many `prompt_tokens` as its texts have in separate requests."""
    *single, batch = (reply.body.value("/usage/prompt_tokens") for reply in replies)
    check.equal(batch, sum(count.integer() for count in single))


def _cut(answer: Subject) -> bool:
    most = answer.request.get("/truncate_prompt_tokens")
    return isinstance(most, int) and most > 0 and not answer.request.has("/messages") and must_accept(answer)


cut = decided(ROLE, where=_cut)


@rules.should(
    "truncated",
    Standard("vLLM's parameters of embeddings: truncate_prompt_tokens"),
    "embeddings.request#/truncate_prompt_tokens",
    of=cut,
    claims="engine.embeddings",
)
def a_text_is_cut_or_refused(reply: Subject, check: Check) -> None:
    """With `truncate_prompt_tokens`, `prompt_tokens` is at most that number per input, or the request is rejected."""
    check.accepted_or_refused(reply)
    if reply.status != 200:
        return
    most = reply.request.integer("/truncate_prompt_tokens") * (inputs(reply) or 1)
    used = reply.body.value("/usage/prompt_tokens")
    check.that(used.integer() <= most, f"at most {most}", used)
