"""Servers that refuse good chat requests, or ignore what they say."""

from tests.mutants import breaks


@breaks("chat.request.accepted", where=lambda draft: draft.role == "chat.openai-path")
def a_good_request_is_refused(reply):
    reply.status = 400


@breaks("chat.offered")
def the_operation_is_missing(reply):
    reply.status = 404


@breaks("chat.openai-path.offered")
def the_openai_path_is_missing(reply):
    reply.status = 404


@breaks("chat.request.extra-members")
def unknown_members_are_refused(reply):
    reply.status = 422


@breaks("chat.request.charset")
def a_charset_is_another_media_type(reply):
    reply.status = 415


@breaks("chat.request.seed.bounds")
def any_seed_will_do(reply):
    reply.status = 200


@breaks("chat.request.max-tokens.cap")
def the_cap_is_off_by_one(reply):
    reply.json["usage"]["completion_tokens"] = reply.asked["max_tokens"] + 1


@breaks("chat.request.max-completion-tokens.cap")
def the_older_cap_wins(reply):
    reply.json["usage"]["completion_tokens"] = reply.asked.get("max_tokens", 100)


@breaks("chat.request.templates.exclusive")
def both_flags_are_taken(reply):
    reply.status = 200


@breaks("chat.request.messages.empty")
def nothing_is_answered(reply):
    reply.status = 200
