"""The status operation: is the server up?

Breaks: a health check behind the guard, or one that says 200 before the model is loaded.
Reference: the front asks the engine for its health, and answers 503 while it is not ready.
"""

from inferproof.judge.check import Check
from inferproof.judge.requirement import MUST, PROJECT, SCHEMA, SHOULD, requirement
from inferproof.judge.select import replies
from inferproof.judge.statuses import ANSWERS
from inferproof.judge.subject import Subject


@requirement("status.reply.schema", MUST, basis=SCHEMA, cites="status.reply", of=replies("status", media=None))
def status_is_an_object_with_a_word(reply: Subject, check: Check) -> None:
    """The status operation answers with JSON that has a `status` string."""
    check.equal(reply.media_type, "application/json", at="content-type")
    check.valid(reply.body, reply.operation.reply_schema or "", reply.contract.layer("status.reply"))


@requirement(
    "status.open",
    MUST,
    basis=SCHEMA,
    cites=("status", "status.reply.prose"),
    of=replies(
        "status",
        status=(*ANSWERS, 503),
        media=None,
        where=lambda answer: (
            answer.exchange.request.header("authorization") is None
            and not any(answer.exchange.request.header(each.header) for each in answer.contract.credentials)
            and answer.exchange.request.method == "GET"
        ),
    ),
)
def status_needs_no_key(reply: Subject, check: Check) -> None:
    """The status operation answers without credentials: 200, or 503 while the server is not ready."""
    check.one_of(reply.status, (200, 503), at="status")


@requirement(
    "status.word",
    SHOULD,
    basis=PROJECT,
    cites="status.reply#/status",
    of=replies("status"),
)
def status_word_is_not_empty(reply: Subject, check: Check) -> None:
    """The `status` word says something."""
    word = reply.body.value("/status")
    check.that(word.string().strip() != "", "a word", word)
