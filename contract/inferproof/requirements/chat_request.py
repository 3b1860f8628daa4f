"""The chat request: what the document allows is accepted."""

from collections.abc import Mapping
from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.oracle import brings_an_extra_member, must_accept, wrong_only_at
from inferproof.judge.requirement import CORRECTION, EXAMPLE, SCHEMA, openai, rfc
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, answers, asked, decided
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


OF_PLAIN_REQUESTS = (
    "chat.openai-path.reply chat.openai-path.supported#/model chat.openai-path.supported#/messages "
    "chat.openai-path.supported#/temperature chat.openai-path.supported#/max_tokens "
    "chat.openai-path.supported#/top_p chat.openai-path.supported#/stream"
)
"""What the document says that the path for OpenAI clients supports."""

PATH = "chat.openai-path"

rules = Rules("chat", of=decided(*CHAT), cites="chat.request").with_notes(
    breaks="a validator that forbids unknown members, caps that are read under one of their two names.",
    reference="the front validates against the contract; the engine takes `max_completion_tokens` before `max_tokens`.",
)
elsewhere = rules.part("openai-path", of=asked(PATH), cites="chat.openai-path", claims="core.openai-path")


rules.must("request.accepted", SCHEMA, "", "chat.reply", where=_plain, covers=OF_PLAIN_REQUESTS).accept(
    "A chat request that the document allows, with only text and plain members, gets 200."
)


@rules.must("offered", EXAMPLE, ".example", of=asked("chat", where=_plain))
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The chat operation exists: a valid request does not get 404, 405 or 501."""
    check.offered(reply)


@elsewhere.must("offered", EXAMPLE, ".request.example", where=_plain)
def the_openai_path_exists(reply: Subject, check: Check) -> None:
    """The chat operation for OpenAI clients exists: a valid request does not get 404, 405 or 501."""
    check.offered(reply)


rules.must("request.extra-members", SCHEMA, ".open#", where=brings_an_extra_member).accept(
    "A request with a member that the document does not name is accepted."
)


def _names_a_charset(answer: Subject) -> bool:
    return "charset" in (answer.exchange.request.header("content-type") or "").lower() and _plain(answer)


rules.must("request.charset", rfc("8259 §11"), ".json", where=_names_a_charset).accept(
    "`application/json; charset=utf-8` is accepted like `application/json` (RFC 8259 §11)."
)

rules.must(
    "request.seed.bounds", SCHEMA, ".bounded#/seed", of=asked("chat", where=_seed_out_of_bounds), claims="sampling.seed"
).refuse("A `seed` outside the documented bounds, such as 0 to 4294967295, is rejected.")


def _caps_by_max_tokens(answer: Subject) -> bool:
    return (
        answer.request.integer("/max_tokens", 0) > 0  # an answer of no tokens is nobody's promise
        and not answer.request.get("/echo")
        and not answer.request.has("/max_completion_tokens")
        and answer.request.integer("/n", 1) == 1
    )


capped = answers(*CHAT, where=_caps_by_max_tokens)


@rules.must("request.max-tokens.cap", openai("max_tokens"), "#/max_tokens", of=capped)
def max_tokens_caps_the_completion(reply: Subject, check: Check) -> None:
    """`usage.completion_tokens` is at most `max_tokens`, and no text is longer than that many tokens can be."""
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


def _caps_by_max_completion_tokens(answer: Subject) -> bool:
    return (
        answer.request.integer("/max_completion_tokens", 0) > 0
        and not answer.request.get("/echo")
        and answer.request.integer("/n", 1) == 1
    )


capped_anew = answers("chat", where=_caps_by_max_completion_tokens)


@rules.must(
    "request.max-completion-tokens.cap", openai("max_completion_tokens"), "#/max_completion_tokens", of=capped_anew
)
def max_completion_tokens_caps_the_completion(reply: Subject, check: Check) -> None:
    """`usage.completion_tokens` is at most `max_completion_tokens`, also with a larger `max_tokens`, and no text is
    longer than that many tokens can be."""
    _require_the_cap(reply, check, reply.request.integer("/max_completion_tokens"))


def _continues_and_begins(answer: Subject) -> bool:
    return (
        answer.request.get("/continue_final_message") is True and answer.request.get("/add_generation_prompt") is True
    )


mixed = decided("chat", where=_continues_and_begins)

# `add_generation_prompt` is true by default, so the document forbids too much
rules.should(
    "request.templates.exclusive", CORRECTION, "#/continue_final_message", of=mixed, claims="sampling.continue"
).refuse("`continue_final_message: true` together with `add_generation_prompt: true` is rejected.")


def _says_nothing(answer: Subject) -> bool:
    return bool(answer.request.get("/messages") == [])


rules.should("request.messages.empty", CORRECTION, "#/messages", of=asked(*CHAT, where=_says_nothing)).refuse(
    "`messages: []` is rejected, because there is nothing to answer."
)
