"""Servers that refuse good chat requests, or ignore what they say."""

from dataclasses import replace

from tests.proof.mutants import breaks, spares


@breaks("chat.request.accepted", where=lambda draft: draft.on_the_other_path)
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


@breaks("chat.request.max-tokens.cap", where=lambda draft: "usage" in draft.json)
def the_cap_is_off_by_one(reply):
    reply.json["usage"]["completion_tokens"] = reply.asked["max_tokens"] + 1


@breaks("chat.request.max-tokens.cap", where=lambda draft: draft.asked.get("stream") is True)
def a_stream_is_as_long_as_the_model_likes(reply):
    reply.json["choices"][0]["message"]["content"] = "and so on, " * 1000


@breaks("chat.request.max-tokens.cap")
def the_cap_is_only_counted(reply):
    reply.json["choices"][0]["message"]["content"] = "and so on, " * 1000


@breaks("chat.request.max-completion-tokens.cap")
def the_older_cap_wins(reply):
    reply.json["usage"]["completion_tokens"] = reply.asked.get("max_tokens", 100)


@breaks("chat.request.templates.exclusive")
def both_flags_are_taken(reply):
    reply.status = 200


@breaks("chat.request.messages.empty")
def nothing_is_answered(reply):
    reply.status = 200


def _refused(member, value):
    def edit(reply):
        reply.ask(**{member: value})
        reply.status = 400

    edit.__name__ = f"{member}_is_refused"
    return edit


PLAIN = {
    "max_tokens": 8,
    "max_completion_tokens": 8,
    "temperature": 0.5,
    "top_p": 0.5,
    "stream": False,
    "stream_options": None,
    "user": "somebody",
    "stop": ["."],
    "n": 1,
    "seed": 1,
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
}
"""Members that every chat server must take."""

for _member, _value in PLAIN.items():
    breaks("chat.request.accepted", where=lambda draft: draft.role == "chat")(_refused(_member, _value))

for _member in ("n", "presence_penalty", "frequency_penalty", "user"):
    spares("chat.request.accepted", where=lambda draft: draft.role == "chat.openai-path")(
        _refused(_member, PLAIN[_member])
    )


@spares("chat.request.charset")
def the_request_names_no_type(reply):
    headers = tuple(each for each in reply.request.headers if each[0].lower() != "content-type")
    reply.request = replace(reply.request, headers=headers)
    reply.status = 415


def _asks_for_no_more_than_needed(draft):
    return not set(draft.asked) - {"model", "messages", "stream"}


@breaks(
    "chat.request.accepted", where=lambda draft: _asks_for_no_more_than_needed(draft) and "stream" not in draft.asked
)
def a_cap_is_demanded(reply):
    reply.status = 400


@breaks("chat.request.accepted", where=lambda draft: _asks_for_no_more_than_needed(draft) and "stream" in draft.asked)
def a_cap_is_demanded_of_a_stream(reply):
    reply.status = 500


@spares("chat.reply.finish-reason", where=lambda draft: "max_tokens" not in draft.asked)
def a_cap_of_its_own_ends_it(reply):
    reply.json["choices"][0]["finish_reason"] = "length"


def _whole_and_one(draft):
    return draft.asked.get("n") is None and not draft.asked.get("stream")


@spares("chat.request.max-tokens.cap", where=_whole_and_one)
def no_max_tokens_are_one(reply):
    reply.ask(max_tokens=0)
    reply.json["usage"]["completion_tokens"] = 1


@spares("chat.request.max-completion-tokens.cap", where=_whole_and_one)
def no_max_completion_tokens_are_one(reply):
    reply.ask(max_completion_tokens=0)
    reply.json["usage"]["completion_tokens"] = 1
