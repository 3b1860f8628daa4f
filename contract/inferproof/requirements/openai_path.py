"""Chat at the path for OpenAI clients: a part of the chat parameters is supported, the rest does no harm.

Breaks: a second implementation beside the chat operation, which lags behind it.
Reference: the same handler as for chat, which drops what the prose calls unsupported.
"""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import keyed, valid
from inferproof.judge.requirement import PROJECT, PROSE, SHOULD, requirement
from inferproof.judge.select import Of, replies
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject
from inferproof.requirements.chat_request import asks_plainly

ROLE = "chat.openai-path"
CLAIM = "core.openai-path"

UNSUPPORTED = frozenset(
    {"functions", "function_call", "n", "presence_penalty", "frequency_penalty", "logit_bias", "user"}
)
"""What the prose names as not supported at the path for OpenAI clients: a server may refuse it there."""


@requirement(
    "chat.openai-path.unsupported",
    SHOULD,
    basis=PROSE,
    claims=CLAIM,
    cites="chat.openai-path.request.prose",
    of=Of(
        (ROLE,),
        None,
        where=lambda answer: not UNSUPPORTED.isdisjoint(answer.request.members()) and keyed(answer),
    ),
)
def what_is_not_supported_does_no_harm(reply: Subject, check: Check) -> None:
    """A member that the prose calls unsupported is ignored or refused: it breaks nothing."""
    check.that(reply.status < 500, "200 or a 4xx", reply.status, at="status")


@requirement(
    "chat.openai-path.n",
    SHOULD,
    basis=PROSE,
    claims="sampling.n",
    cites="chat.openai-path.request.prose",
    of=Of(
        (ROLE,),
        DECIDED,
        where=lambda answer: (
            answer.request.integer("/n", None) is not None and valid(answer) and asks_plainly(answer.request.raw)
        ),
    ),
)
def n_is_ignored_or_refused(reply: Subject, check: Check) -> None:
    """`n`, which is not supported, is ignored or refused: there is one choice or a 4xx."""
    choices = len(reply.choices) if reply.status == 200 else 1
    check.that(reply.status < 500 and choices == 1, "one choice or a 4xx", choices, at="/choices")


@requirement(
    "chat.openai-path.logprobs",
    SHOULD,
    basis=PROSE,
    claims=CLAIM,
    cites="chat.openai-path.reply.prose",
    of=replies(ROLE),
)
def there_are_no_logprobs(reply: Subject, check: Check) -> None:
    """`logprobs` of a choice is null or absent, also where it is asked for."""
    for choice in reply.choices:
        check.equal(choice.object().find("/logprobs"), None)


@requirement(
    "chat.openai-path.core",
    SHOULD,
    basis=PROSE,
    claims=CLAIM,
    cites="chat.openai-path.reply.prose",
    of=replies(ROLE),
)
def the_core_members_are_there(reply: Subject, check: Check) -> None:
    """The reply has the core members of OpenAI's: `id`, `object`, `created`, `model`, `choices` and `usage`."""
    missing = {"id", "object", "created", "model", "choices", "usage"} - reply.body.members().keys()
    check.that(not missing, "all core members", f"without {', '.join(sorted(missing))}")


@requirement(
    "chat.openai-path.web-search",
    SHOULD,
    basis=PROJECT,
    claims=CLAIM,
    cites="chat.request.open#",
    of=Of((ROLE,), DECIDED, where=lambda answer: answer.request.has("/web_search") and valid(answer)),
)
def the_vendors_own_member_is_accepted(reply: Subject, check: Check) -> None:
    """`web_search`, which the vendor's own examples send as an extra member, is accepted."""
    check.accepted(reply)
