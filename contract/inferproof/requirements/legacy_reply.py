"""The native inference operation's reply: one flat text.

Breaks: a chat completion handed through, milliseconds for seconds, an empty text beside reasoning.
Reference: the front takes text, calls and reasoning out of the engine's chat completion, and its time in seconds.
"""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.requirement import CONVENTION, EXAMPLE, MUST, PROJECT, SCHEMA, SHOULD, requirement
from inferproof.judge.select import JSON, LEGACY, answers, replies
from inferproof.judge.subject import Subject
from inferproof.requirements.chat_request import require_a_short_text
from inferproof.requirements.legacy import plain
from inferproof.requirements.structured_output import begins_an_object

DAY = 24 * 60 * 60


@requirement(
    "legacy.reply.media-type",
    MUST,
    basis=SCHEMA,
    claims="legacy",
    cites="chat.legacy.reply.json",
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
    cites=("chat.legacy.reply#/", "chat.legacy.reply#/*"),
    of=replies("chat.legacy"),
)
def the_reply_is_valid(reply: Subject, check: Check) -> None:
    """The reply is JSON that the document's schema allows: at least `created`, a number, and `text`, a string."""
    check.valid(reply.body, reply.operation.reply_schema or "", reply.contract.layer("chat.legacy.reply#/"))


@requirement(
    "legacy.reply.created",
    SHOULD,
    basis=EXAMPLE,
    claims="legacy",
    cites="chat.legacy.reply#/created",
    of=replies("chat.legacy"),
)
def created_is_now(reply: Subject, check: Check) -> None:
    """`created` is the time of the reply in seconds since 1970, not milliseconds, to the day."""
    created, now = reply.body.value("/created"), reply.exchange.began
    check.that(abs(created.number() - now) < DAY, f"about {now:.0f}", created)


@requirement(
    "legacy.reply.text",
    SHOULD,
    basis=EXAMPLE,
    claims="legacy",
    cites=("chat.legacy.reply#/text", "chat.legacy.reply.prose"),
    of=replies(
        "chat.legacy",
        where=lambda answer: (
            plain(answer)
            and not answer.request.get("/stop_tokens")
            and (answer.request.integer("/max_tokens", None) or 8) >= 8
        ),
    ),
)
def a_person_is_answered(reply: Subject, check: Check) -> None:
    """A plain turn is answered with text, in `text` or in `reasoning_content`."""
    text = reply.body.value("/text")
    check.that(bool(text.raw or reply.body.get("/reasoning_content")), "text", text)


@requirement(
    "legacy.reply.own-form",
    SHOULD,
    basis=SCHEMA,
    claims="legacy",
    cites="chat.legacy.reply#/",
    of=replies("chat.legacy"),
)
def the_reply_is_no_chat_completion(reply: Subject, check: Check) -> None:
    """The reply has the native form, without the `choices` of a chat completion."""
    members = reply.body.members()
    check.that("choices" not in members, "no `choices`", sorted(members), at="/choices")


@requirement(
    "legacy.request.max-tokens.cap",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: max_tokens",
    claims="legacy",
    cites="chat.legacy.request#/max_tokens",
    of=answers(*LEGACY, where=lambda answer: answer.request.integer("/max_tokens", 0) > 0),
)
def max_tokens_keeps_the_text_short(reply: Subject, check: Check) -> None:
    """`max_tokens` keeps the text short: it is no longer than that many tokens could be."""
    require_a_short_text(reply, check, reply.request.integer("/max_tokens"))


def _stops(answer: Subject) -> list[str]:
    """The request's `stop_tokens`, but for empty ones, which stand in every text."""
    return [stop for each in answer.request.items("/stop_tokens", optional=True) if (stop := each.string())]


@requirement(
    "legacy.request.stop-tokens",
    SHOULD,
    basis=PROJECT,
    claims="legacy",
    cites="chat.legacy.request#/stop_tokens",
    of=answers(*LEGACY, where=lambda answer: bool(_stops(answer))),
)
def stop_tokens_end_the_text(reply: Subject, check: Check) -> None:
    """The text ends before the first of the `stop_tokens`: none of them is in it."""
    met = [stop for stop in _stops(reply) if stop in reply.text]
    check.that(not met, "a text without the stop", reply.text, at="text")


@requirement(
    "legacy.request.response-format",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: response_format",
    claims="structured-output.json-object",
    cites="chat.legacy.request#/response_format",
    covers="chat.legacy.stream.request#/response_format",
    of=answers(*LEGACY, where=lambda answer: answer.request.get("/response_format/type") == "json_object"),
)
def a_json_object_is_begun(reply: Subject, check: Check) -> None:
    """With `response_format: {"type": "json_object"}` the text begins as a JSON object; nothing says if it was cut."""
    check.that(begins_an_object(reply.text), "the beginning of a JSON object", reply.text, at="text")
