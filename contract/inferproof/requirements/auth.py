"""Credentials: what the document guards takes a key, in the header that it names, and nothing else opens it.

A door is closed in many ways: with 401, with another 4xx, with the way to a login page, with 429 after wrong keys. What
is answered 404 is closed, too: either there is no such operation, which is another requirement's business, or the
server hides it from strangers (RFC 9110 §15.5.4).

Where several headers open an operation, any of them does. Of a request in which one holds a right key and another a
wrong one only consistency is asked: some gateways refuse for any wrong key, some accept for any right one, and some
look at the first; a 400 is right, too (RFC 6750 §3.1). A key in `Authorization` without `Bearer` may be taken or not.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

from inferproof.document.credentials import BEARER, lets_strangers_in
from inferproof.judge.check import Check
from inferproof.judge.keys import KEY, LONG_KEY, SHORT_KEY, SWAPPED_KEY, WRONG_KEY, is_right, own_key
from inferproof.judge.oracle import keyed
from inferproof.judge.requirement import PROJECT, SCHEMA, rfc
from inferproof.judge.rules import Rules
from inferproof.judge.select import Of, Predicate, asked, replies
from inferproof.judge.statuses import CLOSED, EVERY, FOUND
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip


def _secured(answer: Subject) -> bool:
    """The operation takes credentials, and the document does not let in who has none."""
    if answer.role == "" or not answer.operation.secured:
        return False
    return not lets_strangers_in(answer.contract.corrected, answer.operation.node)


def _uncredentialed(answer: Subject) -> bool:
    return _secured(answer) and not answer.key_lines and answer.exchange.request.header("authorization") is None


def _wrong(answer: Subject) -> bool:
    """Every key in it is one that nobody issued."""
    return _secured(answer) and {each.key_in(value) for each, value in answer.key_lines} == {WRONG_KEY}


def _near(*kinds: str) -> Predicate:
    """Its one key is nearly the right one, in one of these ways."""
    return lambda answer: (
        _secured(answer) and [each.key_in(value) for each, value in answer.key_lines] in [[kind] for kind in kinds]
    )


def _without_a_right_key(answer: Subject) -> bool:
    return _uncredentialed(answer) or _wrong(answer)


def _empty(answer: Subject) -> bool:
    lines = answer.key_lines
    return _secured(answer) and lines != [] and all(value.strip() == each.prefix.strip() for each, value in lines)


def _right(answer: Subject) -> bool:
    """The key, and its scheme as the document writes it: `bearer` has a requirement of its own."""
    one = [each.key_in(value) for each, value in answer.key_lines] == [KEY]
    return _secured(answer) and one and not _lower_case(answer)


def _alternative(answer: Subject) -> bool:
    lines = answer.key_lines
    return _secured(answer) and len(lines) == 1 and lines[0][0].key_in(lines[0][1]) == own_key(lines[0][0])


def _agreeing(answer: Subject) -> bool:
    lines = answer.key_lines
    return _secured(answer) and len(lines) > 1 and all(is_right(each, value) for each, value in lines)


def _other_scheme(answer: Subject) -> bool:
    scheme, blank, _ = (answer.exchange.request.header("authorization") or "").partition(" ")
    other = blank != "" and scheme.lower() != BEARER
    return _secured(answer) and other and _bearer(answer) and not any(is_right(*line) for line in answer.key_lines)


def _bearer(answer: Subject) -> bool:
    return any(each.kind == BEARER for each in answer.credentials)


def _lower_case(answer: Subject) -> bool:
    value = answer.exchange.request.header("authorization") or ""
    return _bearer(answer) and keyed(answer) and value.startswith("bearer ")


REFUSED = (401, 403)

TRIED = (*FOUND, 404, 429)
"""Statuses that say whether the door opened: some are told that they try too often, or that nothing is there."""


rules = Rules("auth", of=Of(status=TRIED), cites="credentials").with_notes(
    breaks="an operation that was added without the guard, a scheme compared by case, a 200 for an empty key.",
    reference="one guard stands before every secured operation of the contract and compares keys in constant time.",
)
several = rules.part("several", claims="auth")


@rules.must("missing.refused", SCHEMA, where=_uncredentialed, said="keys.wrong.prose")
def no_key_no_answer(reply: Subject, check: Check) -> None:
    """A secured operation rejects a request without a key: 401, another 4xx, or a redirect to a login page."""
    check.closed(reply)


@rules.must("wrong.refused", SCHEMA, where=_wrong, said="keys.wrong.prose")
def a_wrong_key_opens_nothing(reply: Subject, check: Check) -> None:
    """A secured operation rejects a key that was never issued: 401, another 4xx, or a redirect to a login page."""
    check.closed(reply)


@rules.should("refused.status", rfc("9110 §15.5.2 and §15.5.4"), of=Of(status=CLOSED, where=_without_a_right_key))
def who_is_not_let_in_hears_why(reply: Subject, check: Check) -> None:
    """A request without a key or with a wrong key gets 401 or 403 (RFC 9110 §15.5.2, §15.5.4)."""
    if reply.status in (404, 429):
        raise Skip("there are too many tries, or the operation is hidden from strangers")
    check.one_of(reply.status, REFUSED, at="status")


@rules.must("near.refused", SCHEMA, where=_near(LONG_KEY, SHORT_KEY))
def a_part_of_the_key_is_another_key(reply: Subject, check: Check) -> None:
    """A secured operation rejects a key that is the right one with one more letter, or without its end."""
    check.closed(reply)


@rules.should("near.case", rfc("6750 §2.1"), ".bearer", where=_near(SWAPPED_KEY))
def case_makes_another_key(reply: Subject, check: Check) -> None:
    """A secured operation rejects the right key with upper and lower case swapped: keys are case-sensitive."""
    check.closed(reply)


@rules.must("empty.refused", SCHEMA, where=_empty)
def an_empty_key_opens_nothing(reply: Subject, check: Check) -> None:
    """A secured operation rejects an empty key."""
    check.closed(reply)


@rules.must("key.accepted", SCHEMA, of=asked(where=_right))
def one_key_opens_all(reply: Subject, check: Check) -> None:
    """With the key in the header that the document names, no operation returns 401."""
    check.that(reply.status != 401, "any status but 401", reply.status, at="status")


@rules.should("scheme.refused", SCHEMA, ".bearer", where=_other_scheme)
def another_scheme_opens_nothing(reply: Subject, check: Check) -> None:
    """A secured operation rejects credentials of a scheme other than Bearer."""
    check.closed(reply)


@rules.should("scheme.case", rfc("9110 §11.1"), ".bearer", of=replies(status=None, media=None, where=_lower_case))
def the_scheme_has_no_case(reply: Subject, check: Check) -> None:
    """The name of the scheme is case-insensitive (RFC 9110 §11.1): a key after `bearer` does not get 401 or 403."""
    check.that(reply.status not in REFUSED, "the answer that `Bearer` gets", reply.status, at="status")


def _without_a_bearer_token(answer: Subject) -> bool:
    return _secured(answer) and _bearer(answer) and not keyed(answer)


@rules.should("challenge", rfc("6750 §3"), ".bearer", of=Of(status=REFUSED, where=_without_a_bearer_token))
def a_401_names_the_scheme(reply: Subject, check: Check) -> None:
    """A 401 has a `Bearer` challenge in `WWW-Authenticate` (RFC 6750 §3); a 403 need not have one."""
    challenges = [value for name, value in reply.reply.headers if name.lower() == "www-authenticate"]
    named = any("bearer" in challenge.lower() for challenge in challenges)
    check.that(reply.status == 403 or named, "a challenge of `Bearer`", challenges, at="www-authenticate")


@rules.should("before-work", PROJECT, of=Of(status=CLOSED, where=_without_a_right_key))
def a_refused_request_does_no_work(reply: Subject, check: Check) -> None:
    """A request that is rejected for its credentials gets no model output."""
    check.that(b'"choices"' not in reply.reply.body, "no completion", "a body with `choices`", at="body")


@rules.should("key.not-echoed", PROJECT, of=Of(status=EVERY, where=_wrong))
def a_key_is_not_echoed(reply: Subject, check: Check) -> None:
    """A reply never repeats a wrong key."""
    check.that(WRONG_KEY not in _said(reply), "the key nowhere in the reply", "the key", at="body or headers")


def _right_and_silent(answer: Subject) -> bool:
    """The key is in its header only: nothing else in the request, as a model of the same name, could bring it back."""
    request = answer.exchange.request
    return _right(answer) and KEY not in request.target and KEY.encode() not in request.body


@rules.should("key.kept", PROJECT, of=Of(status=EVERY, where=_right_and_silent))
def a_key_that_opens_is_not_repeated(reply: Subject, check: Check) -> None:
    """A reply never repeats the right key, because logs and caches keep replies."""
    check.that(KEY not in _said(reply), "the key nowhere in the reply", "the key", at="body or headers")


def _said(reply: Subject) -> str:
    """The body and the values of the headers."""
    return reply.reply.body.decode("utf-8", "replace") + "".join(value for _, value in reply.reply.headers)


@rules.must("alternative.accepted", SCHEMA, ".alternatives", of=asked(where=_alternative), claims="auth")
def each_header_opens_alone(reply: Subject, check: Check) -> None:
    """The key in any one of the headers that the document names for it is enough: no operation returns 401."""
    check.that(reply.status != 401, "any status but 401", reply.status, at="status")


@several.should("agreeing", PROJECT, ".alternatives", ".order.prose", of=Of(status=FOUND, where=_agreeing))
def right_keys_do_not_disturb_each_other(reply: Subject, check: Check) -> None:
    """A request with a right key in each of two headers does not get 401 or 403; a 400 for two keys is allowed."""
    check.that(reply.status not in REFUSED, "neither 401 nor 403", reply.status, at="status")


@several.should("order", rfc("9110 §5.3"), ".alternatives", whatever="auth.several")
def the_order_of_the_lines_means_nothing(answers: list[Subject], check: Check) -> None:
    """If a request has a right and a wrong key, the order of the header lines does not matter (RFC 9110 §5.3)."""
    _alike(check, answers, lambda answer: (answer.role, frozenset(_lines(answer))), (400, *REFUSED))


@several.should("everywhere", PROJECT, ".alternatives", ".order.prose", whatever=("auth.several", "auth.wrong"))
def the_same_keys_count_everywhere(answers: list[Subject], check: Check) -> None:
    """A right and a wrong key together open all or none of the operations that reject the wrong key alone."""
    guarded = {answer.role for answer in answers if _wrong(answer) and answer.status in REFUSED}
    asked = [answer for answer in answers if answer.role in guarded and len(_lines(answer)) > 1]
    _alike(check, asked, _lines, (401,))  # a 400 or a 403 may have reasons of the operation's own


def _lines(answer: Subject) -> tuple[tuple[str, str], ...]:
    return tuple((each.header, value) for each, value in answer.key_lines)


def _alike(
    check: Check, answers: Iterable[Subject], alike: Callable[[Subject], Hashable], refused: tuple[int, ...]
) -> None:
    """Those of a kind all open, or are all `refused`; other statuses say nothing of keys.

    Raises Skip where no two of a kind say anything.
    """
    kinds: dict[Hashable, list[Subject]] = defaultdict(list)
    for answer in answers:
        if answer.status in (200, *refused):
            kinds[alike(answer)].append(answer)
    compared = [kind for kind in kinds.values() if len(kind) > 1]
    if not compared:
        raise Skip("no two of its requests were answered 200 or refused for their keys")
    for kind in compared:
        found = [f"{answer.exchange.name} {answer.status}" for answer in kind]
        check.that(
            len({answer.status == 200 for answer in kind}) == 1, "one answer to the same keys", found, at="status"
        )
