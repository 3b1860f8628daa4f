"""Servers that take keys of every kind for the same."""

from tests.proof.mutants import answered, breaks, spares


@breaks("keys.revoked.refused")
def a_revoked_key_still_opens(reply):
    reply.status = 200


@breaks("keys.revoked.refused")
def a_revoked_key_is_told_of_its_rights(reply):
    reply.status = 403


@breaks("keys.restricted.refused", where=lambda draft: draft.step == 0)
def a_restricted_key_opens_every_model(reply):
    reply.status = 200


@breaks("keys.restricted.refused", where=lambda draft: draft.step == 0)
def a_restricted_key_is_unknown(reply):
    reply.status = 401


@breaks("keys.restricted.other-model", where=lambda draft: draft.step == 1)
def a_restricted_key_opens_no_model(reply):
    reply.status = 403


@breaks("keys.restricted.other-model", where=lambda draft: draft.step == 1)
def a_restricted_key_is_unknown_for_its_model(reply):
    reply.status = 401


@breaks("keys.exhausted.refused")
def credit_is_not_counted(reply):
    reply.status = 200


@breaks("keys.exhausted.refused")
def a_spent_key_is_unknown(reply):
    reply.status = 401


@breaks("keys.retry-after")
def it_says_when_in_words(reply):
    reply.header("retry-after", "in a minute")


@breaks("keys.retry-after")
def a_busy_server_says_when_in_words(reply):
    reply.status = 503
    reply.header("retry-after", "in a minute")


@breaks("keys.retry-after")
def it_is_a_fraction(reply):
    reply.header("retry-after", "1.5")


@breaks("keys.retry-after")
def it_is_long_ago(reply):
    reply.header("retry-after", "-1")


spares("keys.exhausted.refused")(answered(402))
for _id in ("keys.revoked.refused", "keys.exhausted.refused"):
    for _code in (404, 405, 500, 501, 502, 503, 504):
        spares(_id)(answered(_code))


@spares("keys.restricted.other-model", where=lambda draft: draft.step == 1)
def its_model_is_gone(reply):
    reply.status = 404


@spares("keys.restricted.other-model", where=lambda draft: draft.step == 1)
def its_model_is_busy(reply):
    reply.status = 429


@spares("keys.restricted.refused", where=lambda draft: draft.step == 0)
def the_server_failed(reply):
    reply.status = 503


@spares("keys.retry-after")
def it_is_a_number(reply):
    reply.header("retry-after", "86400")


@spares("keys.retry-after")
def it_is_now(reply):
    reply.header("retry-after", "0")


@spares("keys.retry-after")
def it_is_a_date(reply):
    reply.header("retry-after", "Fri, 31 Dec 2027 23:59:59 GMT")
