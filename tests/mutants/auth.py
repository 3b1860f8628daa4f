"""Servers whose door is open, or that say too much at it."""

from tests.mutants import answered, breaks, spares


@breaks("auth.missing.refused", where=lambda draft: draft.role in ("chat.legacy", "embeddings"))
def one_route_forgets_the_key(reply):
    reply.status = 200


@breaks("auth.wrong.refused", where=lambda draft: draft.role in ("configs", "models"))
def any_key_will_do(reply):
    reply.status = 200


@breaks("auth.empty.refused", where=lambda draft: draft.role in ("attributes", "embeddings"))
def no_key_is_a_key(reply):
    reply.status = 200


@breaks("auth.key.accepted", where=lambda draft: draft.role in ("chat.legacy.stream", "embeddings"))
def one_route_has_keys_of_its_own(reply):
    reply.status = 401


@breaks("auth.scheme.refused", where=lambda draft: draft.role == "embeddings")
def any_scheme_will_do(reply):
    reply.status = 200


@breaks("auth.scheme.case")
def the_scheme_has_a_case(reply):
    reply.status = 401


@breaks("auth.challenge")
def no_challenge(reply):
    reply.header("www-authenticate", None)


@breaks("auth.challenge")
def a_challenge_of_another_scheme(reply):
    reply.header("www-authenticate", 'Basic realm="api"')


@breaks("auth.before-work", where=lambda draft: draft.role == "chat")
def the_work_is_done_all_the_same(reply):
    reply.json = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}}]}


@breaks("auth.key.not-echoed")
def the_key_is_named_in_the_error(reply):
    reply.json["error"]["message"] = "there is no key {{secret:wrong-key}}"


for _id in ("auth.missing.refused", "auth.wrong.refused"):
    for _code in (401, 403):
        spares(_id)(answered(_code))
for _id in ("auth.empty.refused", "auth.scheme.refused"):
    for _code in (400, 401, 403):
        spares(_id)(answered(_code))


@spares("auth.challenge")
def a_403_has_no_challenge(reply):
    reply.status = 403
    reply.header("www-authenticate", None)
