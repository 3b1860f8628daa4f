"""The status operation: is the server up?"""

from inferproof.judge.check import Check
from inferproof.judge.requirement import PROJECT, SCHEMA
from inferproof.judge.rules import Rules
from inferproof.judge.select import replies
from inferproof.judge.statuses import ANSWERS
from inferproof.judge.subject import Subject

rules = Rules("status", of=replies("status"), cites="status").with_notes(
    breaks="a health check behind the guard, or one that says 200 before the model is loaded.",
    reference="the front asks the engine for its health, and answers 503 while it is not ready.",
)


@rules.must("reply.schema", SCHEMA, ".reply", of=replies("status", media=None))
def status_is_an_object_with_a_word(reply: Subject, check: Check) -> None:
    """The status operation returns JSON with a string `status`."""
    check.equal(reply.media_type, "application/json", at="content-type")
    check.valid(reply.body, reply.operation.reply_schema or "", reply.contract.layer("status.reply"))


def _keyless(answer: Subject) -> bool:
    return (
        answer.exchange.request.header("authorization") is None
        and not any(answer.exchange.request.header(each.header) for each in answer.contract.credentials)
        and answer.exchange.request.method == "GET"
    )


without_a_key = replies("status", status=(*ANSWERS, 503), media=None, where=_keyless)


@rules.must("open", SCHEMA, "", ".reply.prose", of=without_a_key)
def status_needs_no_key(reply: Subject, check: Check) -> None:
    """The status operation returns 200 without credentials, or 503 while the server is not ready."""
    check.one_of(reply.status, (200, 503), at="status")


@rules.should("word", PROJECT, ".reply#/status")
def status_word_is_not_empty(reply: Subject, check: Check) -> None:
    """The `status` string is not empty."""
    word = reply.body.value("/status")
    check.that(word.string().strip() != "", "a word", word)
