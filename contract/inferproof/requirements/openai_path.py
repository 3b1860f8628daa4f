"""Chat at the path for OpenAI clients: a part of the chat parameters is supported, the rest does no harm."""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import keyed, valid
from inferproof.judge.requirement import PROJECT, PROSE
from inferproof.judge.rules import Rules
from inferproof.judge.select import asked, decided, replies
from inferproof.judge.subject import Subject
from inferproof.requirements.chat_request import asks_plainly

ROLE = "chat.openai-path"
CLAIM = "core.openai-path"

UNSUPPORTED = frozenset(
    {"functions", "function_call", "n", "presence_penalty", "frequency_penalty", "logit_bias", "user"}
)
"""What the prose names as not supported at the path for OpenAI clients: a server may refuse it there."""


rules = Rules("chat.openai-path", of=decided(ROLE), cites="chat.openai-path", claims=CLAIM).with_notes(
    breaks="a second implementation beside the chat operation, which lags behind it.",
    reference="the same handler as for chat, which drops what the prose calls unsupported.",
)


def _asks_for_more(answer: Subject) -> bool:
    return not UNSUPPORTED.isdisjoint(answer.request.members()) and keyed(answer)


@rules.should("unsupported", PROSE, ".request.prose", of=asked(ROLE, where=_asks_for_more))
def what_is_not_supported_does_no_harm(reply: Subject, check: Check) -> None:
    """A member that the prose calls unsupported is ignored or rejected; it does not cause a 5xx."""
    check.that(reply.status < 500, "200 or a 4xx", reply.status, at="status")


def _asks_for_n(answer: Subject) -> bool:
    return answer.request.integer("/n", None) is not None and valid(answer) and asks_plainly(answer.request.raw)


@rules.should("n", PROSE, ".request.prose", where=_asks_for_n, claims="sampling.n")
def n_is_ignored_or_refused(reply: Subject, check: Check) -> None:
    """`n`, which is not supported, is ignored or rejected: there is one choice, or a 4xx."""
    choices = len(reply.choices) if reply.status == 200 else 1
    check.that(reply.status < 500 and choices == 1, "one choice or a 4xx", choices, at="/choices")


@rules.should("logprobs", PROSE, ".reply.prose", of=replies(ROLE))
def there_are_no_logprobs(reply: Subject, check: Check) -> None:
    """`logprobs` of a choice is null or absent, even if the request asks for it."""
    for choice in reply.choices:
        check.equal(choice.object().find("/logprobs"), None)


@rules.should("core", PROSE, ".reply.prose", of=replies(ROLE))
def the_core_members_are_there(reply: Subject, check: Check) -> None:
    """The reply has the core members of OpenAI's replies: `id`, `object`, `created`, `model`, `choices` and `usage`."""
    missing = {"id", "object", "created", "model", "choices", "usage"} - reply.body.members().keys()
    check.that(not missing, "all core members", f"without {', '.join(sorted(missing))}")


def _asks_for_a_search(answer: Subject) -> bool:
    return answer.request.has("/web_search") and valid(answer)


rules.should("web-search", PROJECT, "chat.request.open#", where=_asks_for_a_search).accept(
    "`web_search` is accepted as an extra member, as the vendor's own examples send it."
)
