"""Credentials: what the document guards takes a key, in the header that it names, and nothing else opens it.

What is answered 404 is not held against the door: either there is no such operation, which is another requirement's
business, or the server hides it from strangers (RFC 9110 §15.5.4).

Breaks: an operation that was added without the guard, a scheme compared by case, a 200 for an empty key.
Reference: one guard stands before every secured operation of the contract and compares keys in constant time.
"""

from inferproof.document.credentials import BEARER, Credential, lets_strangers_in
from inferproof.judge.check import Check
from inferproof.judge.oracle import KEY, keyed
from inferproof.judge.requirement import CONVENTION, MUST, PROJECT, SCHEMA, SHOULD, requirement
from inferproof.judge.select import FOUND, Of, replies
from inferproof.judge.subject import Subject

WRONG_KEY = "{{secret:wrong-key}}"


def _secured(answer: Subject) -> bool:
    """The operation takes credentials, and the document does not let in who has none."""
    if answer.role == "" or not answer.operation.secured:
        return False
    return not lets_strangers_in(answer.contract.corrected, answer.operation.node)


def _sent(answer: Subject) -> list[tuple[Credential, str]]:
    """The credentials that the request carries, each with the value of its header."""
    values = [(each, answer.exchange.request.header(each.header)) for each in answer.credentials]
    return [(each, value) for each, value in values if value is not None]


def _uncredentialed(answer: Subject) -> bool:
    return _secured(answer) and not _sent(answer) and answer.exchange.request.header("authorization") is None


def _wrong(answer: Subject) -> bool:
    return _secured(answer) and any(value == each.value(WRONG_KEY) for each, value in _sent(answer))


def _empty(answer: Subject) -> bool:
    return _secured(answer) and any(value.strip() == each.value("").strip() for each, value in _sent(answer))


def _right(answer: Subject) -> bool:
    return _secured(answer) and any(value == each.value(KEY) for each, value in _sent(answer))


def _other_scheme(answer: Subject) -> bool:
    basic = (answer.exchange.request.header("authorization") or "").lower().startswith("basic ")
    return _secured(answer) and basic and _bearer(answer)


def _bearer(answer: Subject) -> bool:
    return any(each.kind == BEARER for each in answer.credentials)


def _lower_case(answer: Subject) -> bool:
    return _bearer(answer) and (answer.exchange.request.header("authorization") or "").startswith(f"bearer {KEY}")


REFUSED = (401, 403)


@requirement(
    "auth.missing.refused", MUST, basis=CONVENTION, cites="credentials", of=Of(status=FOUND, where=_uncredentialed)
)
def no_key_no_answer(reply: Subject, check: Check) -> None:
    """A secured operation refuses a request without credentials with 401 or 403."""
    check.one_of(reply.status, REFUSED, at="status")


@requirement("auth.wrong.refused", MUST, basis=CONVENTION, cites="credentials", of=Of(status=FOUND, where=_wrong))
def a_wrong_key_opens_nothing(reply: Subject, check: Check) -> None:
    """A secured operation refuses a key that nobody issued with 401 or 403."""
    check.one_of(reply.status, REFUSED, at="status")


@requirement("auth.empty.refused", MUST, basis=SCHEMA, cites="credentials", of=Of(status=FOUND, where=_empty))
def an_empty_key_opens_nothing(reply: Subject, check: Check) -> None:
    """A secured operation refuses a key of no characters."""
    check.one_of(reply.status, (400, *REFUSED), at="status")


@requirement("auth.key.accepted", MUST, basis=SCHEMA, cites="credentials", of=Of(status=None, where=_right))
def one_key_opens_all(reply: Subject, check: Check) -> None:
    """The key, sent in the header that the document names, opens every operation: none answers 401."""
    check.that(reply.status != 401, "any status but 401", reply.status, at="status")


@requirement(
    "auth.scheme.refused",
    SHOULD,
    basis=SCHEMA,
    cites="credentials.bearer",
    of=Of(status=FOUND, where=_other_scheme),
)
def another_scheme_opens_nothing(reply: Subject, check: Check) -> None:
    """A secured operation refuses credentials of another scheme than Bearer."""
    check.one_of(reply.status, (400, *REFUSED), at="status")


@requirement(
    "auth.scheme.case",
    SHOULD,
    basis=CONVENTION,
    cites="credentials.bearer",
    of=replies(status=None, media=None, where=_lower_case),
)
def the_scheme_has_no_case(reply: Subject, check: Check) -> None:
    """The scheme's name is case-insensitive (RFC 9110 §11.1): `bearer` opens what `Bearer` opens."""
    check.that(reply.status not in REFUSED, "the answer that `Bearer` gets", reply.status, at="status")


@requirement(
    "auth.challenge",
    SHOULD,
    basis=CONVENTION,
    cites="credentials.bearer",
    of=Of(status=REFUSED, where=lambda answer: _secured(answer) and _bearer(answer) and not keyed(answer)),
)
def a_401_names_the_scheme(reply: Subject, check: Check) -> None:
    """A request that is refused with 401, not with 403, gets a challenge of `Bearer` (RFC 6750 §3)."""
    challenges = [value for name, value in reply.reply.headers if name.lower() == "www-authenticate"]
    named = any("bearer" in challenge.lower() for challenge in challenges)
    check.that(reply.status == 403 or named, "a challenge of `Bearer`", challenges, at="www-authenticate")


@requirement(
    "auth.before-work",
    SHOULD,
    basis=PROJECT,
    cites="credentials",
    of=Of(status=REFUSED, where=lambda answer: _uncredentialed(answer) or _wrong(answer)),
)
def a_refused_request_does_no_work(reply: Subject, check: Check) -> None:
    """A request that is refused for its credentials gets no model output."""
    check.that(b'"choices"' not in reply.reply.body, "no completion", "a body with `choices`", at="body")


@requirement("auth.key.not-echoed", SHOULD, basis=PROJECT, cites="credentials", of=Of(status=None, where=_wrong))
def a_key_is_not_echoed(reply: Subject, check: Check) -> None:
    """A reply never repeats the key that it refuses."""
    said = reply.reply.body.decode("utf-8", "replace") + "".join(value for _, value in reply.reply.headers)
    check.that(WRONG_KEY not in said, "the key nowhere in the reply", "the key", at="body or headers")
