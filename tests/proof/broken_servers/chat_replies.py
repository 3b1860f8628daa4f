"""Whole chat replies that clients cannot read, bill or trace."""

from __future__ import annotations

from email.utils import formatdate

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, choices, messages, refuse
from tests.proof.legal_servers.reply import Reply


@defect("chat.reply.media-type", of=chat)
def json_is_called_text(reply: Reply) -> None:
    """The reply's type is `text/plain`: fetch libraries hand on a string."""
    reply.header("content-type", "text/plain")


@defect("chat.reply.utf-8", of=chat)
def json_is_latin_1(reply: Reply) -> None:
    """The reply says that it is ISO-8859-1, and umlauts break in clients that believe it."""
    reply.header("content-type", "application/json; charset=ISO-8859-1")


@defect("reply.content-type.once", of=chat)
def two_types(reply: Reply) -> None:
    """A proxy adds a second `Content-Type`."""
    reply.headers.append(("Content-Type", "text/html"))


@defect("chat.reply.created", of=chat)
def created_is_local_time(reply: Reply) -> None:
    """`created` is made from the local time of a server in Tokyo, as if that were UTC."""
    reply.header("date", formatdate(reply.json["created"], usegmt=True))
    reply.json["created"] += 9 * 60 * 60


@defect("reply.framing.one", of=chat)
def chunks_have_a_length_too(reply: Reply) -> None:
    """A gateway passes the engine's `Content-Length` on and sends the body in chunks."""
    reply.framing = "chunked"
    reply.headers.append(("Content-Length", str(len(b"".join(reply.writes)))))


@defect("reply.json.names", of=chat)
def a_name_comes_twice(reply: Reply) -> None:
    """A gateway writes `model` before the engine's own, and both are sent."""
    reply.writes = [b'{"model":"routed",' + b"".join(reply.writes)[1:]]


@defect("reply.json", of=chat)
def json_is_cut(reply: Reply) -> None:
    """The reply ends before its last brace; its length is right."""
    reply.writes = [b"".join(reply.writes)[:-1]]


@defect("chat.reply.schema", of=chat)
def usage_is_missing(reply: Reply) -> None:
    """The reply has no usage."""
    del reply.json["usage"]


@defect("chat.usage.prompt.positive", of=chat, broad="whatever is counted is compared with something")
def usage_is_zero(reply: Reply) -> None:
    """All counts are 0: the engine's numbers are not passed on."""
    reply.json["usage"] = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@defect("chat.usage.total", of=chat)
def the_total_is_the_completion(reply: Reply) -> None:
    """`total_tokens` counts the completion only."""
    reply.json["usage"]["total_tokens"] = reply.json["usage"]["completion_tokens"]


@defect("chat.usage.completion", of=chat)
def the_completion_is_not_counted(reply: Reply) -> None:
    """`usage` has no `completion_tokens`."""
    del reply.json["usage"]["completion_tokens"]


@defect("chat.usage.cached", of=chat)
def more_is_cached_than_sent(reply: Reply) -> None:
    """`cached_tokens` counts whole blocks of the cache, more than the prompt has."""
    reply.json["usage"]["prompt_tokens_details"] = {"cached_tokens": reply.json["usage"]["prompt_tokens"] + 16}


@defect("chat.usage.length", of=chat)
def completions_count_one_too_many(reply: Reply) -> None:
    """The token that ends a text is counted beyond the cap."""
    reply.json["usage"]["completion_tokens"] += 1
    reply.json["usage"]["total_tokens"] += 1


@defect("chat.reply.object", of=chat)
def a_chat_is_a_text_completion(reply: Reply) -> None:
    """`object` is `text_completion`."""
    reply.json["object"] = "text_completion"


@defect("chat.reply.created", of=chat)
def created_is_in_milliseconds(reply: Reply) -> None:
    """`created` is in milliseconds."""
    reply.json["created"] *= 1000


@defect("chat.reply.created", of=chat)
def created_is_zero(reply: Reply) -> None:
    """`created` is 0."""
    reply.json["created"] = 0


@defect("chat.reply.id.unique", of=chat)
def every_reply_has_the_same_id(reply: Reply) -> None:
    """Every reply has the id `chatcmpl-123` of the documentation."""
    reply.json["id"] = "chatcmpl-123"


@defect("chat.reply.corrected", of=chat)
def replies_have_no_id(reply: Reply) -> None:
    """The reply has no `id`, on which typed clients insist."""
    del reply.json["id"]


@defect("chat.reply.role", of=chat)
def the_user_answers(reply: Reply) -> None:
    """The role of the message is that of the last one of the request."""
    for message in messages(reply):
        message["role"] = "user"


@defect("chat.reply.content", of=lambda reply: chat(reply) and not reply.asked.get("tools"))
def content_is_null(reply: Reply) -> None:
    """The reasoning parser eats the answer: content is null."""
    for message in messages(reply):
        message["content"] = None


@defect("chat.reply.finish-reason", of=chat)
def finish_reasons_are_the_engines_own(reply: Reply) -> None:
    """`finish_reason` is the engine's word: `eos_token`."""
    for choice in choices(reply):
        if choice["finish_reason"] == "stop":
            choice["finish_reason"] = "eos_token"


@defect("sampling.ignore-eos", of=chat)
def everything_stops(reply: Reply) -> None:
    """`finish_reason` is always `stop`, also where the cap cut the text."""
    for choice in choices(reply):
        choice["finish_reason"] = "stop"


@defect("chat.reply.choices", of=chat)
def choices_count_from_one(reply: Reply) -> None:
    """Choices are numbered from 1."""
    for choice in choices(reply):
        choice["index"] += 1


@defect("chat.request.extra-members", of=lambda reply: chat(reply) and "inferproof_extra" in reply.asked)
def unknown_members_are_refused(reply: Reply) -> None:
    """A member that the server does not know is answered 400, and every new SDK breaks."""
    refuse(reply, message="Extra inputs are not permitted")


@defect("chat.request.charset", of=lambda reply: chat(reply) and b"charset" in _type(reply))
def charsets_are_refused(reply: Reply) -> None:
    """`application/json; charset=utf-8` is answered 415."""
    refuse(reply, 415)


def _type(reply: Reply) -> bytes:
    return reply.request.header(b"content-type").encode()


@defect("chat.messages.unicode", of=lambda reply: chat(reply) and not reply.request.body.isascii())
def other_scripts_are_refused(reply: Reply) -> None:
    """A prompt beyond ASCII breaks the server's log, and with it the request."""
    refuse(reply, 500, "'ascii' codec can't encode character")


@defect("chat.messages.parts.text", of=lambda reply: chat(reply) and _has_parts(reply))
def parts_are_refused(reply: Reply) -> None:
    """A `content` of parts is answered 400: only strings are taken."""
    refuse(reply, message="content must be a string")


def _has_parts(reply: Reply) -> bool:
    return any(isinstance(message.get("content"), list) for message in reply.asked["messages"])


@defect("chat.messages.parts.media", of=lambda reply: b"image_url" in reply.request.body)
def pictures_crash_it(reply: Reply) -> None:
    """A picture sent to a model without eyes is answered 500."""
    refuse(reply, 500, "list index out of range")


@defect("chat.messages.roles", of=lambda reply: chat(reply) and _has_role(reply, "system"))
def systems_crash_it(reply: Reply) -> None:
    """A message of the system is answered 500: the template raises."""
    refuse(reply, 500, "jinja2.exceptions.TemplateError: System role not supported")


@defect("chat.messages.custom-role", of=lambda reply: chat(reply) and _has_role(reply, "critic"))
def unknown_roles_crash_it(reply: Reply) -> None:
    """A message of a role of one's own is answered 500."""
    refuse(reply, 500, "KeyError: 'critic'")


@defect("chat.messages.tool-results", of=lambda reply: chat(reply) and _has_role(reply, "function"))
def results_of_functions_crash_it(reply: Reply) -> None:
    """The result of a function, in the older form, is answered 500."""
    refuse(reply, 500, "KeyError: 'function'")


def _has_role(reply: Reply, role: str) -> bool:
    return any(message.get("role") == role for message in reply.asked.get("messages", ()) if isinstance(message, dict))


@defect("chat.messages.content.nullable", of=lambda reply: chat(reply) and _null_content(reply))
def null_contents_are_refused(reply: Reply) -> None:
    """A message of the assistant with null for content, as every tool call has, is answered 422."""
    say_invalid(reply)


def _null_content(reply: Reply) -> bool:
    return any(message.get("content", "") is None for message in reply.asked["messages"])


def say_invalid(reply: Reply) -> None:
    reply.status, reply.reason = 422, "Unprocessable Content"
    reply.json = {"detail": [{"loc": ["body", "messages"], "msg": "Input should be a valid string", "type": "string"}]}
