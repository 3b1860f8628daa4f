"""The native inference operation's reply: one flat text."""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.requirement import EXAMPLE, PROJECT, SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import JSON, LEGACY, answers, replies
from inferproof.judge.subject import Subject
from inferproof.requirements.chat_request import require_a_short_text
from inferproof.requirements.legacy import plain
from inferproof.requirements.structured_output import begins_an_object

DAY = 24 * 60 * 60


rules = Rules("legacy", of=replies("chat.legacy"), cites="chat.legacy", claims="legacy").with_notes(
    breaks="a chat completion handed through, milliseconds for seconds, an empty text beside reasoning.",
    reference="the front takes text, calls and reasoning out of the engine's chat completion, and its time in seconds.",
)
both = rules.part("request", of=answers(*LEGACY), cites="chat.legacy.request")


@rules.must("reply.media-type", SCHEMA, ".reply.json", of=replies("chat.legacy", media=None))
def the_reply_is_json(reply: Subject, check: Check) -> None:
    """The native inference operation returns `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@rules.must("reply.schema", SCHEMA, ".reply#/", ".reply#/*")
def the_reply_is_valid(reply: Subject, check: Check) -> None:
    """The reply is JSON that the document's schema allows: at least `created`, a number, and `text`, a string."""
    check.valid(reply.body, reply.operation.reply_schema or "", reply.contract.layer("chat.legacy.reply#/"))


@rules.should("reply.created", EXAMPLE, ".reply#/created")
def created_is_now(reply: Subject, check: Check) -> None:
    """`created` is the time of the reply in seconds (not milliseconds) since 1970, within a day."""
    created, now = reply.body.value("/created"), reply.exchange.began
    check.that(abs(created.number() - now) < DAY, f"about {now:.0f}", created)


def _asks_for_a_text(answer: Subject) -> bool:
    return (
        plain(answer)
        and not answer.request.get("/stop_tokens")
        and (answer.request.integer("/max_tokens", None) or 8) >= 8
    )


@rules.should("reply.text", EXAMPLE, ".reply#/text", ".reply.prose", where=_asks_for_a_text)
def a_person_is_answered(reply: Subject, check: Check) -> None:
    """A plain request gets text, in `text` or in `reasoning_content`."""
    text = reply.body.value("/text")
    check.that(bool(text.raw or reply.body.get("/reasoning_content")), "text", text)


@rules.should("reply.own-form", SCHEMA, ".reply#/")
def the_reply_is_no_chat_completion(reply: Subject, check: Check) -> None:
    """The reply has no `choices`, unlike a chat completion."""
    members = reply.body.members()
    check.that("choices" not in members, "no `choices`", sorted(members), at="/choices")


def _is_capped(answer: Subject) -> bool:
    return answer.request.integer("/max_tokens", 0) > 0


@both.should("max-tokens.cap", openai("max_tokens"), "#/max_tokens", where=_is_capped)
def max_tokens_keeps_the_text_short(reply: Subject, check: Check) -> None:
    """No text is longer than `max_tokens` tokens can be."""
    require_a_short_text(reply, check, reply.request.integer("/max_tokens"))


def _stops(answer: Subject) -> list[str]:
    """The request's `stop_tokens`, but for empty ones, which stand in every text."""
    return [stop for each in answer.request.items("/stop_tokens", optional=True) if (stop := each.string())]


def _has_stops(answer: Subject) -> bool:
    return bool(_stops(answer))


@both.should("stop-tokens", PROJECT, "#/stop_tokens", where=_has_stops)
def stop_tokens_end_the_text(reply: Subject, check: Check) -> None:
    """The text contains none of the `stop_tokens`."""
    met = [stop for stop in _stops(reply) if stop in reply.text]
    check.that(not met, "a text without the stop", reply.text, at="text")


def _asks_for_an_object(answer: Subject) -> bool:
    return bool(answer.request.get("/response_format/type") == "json_object")


@both.should(
    "response-format",
    openai("response_format"),
    "#/response_format",
    where=_asks_for_an_object,
    covers="chat.legacy.stream.request#/response_format",
    claims="structured-output.json-object",
)
def a_json_object_is_begun(reply: Subject, check: Check) -> None:
    """With `response_format: {"type": "json_object"}`, the text begins like a JSON object; it may be cut off."""
    check.that(begins_an_object(reply.text), "the beginning of a JSON object", reply.text, at="text")
