"""The chat request: what the document allows is accepted.

Breaks: a validator that forbids unknown members, caps that are read under one of their two names.
Reference: the front validates against the contract; the engine takes `max_completion_tokens` before `max_tokens`.
"""

from collections.abc import Mapping
from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept, wrong_only_at
from inferproof.judge.requirement import (
    CONVENTION,
    CORRECTION,
    EXAMPLE,
    MUST,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.judge.select import CHAT, Of, answers
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject
from inferproof.judge.value import Value

PLAIN = frozenset(
    {
        "model",
        "messages",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "top_p",
        "stream",
        "stream_options",
        "user",
        "stop",
        "n",
        "seed",
        "frequency_penalty",
        "presence_penalty",
    }
)
"""Members that every chat server must take; whatever needs a capability has a requirement of its own."""


LONGEST_TOKEN = 64
"""Characters. No vocabulary that we know of has a longer token in prose; runs of spaces are not prose."""

SHORT = 2**15
"""Characters of a message that no model's context is too small for."""


def _seed_out_of_bounds(answer: Subject) -> bool:
    return answer.request.integer("/seed", None) is not None and wrong_only_at("seed")(answer)


def asks_plainly(body: Mapping[str, Any]) -> bool:
    """Text only, not too long for any model, and no member beyond the plain ones."""
    return PLAIN.issuperset(body) and all(map(_is_short_text, Value(body).items("/messages", optional=True)))


def _is_short_text(message: Value) -> bool:
    content = message.get("/content")
    return isinstance(content, str) and len(content) <= SHORT and not message.has("/audio")


def _plain(answer: Subject) -> bool:
    return must_accept(answer) and asks_plainly(answer.request.raw)


@requirement(
    "chat.request.accepted",
    MUST,
    basis=SCHEMA,
    cites=("chat.request", "chat.reply"),
    covers=(
        "chat.openai-path.reply",
        "chat.openai-path.supported#/model",
        "chat.openai-path.supported#/messages",
        "chat.openai-path.supported#/temperature",
        "chat.openai-path.supported#/max_tokens",
        "chat.openai-path.supported#/top_p",
        "chat.openai-path.supported#/stream",
    ),
    of=Of(CHAT, status=DECIDED, where=_plain),
)
def a_valid_request_is_accepted(reply: Subject, check: Check) -> None:
    """A chat request that the document allows, with nothing but plain members and text, is answered 200."""
    check.accepted(reply)


@requirement(
    "chat.offered",
    MUST,
    basis=EXAMPLE,
    cites="chat.request.example",
    of=Of(("chat",), status=None, where=_plain),
)
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The chat operation is there: it does not answer 404, 405 or 501 to a good request."""
    check.offered(reply)


@requirement(
    "chat.openai-path.offered",
    MUST,
    basis=EXAMPLE,
    claims="core.openai-path",
    cites="chat.openai-path.request.example",
    of=Of(("chat.openai-path",), status=None, where=_plain),
)
def the_openai_path_exists(reply: Subject, check: Check) -> None:
    """The chat operation for OpenAI clients is there: it does not answer 404, 405 or 501 to a good request."""
    check.offered(reply)


@requirement(
    "chat.request.extra-members",
    MUST,
    basis=SCHEMA,
    cites="chat.request.open#",
    of=Of(CHAT, status=DECIDED, where=lambda answer: answer.request.has("/inferproof_extra") and must_accept(answer)),
)
def unknown_members_are_accepted(reply: Subject, check: Check) -> None:
    """A member that the document does not name is accepted."""
    check.accepted(reply)


@requirement(
    "chat.request.charset",
    MUST,
    basis=CONVENTION,
    standard="RFC 8259 §11",
    cites="chat.request.json",
    of=Of(
        CHAT,
        status=DECIDED,
        where=lambda answer: (
            "charset" in (answer.exchange.request.header("content-type") or "").lower() and _plain(answer)
        ),
    ),
)
def a_charset_parameter_is_accepted(reply: Subject, check: Check) -> None:
    """`application/json; charset=utf-8` is JSON (RFC 8259 §11): it is accepted as without the parameter."""
    check.accepted(reply)


@requirement(
    "chat.request.seed.bounds",
    MUST,
    basis=SCHEMA,
    claims="sampling.seed",
    cites="chat.request.bounded#/seed",
    of=Of(("chat",), status=None, where=_seed_out_of_bounds),
)
def seed_is_an_unsigned_32_bit_number(reply: Subject, check: Check) -> None:
    """A `seed` outside its bounds, such as 0 to 4294967295, is refused."""
    check.refused(reply)


@requirement(
    "chat.request.max-tokens.cap",
    MUST,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: max_tokens",
    cites="chat.request#/max_tokens",
    of=answers(
        *CHAT,
        where=lambda answer: (
            answer.request.integer("/max_tokens", 0) > 0  # an answer of no tokens is nobody's promise
            and not answer.request.get("/echo")
            and not answer.request.has("/max_completion_tokens")
            and answer.request.integer("/n", 1) == 1
        ),
    ),
)
def max_tokens_caps_the_completion(reply: Subject, check: Check) -> None:
    """`usage.completion_tokens` never exceeds `max_tokens`, and no text is longer than so many tokens could be."""
    _require_the_cap(reply, check, reply.request.integer("/max_tokens"))


def _require_the_cap(reply: Subject, check: Check, cap: int) -> None:
    require_a_short_text(reply, check, cap)
    if not reply.streamed or reply.folded.usage is not None:
        used = reply.usage.integer("/completion_tokens")
        check.that(used <= cap, f"at most {cap}", used, at="/usage/completion_tokens")


def require_a_short_text(reply: Subject, check: Check, cap: int) -> None:
    """The text is no longer than that many tokens could be, whatever is counted."""
    length, expected = len(reply.text.strip()), f"at most {cap} tokens of {LONGEST_TOKEN} characters"
    check.that(length <= max(cap, 1) * LONGEST_TOKEN, expected, length, at="characters of the text")


@requirement(
    "chat.request.max-completion-tokens.cap",
    MUST,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: max_completion_tokens",
    cites="chat.request#/max_completion_tokens",
    of=answers(
        "chat",
        where=lambda answer: (
            answer.request.integer("/max_completion_tokens", 0) > 0
            and not answer.request.get("/echo")
            and answer.request.integer("/n", 1) == 1
        ),
    ),
)
def max_completion_tokens_caps_the_completion(reply: Subject, check: Check) -> None:
    """`usage.completion_tokens` never exceeds `max_completion_tokens`, also beside a larger `max_tokens`."""
    _require_the_cap(reply, check, reply.request.integer("/max_completion_tokens"))


@requirement(
    "chat.request.templates.exclusive",
    SHOULD,  # `add_generation_prompt` is true by default, so the document forbids too much
    basis=CORRECTION,
    claims="sampling.continue",
    cites="chat.request#/continue_final_message",
    of=Of(
        ("chat",),
        status=DECIDED,
        where=lambda answer: (
            answer.request.get("/continue_final_message") is True
            and answer.request.get("/add_generation_prompt") is True
        ),
    ),
)
def continuing_excludes_a_generation_prompt(reply: Subject, check: Check) -> None:
    """`continue_final_message` and `add_generation_prompt`, both true, are refused."""
    check.refused(reply)


@requirement(
    "chat.request.messages.empty",
    SHOULD,
    basis=CORRECTION,
    cites="chat.request#/messages",
    of=Of(CHAT, status=None, where=lambda answer: answer.request.get("/messages") == []),
)
def an_empty_conversation_is_refused(reply: Subject, check: Check) -> None:
    """`messages: []` is refused: there is nothing to answer."""
    check.refused(reply)
