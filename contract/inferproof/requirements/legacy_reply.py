"""The native inference operation's reply: one flat text.

Breaks: a chat completion handed through, milliseconds for seconds, an empty text beside reasoning.
Reference: the front takes text, calls and reasoning out of the engine's chat completion, and its time in seconds.
"""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.requirement import CONVENTION, EXAMPLE, MUST, PROJECT, SCHEMA, SHOULD, requirement
from inferproof.judge.select import JSON, replies
from inferproof.judge.subject import Subject
from inferproof.requirements.legacy import BODY, POST, is_number, plain

RESPONSE = "inflection#/components/schemas/ExternalChatResponse"

DAY = 24 * 60 * 60

LONGEST_TOKEN = 64
"""Characters. No vocabulary that we know of has a longer token in prose; runs of spaces are not prose."""


@requirement(
    "legacy.reply.media-type",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites=f"{POST}/responses/200/content/application~1json",
    of=replies("chat.legacy", media=None),
)
def the_reply_is_json(reply: Subject, check: Check) -> None:
    """The inference operation answers with `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@requirement(
    "legacy.reply.schema",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites=(
        RESPONSE,
        "inflection#/components/schemas/ExternalChatResponse/properties/*",
    ),
    of=replies("chat.legacy"),
)
def the_reply_is_valid(reply: Subject, check: Check) -> None:
    """The reply is JSON that the document's schema allows: at least `created`, a number, and `text`, a string."""
    check.valid(reply.json, reply.operation.reply_schema or "")


@requirement(
    "legacy.reply.created",
    SHOULD,
    basis=EXAMPLE,
    claims="legacy",
    cites=f"{RESPONSE}/properties/created",
    of=replies("chat.legacy"),
)
def created_is_now(reply: Subject, check: Check) -> None:
    """`created` is the time of the reply in seconds since 1970, not milliseconds, to the day."""
    created, now = reply.json["created"], reply.exchange.began
    check.that(abs(created - now) < DAY, f"about {now:.0f}", created, at="/created")


@requirement(
    "legacy.reply.text",
    SHOULD,
    basis=EXAMPLE,
    claims="legacy",
    cites=(
        f"{RESPONSE}/properties/text",
        "inflection#/paths/~1external~1api~1inference/post/responses/200/description",
    ),
    of=replies(
        "chat.legacy",
        where=lambda answer: (
            plain(answer) and not answer.asked.get("stop_tokens") and (answer.asked.get("max_tokens") or 8) >= 8
        ),
    ),
)
def a_person_is_answered(reply: Subject, check: Check) -> None:
    """A plain turn is answered with text, in `text` or in `reasoning_content`."""
    said = reply.json["text"] or reply.json.get("reasoning_content")
    check.that(bool(said), "text", reply.json["text"], at="/text")


@requirement("legacy.reply.own-form", SHOULD, basis=SCHEMA, claims="legacy", cites=RESPONSE, of=replies("chat.legacy"))
def the_reply_is_no_chat_completion(reply: Subject, check: Check) -> None:
    """The reply has the native form, without the `choices` of a chat completion."""
    check.that("choices" not in reply.json, "no `choices`", sorted(reply.json), at="/choices")


@requirement(
    "legacy.request.max-tokens.cap",
    SHOULD,
    basis=CONVENTION,
    claims="legacy",
    cites=f"{BODY}/properties/max_tokens",
    of=replies("chat.legacy", where=lambda answer: is_number(answer.asked.get("max_tokens"))),
)
def max_tokens_keeps_the_text_short(reply: Subject, check: Check) -> None:
    """`max_tokens` keeps the text short: it is no longer than that many tokens could be."""
    most, text = reply.asked["max_tokens"] * LONGEST_TOKEN, reply.json["text"].strip()
    check.that(len(text) <= most, f"at most {most} characters", len(text), at="/text")


@requirement(
    "legacy.request.stop-tokens",
    SHOULD,
    basis=PROJECT,
    claims="legacy",
    cites=f"{BODY}/properties/stop_tokens",
    of=replies("chat.legacy", where=lambda answer: bool(answer.asked.get("stop_tokens"))),
)
def stop_tokens_end_the_text(reply: Subject, check: Check) -> None:
    """The text ends before the first of the `stop_tokens`: none of them is in it."""
    text = reply.json["text"]
    met = [stop for stop in reply.asked["stop_tokens"] if stop in text]
    check.that(not met, "a text without the stop", text, at="/text")
