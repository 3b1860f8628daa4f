"""Keys beside the run's own: one that was revoked, one that may not use each model, one without credit.

Each rests on a sentence of the document, which the contract's `anchors.yaml` names: `keys.revoked`, `keys.restricted`
and `keys.exhausted` lead to the replies that say so, and their status is what is asked for.
"""

from collections.abc import Callable
from email.utils import parsedate_to_datetime

from inferproof.judge.check import Check
from inferproof.judge.keys import EXHAUSTED, REVOKED, carries, other_key
from inferproof.judge.requirement import PROSE, rfc
from inferproof.judge.rules import Rules
from inferproof.judge.select import Of
from inferproof.judge.statuses import TELLING_OF_KEYS
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip

PAYMENT_REQUIRED = 402


def _documented(answer: Subject, citation: str) -> int:
    """The status of the reply that the contract names so. Raises Skip where it names something else."""
    status = answer.contract.status(citation)
    if status is None:
        raise Skip(f"{citation} leads to no reply with a status of its own")
    return status


def _with(kind: str) -> Callable[[Subject], bool]:
    return carries(other_key(kind))


rules = Rules("keys", cites="keys", claims="keys").with_notes(
    breaks="a cache of keys that outlives a revocation, a list of models that is filtered and a request for one that "
    "is not.",
    reference="the mock is told such keys by its options, and answers as the contract has it.",
)
restricted = rules.part("restricted", cites="keys.restricted.prose", claims=".restricted")
spent = rules.part("exhausted", cites="keys.exhausted.prose", claims=".exhausted")


with_a_revoked_key = Of(status=TELLING_OF_KEYS, where=_with(REVOKED))


@rules.should("revoked.refused", PROSE, ".revoked.prose", covers=".revoked", of=with_a_revoked_key, claims=".revoked")
def a_revoked_key_opens_nothing(reply: Subject, check: Check) -> None:
    """A revoked key is rejected with the documented status, such as 401."""
    check.equal(reply.status, _documented(reply, "keys.revoked"), at="status")


@restricted.should("refused", PROSE, covers="keys.restricted", whatever="keys.restricted")
def a_restricted_key_opens_no_other_model(answers: list[Subject], check: Check) -> None:
    """A key that may not use the model is rejected with the documented status, such as 403."""
    first = _step(answers, 0)
    check.equal(first.status, _documented(first, "keys.restricted"), at="status")


@restricted.should("other-model", PROSE, whatever="keys.restricted")
def a_restricted_key_opens_its_model(answers: list[Subject], check: Check) -> None:
    """A restricted key works for the model that it may use: it does not get 401 or 403."""
    second = _step(answers, 1)
    check.that(second.status not in (401, 403), "neither 401 nor 403", second.status, at="status")


def _step(answers: list[Subject], step: int) -> Subject:
    """The answer to that request of the probe. Raises Skip where there is none that tells."""
    for answer in answers:
        if answer.step == step and answer.status in TELLING_OF_KEYS:
            return answer
    raise Skip("its request brought no answer that tells of keys")


with_a_spent_key = Of(status=(*TELLING_OF_KEYS, 429), where=_with(EXHAUSTED))


@spent.should("refused", PROSE, of=with_a_spent_key, covers="keys.exhausted keys.tier keys.tier.prose")
def a_spent_key_opens_nothing(reply: Subject, check: Check) -> None:
    """A key without credit is rejected with the documented status, such as 429, or with 402."""
    check.one_of(reply.status, (_documented(reply, "keys.exhausted"), PAYMENT_REQUIRED), at="status")


@rules.should("retry-after", rfc("9110 §10.2.3"), ".exhausted.prose", of=Of(status=(429, 503)), claims=".exhausted")
def retry_after_can_be_read(reply: Subject, check: Check) -> None:
    """`Retry-After` of a 429 or a 503, if present, is a number of seconds or a date (RFC 9110 §10.2.3)."""
    for value in [value.strip() for name, value in reply.reply.headers if name.lower() == "retry-after"]:
        seconds = value.isascii() and value.isdigit()
        check.that(seconds or _is_date(value), "seconds in digits, or a date", value, at="retry-after")


def _is_date(value: str) -> bool:
    try:
        parsedate_to_datetime(value)
    except (ValueError, OverflowError, TypeError, IndexError):
        return False
    return True
