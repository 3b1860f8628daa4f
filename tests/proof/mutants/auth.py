"""Servers whose door is open, or that say too much at it."""

from dataclasses import replace

from inferproof.judge.keys import KEY, LONG_KEY, SHORT_KEY, SWAPPED_KEY, WRONG_KEY
from tests.proof.mutants import answered, breaks, spares


@breaks("auth.missing.refused", where=lambda draft: draft.role in ("chat.legacy", "embeddings"))
def one_route_forgets_the_key(reply):
    reply.status = 200


@breaks("auth.missing.refused", where=lambda draft: draft.asked.get("stream") is True)
def streams_have_no_door(reply):
    reply.status = 200


def _with(marker):
    return lambda draft: any(marker in value for _, value in draft.request.headers)


@breaks("auth.near.refused", where=_with(LONG_KEY))
def a_key_is_known_by_its_beginning(reply):
    reply.status = 200


@breaks("auth.near.refused", where=_with(SHORT_KEY))
def the_beginning_of_a_key_will_do(reply):
    reply.status = 200


@breaks("auth.near.case", where=_with(SWAPPED_KEY))
def a_key_has_no_case(reply):
    reply.status = 200


@breaks("auth.scheme.refused", where=_with("Inferproof "))
def a_key_opens_under_any_scheme(reply):
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


@breaks("auth.key.kept", where=lambda draft: draft.role == "chat" and draft.status == 200)
def a_header_has_the_key_for_debugging(reply):
    reply.header("x-upstream-authorization", f"Bearer {KEY}")


@breaks("auth.key.kept", where=lambda draft: draft.role == "embeddings" and draft.status == 200)
def the_body_has_the_key(reply):
    reply.json["user"] = KEY


@spares("auth.key.kept", where=lambda draft: draft.role == "chat" and draft.status == 200)
def the_model_has_the_name_of_the_key(reply):
    reply.ask(model=KEY)
    reply.json["model"] = KEY


@spares("auth.key.kept", where=lambda draft: draft.role == "embeddings")
def the_query_has_the_key(reply):
    reply.request = replace(reply.request, target=f"{reply.request.target}?user={KEY}")
    reply.header("x-user", KEY)


for _id in (
    "auth.missing.refused",
    "auth.wrong.refused",
    "auth.empty.refused",
    "auth.near.refused",
    "auth.near.case",
    "auth.scheme.refused",
):
    for _code in (302, 303, 307, 400, 401, 402, 403, 407, 422, 429):
        spares(_id)(answered(_code))
    for _code in (200, 204, 206, 500):
        breaks(_id)(answered(_code))


@breaks("auth.refused.status")
def strangers_are_sent_to_a_page(reply):
    reply.status = 302
    reply.header("location", "/login")


for _code in (400, 407, 422):
    breaks("auth.refused.status")(answered(_code))
for _code in (401, 403, 404, 429):
    spares("auth.refused.status")(answered(_code))


@spares("auth.challenge")
def a_403_has_no_challenge(reply):
    reply.status = 403
    reply.header("www-authenticate", None)


def carries(draft, *headers):
    """The request has a line for a key of each of these headers, whichever comes first, and of no other."""
    return sorted(name for name, _ in draft.key_lines) == sorted(headers)


@breaks("auth.wrong.refused", where=lambda draft: carries(draft, draft.ways[-1]))
def a_header_that_nobody_uses_is_not_checked(reply):
    reply.status = 200


@breaks("auth.empty.refused", where=lambda draft: carries(draft, draft.ways[-1]))
def an_empty_header_of_a_key_will_do(reply):
    reply.status = 200


@spares("auth.wrong.refused", where=lambda draft: carries(draft, "x-api-key"))
def beside_a_wrong_key_a_right_one_opens(reply):
    reply.request = replace(reply.request, headers=(*reply.request.headers, ("Authorization", f"Bearer {KEY}")))
    reply.status = 200


@spares("auth.empty.refused", where=lambda draft: carries(draft, "token"))
def beside_an_empty_key_a_right_one_opens(reply):
    reply.request = replace(reply.request, headers=(*reply.request.headers, ("Authorization", f"Bearer {KEY}")))
    reply.status = 200


@spares("auth.key.accepted", where=lambda draft: draft.ways[1:] != [] and carries(draft, "authorization"))
def beside_a_right_key_a_wrong_one_shuts(reply):
    reply.request = replace(reply.request, headers=(*reply.request.headers, ("x-api-key", WRONG_KEY)))
    reply.status = 401


@breaks("auth.alternative.accepted", where=lambda draft: carries(draft, "token") and draft.role == "chat")
def one_header_opens_nothing(reply):
    reply.status = 401


@spares("auth.alternative.accepted", where=lambda draft: carries(draft, "token"))
def its_key_may_not_use_the_model(reply):
    reply.status = 403


@breaks("auth.several.agreeing")
def two_right_keys_shut_the_door(reply):
    reply.status = 401


spares("auth.several.agreeing")(answered(400))


def wrong_at(draft, number):
    """The key in that line is the wrong one."""
    return WRONG_KEY in draft.key_lines[number][1]


def has_two(draft):
    return len(draft.key_lines) > 1


@breaks("auth.several.order", where=lambda draft: draft.role == "chat")
def the_first_line_counts(reply):
    reply.status = 200 if not wrong_at(reply, 0) else 401


@breaks("auth.several.order", where=lambda draft: draft.role == "embeddings")
def the_last_line_counts(reply):
    reply.status = 200 if not wrong_at(reply, -1) else 400


@breaks("auth.several.everywhere", where=lambda draft: draft.role == "embeddings" and has_two(draft))
def one_route_takes_any_right_key(reply):
    reply.status = 200


@breaks("auth.several.everywhere", where=lambda draft: draft.role == "models" and has_two(draft))
def one_route_refuses_any_wrong_key(reply):
    reply.status = 401


for _id in ("auth.several.order", "auth.several.everywhere"):

    @spares(_id, where=has_two)
    def any_right_key_opens(reply):
        reply.status = 200

    @spares(_id, where=has_two)
    def any_wrong_key_shuts(reply):
        reply.status = 401

    @spares(_id, where=has_two)
    def two_keys_are_too_many(reply):
        reply.status = 400

    @spares(_id, where=lambda draft: draft.role == "chat" and wrong_at(draft, 0))
    def a_request_meets_the_limit(reply):
        reply.status = 429


@spares("auth.several.everywhere", where=lambda draft: draft.role == "models")
def one_route_is_open_to_everybody(reply):
    reply.status = 200


@spares("auth.several.everywhere", where=lambda draft: draft.role == "embeddings" and has_two(draft))
def the_keys_may_not_use_the_model(reply):
    reply.status = 403


@spares("auth.challenge", where=lambda draft: draft.status == 401)
def a_key_without_its_scheme_is_refused(reply):
    reply.request = replace(reply.request, headers=(("Authorization", KEY),))


@spares("auth.key.accepted", where=lambda draft: carries(draft, "authorization"))
def a_key_without_its_scheme_opens_nothing(reply):
    reply.request = replace(reply.request, headers=(("Authorization", KEY),))
    reply.status = 401


@spares("auth.wrong.refused", where=lambda draft: carries(draft, "authorization"))
def a_key_without_its_scheme_opens(reply):
    reply.request = replace(reply.request, headers=(("Authorization", KEY),))
    reply.status = 200
