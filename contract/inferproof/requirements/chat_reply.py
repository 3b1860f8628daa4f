"""The chat reply: one JSON object, with choices that are messages of the assistant."""

import re
from collections.abc import Iterator
from email.utils import mktime_tz, parsedate_tz
from typing import Any

from inferproof.document.names import LISTS
from inferproof.judge.check import Check
from inferproof.judge.lists import items_of
from inferproof.judge.requirement import CORRECTION, EXAMPLE, PROJECT, SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, EVENTS, JSON, chat_reply, replies, served
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Skip, Value
from inferproof.requirements.chat_request import PLAIN

HOUR = 60 * 60

DAY = 24 * HOUR

OPENAI_FORM = (*CHAT, "attributes")
"""The operations whose reply is a chat completion."""

LISTING = ("discovery.twice", "models.twice")
"""The probes that ask for lists of models."""

SHORTEST = 4
"""Letters and digits of a name that may stand for a longer one."""

CAPS = ("max_tokens", "max_completion_tokens")

ROOM = 8
"""Tokens. A model may open its answer with a few that leave no text."""

ASKS_FOR_TEXT = PLAIN | {"logprobs", "top_logprobs", "reasoning", "reasoning_effort"}
"""Members that neither end a text at once nor say what it is to be: a token to stop at, a call, an echo."""


def wants_json(answer: Subject) -> bool:
    return answer.request.get("/stream") in (None, False)


OF_A_REPLY = (
    "#/choices/[]/ #/choices/[]/message/ #/* #/choices/[]/* #/choices/[]/message/* #/usage/* "
    "#/usage/prompt_tokens_details/* #/choices/[]/message/tool_calls/[]/* "
    "#/choices/[]/message/tool_calls/[]/function/* #/choices/[]/logprobs/* #/choices/[]/logprobs/content/[]/* "
    "#/choices/[]/logprobs/content/[]/top_logprobs/[]/* #/prompt_logprobs/[]/{}/*"
)
"""What the schema says of a reply."""

rules = Rules("chat.reply", of=chat_reply, cites="chat.reply").with_notes(
    breaks="a gateway that passes an engine's reply on with members renamed, missing, or of its own making.",
    reference="the front writes the engine's reply in the form of the contract, and adds nothing.",
)


@rules.must("media-type", SCHEMA, ".json", of=served(*CHAT, where=wants_json))
def without_stream_the_reply_is_json(reply: Subject, check: Check) -> None:
    """Without `stream: true`, the reply has the media type `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@rules.must("schema", SCHEMA, "#/", covers=OF_A_REPLY)
def the_reply_is_valid(reply: Subject, check: Check) -> None:
    """The reply is JSON that the document's schema allows."""
    check.valid(reply.body, reply.operation.reply_schema or "", reply.contract.layer("chat.reply#/"))


@rules.should("corrected", CORRECTION, "#/")
def the_reply_has_what_clients_need(reply: Subject, check: Check) -> None:
    """The reply has the members that all examples show and clients read, such as `id`, `object` and `created`."""
    check.valid(reply.body, reply.operation.reply_schema or "", "corrected")


@rules.must("object", SCHEMA, "#/object", of=replies(*OPENAI_FORM))
def object_says_chat_completion(reply: Subject, check: Check) -> None:
    """`object`, if present, is `chat.completion`."""
    check.equal(reply.body.members().get("object", "chat.completion"), "chat.completion")


@rules.should("created", openai("created"), "#/created")
def created_is_now(reply: Subject, check: Check) -> None:
    """`created` is the time of the reply in seconds since 1970, within a day, and within an hour of its `Date`."""
    created, now = reply.body.number("/created"), reply.exchange.began
    check.that(abs(created - now) < DAY, f"about {now:.0f}", created, at="/created")
    dated = _date(reply)
    check.that(dated is None or abs(created - dated) < HOUR, f"about {dated}, as in Date", created, at="/created")


def _date(reply: Subject) -> int | None:
    """The reply's `Date` in seconds since 1970 (RFC 9110 §6.6.1); None where there is none that can be read."""
    value = reply.header("date")
    read = parsedate_tz(value) if value else None
    try:
        return None if read is None else mktime_tz(read)
    except (ValueError, OverflowError):
        return None


def _names_a_model(answer: Subject) -> bool:
    return isinstance(answer.request.get("/model"), str)


@rules.should("model", EXAMPLE, "#/model", of=replies(*CHAT, where=_names_a_model))
def model_is_named(reply: Subject, check: Check) -> None:
    """`model` is not empty."""
    model = reply.body.value("/model")
    check.that(model.raw != "", "a name", model)


@rules.should(
    "model.asked",
    openai("model"),
    "#/model",
    "chat.request#/model",
    whatever=("chat.plain", "chat.twice", "stream.plain", *LISTING),
)
def the_model_is_the_one_that_was_asked_for(answers: list[Subject], check: Check) -> None:
    """`model` in the reply is the requested model, a snapshot of it, or an alias of it in the list of models."""
    served = [answer for answer in answers if answer.status == 200]
    lists = [item for answer in served if answer.role in LISTS for item in items_of(answer.body)]
    said = [answer for answer in served if isinstance(answer.request.get("/model"), str)]
    if not said:
        raise Skip("nothing was answered")
    for form in sorted(set(map(_form, said))):
        pairs = [(answer.request.string("/model"), _named(answer)) for answer in said if form == _form(answer)]
        other = [named for asked, named in pairs if not (is_alike(asked, named) or is_alias(asked, named, lists))]
        check.that(len(other) < len(pairs), f"{pairs[0][0]}, or what the list calls so", other[:1], at="/model")


def _form(answer: Subject) -> tuple[str, str]:
    return answer.role, answer.media_type


def _named(answer: Subject) -> str:
    """The model that a reply names, or the first chunk of a stream. Raises Skip."""
    if answer.media_type != EVENTS:
        return answer.body.string("/model")
    if not answer.events:
        raise Skip("there is no chunk")
    return answer.events[0].string("/model")


def is_alike(asked: str, named: str) -> bool:
    """One name has the other in it, but for an owner's name before a slash, punctuation and case: a snapshot, a tag."""
    one, other = (re.sub(r"[^a-z0-9]", "", name.lower().rpartition("/")[2]) for name in (asked, named))
    shorter, longer = sorted((one, other), key=len)
    return asked == named or (shorter in longer and len(shorter) >= SHORTEST)


def is_alias(asked: str, named: str, lists: list[Value]) -> bool:
    """An item of a list has both names somewhere, or the items that have one each have one root."""
    items = [(set(_words(item.raw)), item.get("/root")) for item in lists]
    roots = [[root for words, root in items if name in words and root] for name in (asked, named)]
    return any({asked, named} <= words for words, _ in items) or any(root in roots[1] for root in roots[0])


def _words(value: Any, depth: int = 3) -> Iterator[str]:
    """The texts in a value, some levels deep."""
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _words(child, depth - 1)


@rules.should("id", openai("id"), "#/id")
def the_reply_has_an_id(reply: Subject, check: Check) -> None:
    """`id`, if present, is not empty, because users quote it when they ask for help."""
    check.that(reply.body.object().get("/id") != "", "an id", "", at="/id")


@rules.should("id.unique", openai("id"), "#/id", needs="chat.twice")
def ids_are_unique(replies: list[Subject], check: Check) -> None:
    """Two replies have different ids."""
    first, second = (reply.body.value("/id") for reply in steps(replies, 2))
    check.that(first.raw != second.raw, f"an id other than {first.raw}", second)


@rules.should("choices", CORRECTION, "#/choices")
def there_are_as_many_choices_as_asked_for(reply: Subject, check: Check) -> None:
    """There are `n` choices (one by default), numbered from 0."""
    asked = max(0, reply.request.integer("/n", 1) or 1)
    wanted = 1 if reply.role == "chat.openai-path" else asked
    indexes = sorted(choice.integer("/index") for choice in reply.choices)
    numbered = indexes == list(range(len(indexes)))  # `asked` may be too large for a list
    check.that(numbered and len(indexes) in (wanted, asked), f"{wanted} numbered from 0", indexes, at="/choices")


@rules.should("role", CORRECTION, "#/choices/[]/message/role", of=replies(*OPENAI_FORM))
def the_assistant_speaks(reply: Subject, check: Check) -> None:
    """Each choice's message has the role `assistant`."""
    for choice in reply.choices:
        check.equal(choice.value("/message/role"), "assistant")


def _asks_for_a_text(answer: Subject) -> bool:
    return (
        ASKS_FOR_TEXT.issuperset(answer.request.members())
        and not answer.request.get("/stop")
        and all(answer.request.integer(f"/{cap}", ROOM) >= ROOM for cap in CAPS)
    )


@rules.should("content", EXAMPLE, "#/choices/[]/message/content", of=replies(*CHAT, where=_asks_for_a_text))
def a_plain_question_is_answered_with_text(reply: Subject, check: Check) -> None:
    """A plain request with room for an answer gets text, in `content` or in `reasoning_content`."""
    message = reply.body.object("/choices/0/message")
    reply.require_given()
    content = message.get("/content")
    check.that(bool(content or message.get("/reasoning_content")), "text", content, at=f"{message.at}/content")


@rules.should("finish-reason", CORRECTION, "#/choices/[]/finish_reason")
def the_finish_reason_is_a_known_one(reply: Subject, check: Check) -> None:
    """Each choice's `finish_reason` is `stop`, `length`, `tool_calls`, `content_filter` or `function_call`."""
    known = ("stop", "length", "tool_calls", "content_filter", "function_call")
    for choice in reply.choices:
        check.one_of(choice.value("/finish_reason"), known)


@rules.should("utf-8", PROJECT, ".json", of=replies(*OPENAI_FORM))
def replies_are_utf_8(reply: Subject, check: Check) -> None:
    """A JSON reply names no charset other than UTF-8 (RFC 8259 §8.1)."""
    declared = (reply.header("content-type") or "").lower()
    check.that(
        "charset=" not in declared or "utf-8" in declared.replace("utf8", "utf-8"), "utf-8", declared, at="content-type"
    )
