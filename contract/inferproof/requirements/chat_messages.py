"""The messages of a conversation: which roles, contents and parts are accepted, and which are refused.

What the document allows must pass validation, so 422 is no answer to it, and no server may fail over it. A model may
still decline, with another status, a role or a picture that its template or its eyes have no place for.
"""

from __future__ import annotations

from collections.abc import Callable

from inferproof.judge.check import Check
from inferproof.judge.oracle import EXTRA, forbidden, must_accept, refused_for, valid
from inferproof.judge.requirement import PROJECT, SCHEMA, rfc
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, Of, asked, decided
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


def _has_no_role(message: Value) -> bool:
    return not isinstance(message.get("/role"), str)


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


def _valid(reply: Subject, check: Check) -> None:
    """Served; or declined where a template may lack the place for it, but neither with 422 nor by a failure."""
    declined = reply.status == 200 or (400 <= reply.status < 500 and reply.status != 422)
    check.that(declined, "200, or a 4xx but 422", reply.status, at="status")


rules = Rules("chat.messages", cites="chat.request#/messages").with_notes(
    breaks="a validator of one's own with fewer roles or parts than the document, or one that looks at `role` only.",
    reference="the front validates messages against the contract; what the model has no place for is a 400 of the "
    "engine.",
)
custom = rules.part(cites="message.custom")
by_user = rules.part(cites="chat.request#/messages/[role=user]/content")

CALL, PART = "/[]/tool_calls/[type=function]/", "chat.request.required#/messages/[role=user]/content/[type=text]"

OF_A_TALK = (
    "/[role=developer]/ /[role=system]/ /[role=user]/ /[role=assistant]/ /[]/role /[]/content "
    "/[role=system]/role /[role=user]/role /[role=assistant]/role"
)
OF_A_RESULT = "/[role=function]/ /[role=tool]/role /[]/tool_call_id /[role=function]/role /[role=function]/name"
OF_PARTS = (
    "/[]/image_url/detail /[]/input_audio/format chat.request.required#/messages/[role=user]/content/[type=file] "
    "/[type=text]/* /[type=image_url]/* /[type=input_audio]/* "
    "chat.request#/messages/[role=assistant]/content/[type=refusal]/* /[type=file]/* /[]/file/* /[]/image_url/url "
    "/[]/input_audio/data message.custom#/content/[type=audio_url]/* message.custom#/content/[type=video_url]/* "
    "message.custom#/content/[type=image_embeds]/* part.simple-image#/* part.simple-audio#/* part.simple-video#/* "
    "message.custom#/content/[type=audio_url]/audio_url/url message.custom#/content/[type=video_url]/video_url/url"
)
OF_SIMPLE = "part.simple-image part.simple-image.prose part.simple-audio.prose part.simple-video.prose"
OF_CALLS = (
    "/[]/tool_calls/[]/function/ /[]/tool_calls/[type=function]/* /[]/tool_calls/[type=custom]/* "
    "/[]/tool_calls/[]/function/* /[]/tool_calls/[]/custom/* message.custom#/tool_calls"
)
OF_OTHER_MEMBERS = (
    "/[role=system]/name /[role=user]/name /[role=assistant]/name /[]/refusal /[]/audio /[]/function_call "
    "/[]/tool_calls /[]/audio/id /[]/function_call/*"
)
"""What rules cover beside their citations."""


def _instructs(message: Value) -> bool:
    return message.get("/role") in ("developer", "system") and _says_text(message) and len(message.raw) == 2


def _has_another_role(message: Value) -> bool:
    return message.string("/role") not in ROLES


def _says_no_text(message: Value) -> bool:
    return message.get("/content") is not None and not _parts(message)


def _says_parts(message: Value) -> bool:
    return bool(_parts(message))


def _calls_silently(message: Value) -> bool:
    return _says_null(message) and not _calls_others(message)


def _has_other_members(message: Value) -> bool:
    return not MEMBERS.isdisjoint(message.raw)


def _has_an_extra_member(message: Value) -> bool:
    return message.has(f"/{EXTRA}")


null_content = _forbidden("content", where=_says_null)
no_content = _allowed(_calls_silently, beside=_is_result)


@rules.must("roles", SCHEMA, of=_allowed(_instructs), covers=OF_A_TALK)
def the_roles_of_a_talk_are_valid(reply: Subject, check: Check) -> None:
    """The message roles `developer`, `system`, `user` and `assistant` are valid (200, or a 4xx other than 422)."""
    _valid(reply, check)


@rules.must(
    "tool-results", SCHEMA, "/[role=tool]/", of=_allowed(_is_result, beside=_calls_functions), covers=OF_A_RESULT
)
def results_of_calls_are_valid(reply: Subject, check: Check) -> None:
    """A `tool` message with its `tool_call_id` and a `function` message with its `name` are valid (200, or a 4xx
    other than 422)."""
    _valid(reply, check)


@custom.must("custom-role", SCHEMA, of=_allowed(_has_another_role), covers=".prose")
def any_other_role_is_valid(reply: Subject, check: Check) -> None:
    """A message with a custom role is valid (200, or a 4xx other than 422)."""
    _valid(reply, check)


custom.must("role.required", SCHEMA, ".required", covers="#/role", of=_forbidden("role", where=_has_no_role)).refuse(
    "A message whose `role` is missing or not a string is rejected."
)

custom.must("content.type", SCHEMA, "#/content", of=_forbidden("content", where=_says_no_text)).refuse(
    "A `content` that is neither a string nor a list is rejected."
)

rules.must(
    "content.null", SCHEMA, "/[role=user]/content", "/[role=system]/content", "/[role=tool]/content", of=null_content
).refuse("`content: null` is rejected, except in messages of `assistant` and `function`.")


@rules.must("content.nullable", SCHEMA, "/[role=assistant]/content", "/[role=function]/content", of=no_content)
def an_assistant_may_say_nothing(reply: Subject, check: Check) -> None:
    """`content: null` is valid in messages of `assistant` and `function` (200, or a 4xx other than 422)."""
    _valid(reply, check)


by_user.must("parts.text", SCHEMA, "/[type=text]/", of=_allowed(_has_parts_of_text)).accept(
    "A `content` that is a list of text parts is accepted."
)


@by_user.should(
    "parts.whole",
    PROJECT,
    "/[type=text]/",
    "chat.reply#/usage/prompt_tokens",
    needs="messages.parts",
    claims="core.context-follows",
)
def every_part_of_a_text_is_read(told: list[Subject], check: Check) -> None:
    """A longer second part of a message increases `prompt_tokens`: the model reads every part."""
    short, _, long = steps(told, 3)
    fewer, more = (each.body.value("/usage/prompt_tokens") for each in (short, long))
    check.that(more.integer() > fewer.integer(), f"more than {fewer.raw}", more)


by_user.must("parts.invalid", SCHEMA, PART, of=_forbidden("content", where=_says_parts), covers=OF_PARTS).refuse(
    "An invalid content part is rejected, such as one without a required member or with a value that is not listed."
)


def _shows_or_plays_something(answer: Subject) -> bool:
    return any(_is_media(part) for message in _messages(answer) for part in _parts(message)) and not forbidden(answer)


media = asked(*CHAT, where=_shows_or_plays_something)


@by_user.should(
    "parts.media", PROJECT, "/[type=image_url]/", "/[type=input_audio]/", "/[type=file]/", of=media, covers=OF_SIMPLE
)
def pictures_and_sounds_do_no_harm(reply: Subject, check: Check) -> None:
    """An image, a sound or a file is used or rejected; it does not cause a 5xx."""
    check.that(reply.status < 500, "200 or a 4xx", reply.status, at="status")


rules.must("tool-calls.invalid", SCHEMA, CALL, of=_forbidden("tool_calls"), covers=OF_CALLS).refuse(
    "A tool call needs `id`, `type`, and `function` (name, arguments) or `custom` (name, input); others are rejected."
)

custom.must("names.invalid", SCHEMA, "#/name", "#/tool_call_id", of=_forbidden("name", "tool_call_id")).refuse(
    "A `name` or a `tool_call_id` that is not a string is rejected."
)


@rules.must("members", SCHEMA, "/[]/name", of=_allowed(_has_other_members, beside=_is_result), covers=OF_OTHER_MEMBERS)
def members_of_a_role_are_valid(reply: Subject, check: Check) -> None:
    """`name`, `refusal`, `audio`, `function_call` and `tool_calls` are valid in the messages that have them (200, or
    a 4xx other than 422)."""
    _valid(reply, check)


rules.must("extra-members", SCHEMA, "/[role=user]/", of=_allowed(_has_an_extra_member)).accept(
    "A message with a member that the document does not name is accepted."
)


def _writes_beyond_ascii(answer: Subject) -> bool:
    return (
        PLAIN.issuperset(answer.request.raw)
        and must_accept(answer)
        and any(_beyond_ascii(one) for one in _messages(answer))
    )


rules.must("unicode", rfc("8259 §8.1"), "/[role=user]/content", of=decided(*CHAT, where=_writes_beyond_ascii)).accept(
    "Text in any script is accepted, also beyond the Basic Multilingual Plane (RFC 8259 §8.1)."
)
