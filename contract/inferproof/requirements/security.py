"""Safety: what a request brings along neither breaks the server nor runs on it."""

from inferproof.judge.check import Check
from inferproof.judge.oracle import deep, keyed
from inferproof.judge.requirement import CORRECTION, PROJECT
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, asked, decided
from inferproof.judge.subject import Subject

WORDS = 2**18
"""More than the usual 128 Ki or 200 k tokens of context hold; a server with more room counts them and answers."""

WHOLE = WORDS // 8
"""Tokens that so many words take at the very least, if none is dropped: eight words in one token are unheard of."""

RAN = "inferproof-42000"
"""What a template of the probe makes when it runs. The request has the factors of it and not the product."""


def _deep(answer: Subject) -> bool:
    return keyed(answer) and deep(answer)


def _long(answer: Subject) -> bool:
    return keyed(answer) and len(answer.exchange.request.body) > WORDS and not deep(answer)


rules = Rules("security", cites="chat.request").with_notes(
    breaks="limits that only the proxy in front of a server has.",
    reference="the front bounds the size of a body before it is read and its depth before it is validated.",
)


@rules.should(
    "nesting",
    PROJECT,
    "#/",
    of=decided(where=_deep),
    breaks="a parser or validator that recurses ends in a stack overflow, which is a 500 or the end of the process.",
    reference="the front reads with orjson and refuses more than 200 levels with 422.",
)
def a_deep_body_is_refused(reply: Subject, check: Check) -> None:
    """A body that is nested 20,000 levels deep is rejected with a 4xx, or accepted where any value is allowed."""
    read = reply.status == 200 and b'"messages":[[' not in reply.exchange.request.body
    if not read:
        check.refused(reply)


@rules.should(
    "long-prompt",
    PROJECT,
    "#/messages",
    of=decided(*CHAT, where=_long),
    breaks="engines that truncate by themselves answer another question than the one asked.",
    reference="vLLM counts the prompt before it is queued and refuses it with 400.",
)
def a_long_prompt_is_refused_or_read(reply: Subject, check: Check) -> None:
    """A prompt longer than the model's context is rejected with a 4xx; it is not silently truncated."""
    check.accepted_or_refused(reply)
    if reply.status != 200:
        return
    counted = reply.body.value("/usage/prompt_tokens")
    check.that(counted.integer() >= WHOLE, f"at least {WHOLE}, or a 4xx", counted)


def _brings_a_template(answer: Subject) -> bool:
    return "6 * 7000" in answer.request.string("/chat_template", "")


@rules.should(
    "template",
    CORRECTION,
    "#/chat_template",
    of=asked(*CHAT, where=_brings_a_template),
    claims="engine",
    breaks="a gateway that hands every member on to an engine started with `--trust-request-chat-template`.",
    reference="the front refuses a template with 422, before anything reads it.",
)
def a_template_of_a_request_is_never_run(reply: Subject, check: Check) -> None:
    """A `chat_template` in the request is rejected or ignored: its output does not occur in the reply."""
    said = reply.reply.body.decode("utf-8", "replace")
    check.that(RAN not in said, "no trace of the template", said, at="body")
