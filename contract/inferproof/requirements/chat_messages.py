"""The messages of a conversation: which roles, contents and parts are accepted, and which are refused.

What the document allows must pass validation, so 422 is no answer to it, and no server may fail over it. A model may
still decline, with another status, a role or a picture that its template or its eyes have no place for.

Breaks: a validator of one's own with fewer roles or parts than the document, or one that looks at `role` only.
Reference: the front validates messages against the contract; what the model has no place for is a 400 of the engine.
"""

from __future__ import annotations

from collections.abc import Callable

from inferproof.judge.check import Check
from inferproof.judge.oracle import forbidden, must_accept, refused_for, valid
from inferproof.judge.requirement import CONVENTION, MUST, PROJECT, SCHEMA, SHOULD, requirement
from inferproof.judge.select import CHAT, Of
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Value
from inferproof.requirements.chat_request import PLAIN

ROLES = ("developer", "system", "user", "assistant", "tool", "function")
"""The roles that have a schema of their own."""

MEDIA = frozenset({"image_url", "input_audio", "audio_url", "video_url", "image_embeds", "file"})


MEMBERS = frozenset({"name", "refusal", "audio", "function_call", "tool_calls"})
"""What a message may have beside its role and its content."""


def _messages(answer: Subject) -> list[Value]:
    return [one for one in answer.request.items("/messages") if isinstance(one.raw, dict)]


def _parts(message: Value) -> list[Value]:
    return message.items("/content") if isinstance(message.get("/content"), list) else []


def _is_media(part: Value) -> bool:
    return isinstance(part.raw, dict) and not MEDIA.isdisjoint(part.raw)


def _says_null(message: Value) -> bool:
    return message.has("/content") and message.get("/content") is None


def _beyond_ascii(message: Value) -> bool:
    content = message.get("/content")
    return isinstance(content, str) and not content.isascii()


def _is_plain(message: Value) -> bool:
    """A user or the assistant says something, and there is nothing else to it: every template has that."""
    said = _says_text(message) and set(message.raw) == {"role", "content"}
    return said and message.get("/role") in ("user", "assistant")


def _says_text(message: Value) -> bool:
    content = message.get("/content")
    return isinstance(content, str) and content.strip() != ""


def _is_result(message: Value) -> bool:
    return message.get("/role") in ("tool", "function")


def _has_parts_of_text(message: Value) -> bool:
    """Of a user or the assistant: some templates know nobody else."""
    parts = _parts(message)
    return bool(parts) and not any(map(_is_media, parts)) and message.get("/role") in ("user", "assistant")


def _calls_others(message: Value) -> bool:
    """The assistant calls a tool that is no function: many servers know functions alone."""
    return any(call.get("/type") != "function" for call in message.items("/tool_calls", optional=True))


def _calls_functions(message: Value) -> bool:
    """The assistant calls functions, in either form, and no tool of another type."""
    calls = message.items("/tool_calls", optional=True)
    return message.has("/function_call") or (calls != [] and all(call.get("/type") == "function" for call in calls))


def _allowed(has: Callable[[Value], bool], beside: Callable[[Value], bool] = lambda message: False) -> Of:
    """Good requests, plain but for messages that have this, and others that have to stand `beside` them.

    A request that has other things as well may be refused for those.
    """

    def chosen(answer: Subject) -> bool:
        if not (PLAIN.issuperset(answer.request.raw) and valid(answer) and answer.refusable_but("messages") is None):
            return False
        odd = [one for one in _messages(answer) if not _is_plain(one)]
        return any(map(has, odd)) and all(has(one) or beside(one) for one in odd)

    return Of(CHAT, DECIDED, where=chosen)


def _forbidden(*members: str, where: Callable[[Value], bool] = lambda message: True) -> Of:
    """Requests that are invalid at one of these members of a message, or within it, and nowhere else."""

    def chosen(answer: Subject) -> bool:
        if refused_for(answer) != {"messages"}:
            return False
        return all(
            len(loc) > 2
            and loc[0] == "messages"
            and loc[2] in members
            and where(answer.request.value(f"/messages/{loc[1]}"))
            for loc in answer.corrected_places
        )

    return Of(CHAT, None, where=chosen)


def _refused(reply: Subject, check: Check) -> None:
    check.refused(reply)


def _valid(reply: Subject, check: Check) -> None:
    """Served; or declined where a template may lack the place for it, but neither with 422 nor by a failure."""
    declined = reply.status == 200 or (400 <= reply.status < 500 and reply.status != 422)
    check.that(declined, "200, or a 4xx but 422", reply.status, at="status")


@requirement(
    "chat.messages.roles",
    MUST,
    basis=SCHEMA,
    cites="chat.request#/messages",
    covers=(
        "chat.request#/messages/[role=developer]/",
        "chat.request#/messages/[role=system]/",
        "chat.request#/messages/[role=user]/",
        "chat.request#/messages/[role=assistant]/",
        "chat.request#/messages/[]/role",
        "chat.request#/messages/[]/content",
        "chat.request#/messages/[role=system]/role",
        "chat.request#/messages/[role=user]/role",
        "chat.request#/messages/[role=assistant]/role",
    ),
    of=_allowed(lambda one: one.get("/role") in ("developer", "system") and _says_text(one) and len(one.raw) == 2),
)
def the_roles_of_a_talk_are_valid(reply: Subject, check: Check) -> None:
    """Messages of the roles `developer`, `system`, `user` and `assistant` are valid."""
    _valid(reply, check)


@requirement(
    "chat.messages.tool-results",
    MUST,
    basis=SCHEMA,
    cites="chat.request#/messages/[role=tool]/",
    covers=(
        "chat.request#/messages/[role=function]/",
        "chat.request#/messages/[role=tool]/role",
        "chat.request#/messages/[]/tool_call_id",
        "chat.request#/messages/[role=function]/role",
        "chat.request#/messages/[role=function]/name",
    ),
    of=_allowed(_is_result, beside=_calls_functions),
)
def results_of_calls_are_valid(reply: Subject, check: Check) -> None:
    """A `tool` message that names its call, and a `function` message that names its function, are valid."""
    _valid(reply, check)


@requirement(
    "chat.messages.custom-role",
    MUST,
    basis=SCHEMA,
    cites="message.custom",
    covers="message.custom.prose",
    of=_allowed(lambda message: message.string("/role") not in ROLES),
)
def any_other_role_is_valid(reply: Subject, check: Check) -> None:
    """A message of a role of one's own is valid."""
    _valid(reply, check)


@requirement(
    "chat.messages.role.required",
    MUST,
    basis=SCHEMA,
    cites="message.custom.required",
    covers="message.custom#/role",
    of=_forbidden("role"),
)
def a_message_has_a_role(reply: Subject, check: Check) -> None:
    """A message without a `role` that is a string is refused."""
    _refused(reply, check)


@requirement(
    "chat.messages.content.type",
    MUST,
    basis=SCHEMA,
    cites="message.custom#/content",
    of=_forbidden("content", where=lambda message: message.get("/content") is not None and not _parts(message)),
)
def content_is_text_or_parts(reply: Subject, check: Check) -> None:
    """A `content` that is neither text nor a list is refused."""
    _refused(reply, check)


@requirement(
    "chat.messages.content.null",
    MUST,
    basis=SCHEMA,
    cites=(
        "chat.request#/messages/[role=user]/content",
        "chat.request#/messages/[role=system]/content",
        "chat.request#/messages/[role=tool]/content",
    ),
    of=_forbidden("content", where=_says_null),
)
def only_an_assistant_may_say_nothing(reply: Subject, check: Check) -> None:
    """A null `content` is refused, but for the roles `assistant` and `function`."""
    _refused(reply, check)


@requirement(
    "chat.messages.content.nullable",
    MUST,
    basis=SCHEMA,
    cites=("chat.request#/messages/[role=assistant]/content", "chat.request#/messages/[role=function]/content"),
    of=_allowed(lambda one: _says_null(one) and not _calls_others(one), beside=_is_result),
)
def an_assistant_may_say_nothing(reply: Subject, check: Check) -> None:
    """A null `content` is valid for the roles `assistant` and `function`."""
    _valid(reply, check)


@requirement(
    "chat.messages.parts.text",
    MUST,
    basis=SCHEMA,
    cites="chat.request#/messages/[role=user]/content/[type=text]/",
    of=_allowed(_has_parts_of_text),
)
def text_may_come_in_parts(reply: Subject, check: Check) -> None:
    """A `content` of text parts is accepted as if it were text."""
    check.accepted(reply)


@requirement(
    "chat.messages.parts.whole",
    SHOULD,
    basis=PROJECT,
    claims="core.context-follows",
    cites=("chat.request#/messages/[role=user]/content/[type=text]/", "chat.reply#/usage/prompt_tokens"),
    needs="messages.parts",
)
def every_part_of_a_text_is_read(told: list[Subject], check: Check) -> None:
    """A message whose second part is longer has more `prompt_tokens`: each part reaches the model."""
    short, _, long = steps(told, 3)
    fewer, more = (each.body.value("/usage/prompt_tokens") for each in (short, long))
    check.that(more.integer() > fewer.integer(), f"more than {fewer.raw}", more)


@requirement(
    "chat.messages.parts.invalid",
    MUST,
    basis=SCHEMA,
    cites="chat.request.required#/messages/[role=user]/content/[type=text]",
    covers=(
        "chat.request#/messages/[role=user]/content/[]/image_url/detail",
        "chat.request#/messages/[role=user]/content/[]/input_audio/format",
        "chat.request.required#/messages/[role=user]/content/[type=file]",
        "chat.request#/messages/[role=user]/content/[type=text]/*",
        "chat.request#/messages/[role=user]/content/[type=image_url]/*",
        "chat.request#/messages/[role=user]/content/[type=input_audio]/*",
        "chat.request#/messages/[role=assistant]/content/[type=refusal]/*",
        "chat.request#/messages/[role=user]/content/[type=file]/*",
        "chat.request#/messages/[role=user]/content/[]/file/*",
        "chat.request#/messages/[role=user]/content/[]/image_url/url",
        "chat.request#/messages/[role=user]/content/[]/input_audio/data",
        "message.custom#/content/[type=audio_url]/*",
        "message.custom#/content/[type=video_url]/*",
        "message.custom#/content/[type=image_embeds]/*",
        "part.simple-image#/*",
        "part.simple-audio#/*",
        "part.simple-video#/*",
        "message.custom#/content/[type=audio_url]/audio_url/url",
        "message.custom#/content/[type=video_url]/video_url/url",
    ),
    of=_forbidden("content", where=lambda message: bool(_parts(message))),
)
def a_broken_part_is_refused(reply: Subject, check: Check) -> None:
    """A part that is no documented one is refused: without what its type needs, or with a value that is not listed."""
    _refused(reply, check)


@requirement(
    "chat.messages.parts.media",
    SHOULD,
    basis=PROJECT,
    cites=(
        "chat.request#/messages/[role=user]/content/[type=image_url]/",
        "chat.request#/messages/[role=user]/content/[type=input_audio]/",
        "chat.request#/messages/[role=user]/content/[type=file]/",
    ),
    covers=("part.simple-image", "part.simple-image.prose", "part.simple-audio.prose", "part.simple-video.prose"),
    of=Of(
        CHAT,
        None,
        where=lambda answer: (
            any(_is_media(part) for message in _messages(answer) for part in _parts(message)) and not forbidden(answer)
        ),
    ),
)
def pictures_and_sounds_do_no_harm(reply: Subject, check: Check) -> None:
    """A picture, a sound or a file is used or refused: a model without eyes and ears does not break over it."""
    check.that(reply.status < 500, "200 or a 4xx", reply.status, at="status")


@requirement(
    "chat.messages.tool-calls.invalid",
    MUST,
    basis=SCHEMA,
    cites="chat.request#/messages/[]/tool_calls/[type=function]/",
    covers=(
        "chat.request#/messages/[]/tool_calls/[]/function/",
        "chat.request#/messages/[]/tool_calls/[type=function]/*",
        "chat.request#/messages/[]/tool_calls/[type=custom]/*",
        "chat.request#/messages/[]/tool_calls/[]/function/*",
        "chat.request#/messages/[]/tool_calls/[]/custom/*",
        "message.custom#/tool_calls",
    ),
    of=_forbidden("tool_calls"),
)
def a_broken_tool_call_is_refused(reply: Subject, check: Check) -> None:
    """A call in the history needs `id`, `type`, and a `function` (name, arguments) or a `custom` tool (name, input)."""
    _refused(reply, check)


@requirement(
    "chat.messages.names.invalid",
    MUST,
    basis=SCHEMA,
    cites=("message.custom#/name", "message.custom#/tool_call_id"),
    of=_forbidden("name", "tool_call_id"),
)
def names_are_text(reply: Subject, check: Check) -> None:
    """A `name` or a `tool_call_id` that is not text is refused."""
    _refused(reply, check)


@requirement(
    "chat.messages.members",
    MUST,
    basis=SCHEMA,
    cites="chat.request#/messages/[]/name",
    covers=(
        "chat.request#/messages/[role=system]/name",
        "chat.request#/messages/[role=user]/name",
        "chat.request#/messages/[role=assistant]/name",
        "chat.request#/messages/[]/refusal",
        "chat.request#/messages/[]/audio",
        "chat.request#/messages/[]/function_call",
        "chat.request#/messages/[]/tool_calls",
        "chat.request#/messages/[]/audio/id",
        "chat.request#/messages/[]/function_call/*",
    ),
    of=_allowed(lambda message: not MEMBERS.isdisjoint(message.raw), beside=_is_result),
)
def members_of_a_role_are_valid(reply: Subject, check: Check) -> None:
    """Members that a role has are valid: a `name`, and of the assistant a refusal, an audio id and calls."""
    _valid(reply, check)


@requirement(
    "chat.messages.extra-members",
    MUST,
    basis=SCHEMA,
    cites="chat.request#/messages/[role=user]/",
    of=_allowed(lambda message: message.has("/inferproof_extra")),
)
def unknown_members_are_accepted(reply: Subject, check: Check) -> None:
    """A member of a message that the document does not name is accepted."""
    check.accepted(reply)


@requirement(
    "chat.messages.unicode",
    MUST,
    basis=CONVENTION,
    standard="RFC 8259 §8.1",
    cites="chat.request#/messages/[role=user]/content",
    of=Of(
        CHAT,
        DECIDED,
        where=lambda answer: (
            PLAIN.issuperset(answer.request.raw)
            and must_accept(answer)
            and any(_beyond_ascii(one) for one in _messages(answer))
        ),
    ),
)
def text_may_be_of_any_script(reply: Subject, check: Check) -> None:
    """Text of any script is accepted, beyond the Basic Multilingual Plane too (RFC 8259 §8.1)."""
    check.accepted(reply)
