"""Log probabilities: given when asked for, one entry for each token, and about the text that was sent.

Breaks: `top_logprobs` taken for a switch, tokens trimmed or re-encoded on the way, logprobs dropped in streams.
Reference: the engine's entries are passed on.
"""

import re

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept, valid
from inferproof.judge.requirement import (
    CONVENTION,
    CORRECTION,
    MUST,
    PROJECT,
    PROSE,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.judge.select import CHAT, EVENTS, Of, replies
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Skip, Value

NOISE = 0.5
"""Natural logarithms. Half precision and another batch shift a value by a few hundredths."""

ROUNDING = 1e-4
"""A probability of 1 may come out of single precision a little above it."""

BROKEN = re.compile("[\ufffd\ud800-\udfff]")
"""What stands for bytes that are no character, and halves of surrogate pairs, which have no UTF-8."""


def _asks(answer: Subject) -> bool:
    return answer.request.get("/logprobs") is True


def _asks_for_text(answer: Subject) -> bool:
    """Tokens as text, of one choice that is not a call."""
    others = ("return_tokens_as_token_ids", "tools")
    return (
        _asks(answer)
        and answer.request.integer("/n", 1) == 1
        and not any(answer.request.get(f"/{name}") for name in others)
    )


def entries(answer: Subject) -> list[Value]:
    """The entries of the first choice, one for each token; of a stream, those of all its chunks. Raises Skip."""
    if answer.media_type == EVENTS:
        return answer.folded.choice(0).logprobs
    return answer.body.items("/choices/0/logprobs/content")


def tokens(answer: Subject) -> list[str]:
    """What the entries of the first choice say the tokens are. Raises Skip."""
    return [entry.string("/token") for entry in entries(answer)]


def alternatives(entry: Value) -> list[Value]:
    """What an entry says the token might have been. Raises Missing."""
    return entry.object().items("/top_logprobs", optional=True)


def spelled(entry: Value) -> bytes:
    """The `bytes` of an entry, none where they are not given. Raises Missing."""
    return bytes(byte.integer() & 0xFF for byte in entry.object().items("/bytes", optional=True))


asked_for = replies("chat", where=lambda answer: _asks(answer) and valid(answer))


@requirement(
    "logprobs.accepted",
    MUST,
    basis=SCHEMA,
    claims="logprobs",
    cites=("chat.request#/logprobs", "chat.request#/top_logprobs"),
    of=Of(
        ("chat",),
        status=DECIDED,
        where=lambda answer: _asks(answer) and answer.request.integer("/top_logprobs", 0) <= 5 and _only_plain(answer),
    ),
)
def logprobs_are_accepted(reply: Subject, check: Check) -> None:
    """`logprobs: true` is accepted, with up to five `top_logprobs`; a server may set a limit above that."""
    check.accepted(reply)


def _only_plain(answer: Subject) -> bool:
    plain = {"model", "messages", "max_tokens", "temperature", "seed", "logprobs", "top_logprobs"}
    return plain.issuperset(answer.request.members()) and must_accept(answer)


@requirement(
    "logprobs.unasked",
    MUST,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: logprobs",
    cites="chat.request.default#/logprobs",
    of=replies(*CHAT, where=lambda answer: not answer.request.get("/logprobs")),
)
def logprobs_are_not_sent_unasked(reply: Subject, check: Check) -> None:
    """Without `logprobs: true`, which is false by default, choices have no log probabilities."""
    for choice in reply.choices:
        found = choice.object().find("/logprobs/content")
        check.that(found is None or not found.raw, "no logprobs", found)


@requirement(
    "logprobs.content",
    MUST,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: logprobs",
    claims="logprobs",
    cites=(
        "chat.reply#/choices/[]/logprobs",
        "chat.reply#/choices/[]/logprobs/",
        "chat.reply#/choices/[]/logprobs/content/[]/",
    ),
    of=asked_for,
)
def logprobs_have_an_entry_for_each_token(reply: Subject, check: Check) -> None:
    """With `logprobs: true` each choice with text has a list of entries, each with its token."""
    for choice in reply.choices:
        if choice.object("/message").get("/content"):
            found = choice.items("/logprobs/content", optional=True)
            check.that(
                found != [], "a list of tokens", choice.get("/logprobs/content"), at=f"{choice.at}/logprobs/content"
            )
            for entry in found:
                check.that(entry.has("/token"), "a token", entry)


@requirement(
    "logprobs.sign",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: logprob",
    claims="logprobs",
    cites="chat.reply#/choices/[]/logprobs/content/[]/logprob",
    of=asked_for,
)
def a_log_probability_is_not_positive(reply: Subject, check: Check) -> None:
    """Each `logprob` is at most 0, as the logarithm of a probability is."""
    for entry in entries(reply):
        for each in (entry, *alternatives(entry)):
            found = each.value("/logprob")
            check.that(found.number() <= ROUNDING, "at most 0", found)


@requirement(
    "logprobs.top.count",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: top_logprobs",
    claims="logprobs",
    cites=(
        "chat.reply#/choices/[]/logprobs/content/[]/top_logprobs",
        "chat.reply#/choices/[]/logprobs/content/[]/top_logprobs/[]/",
    ),
    of=asked_for,
)
def there_are_no_more_alternatives_than_asked_for(reply: Subject, check: Check) -> None:
    """Each token has at most `top_logprobs` alternatives, and none where that is 0, the default."""
    most = reply.request.integer("/top_logprobs", 0)
    for entry in entries(reply):
        found = len(alternatives(entry))
        check.that(found <= most, f"at most {most}", found, at=f"{entry.at}/top_logprobs")


@requirement(
    "logprobs.top.sent",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: top_logprobs",
    claims="logprobs",
    cites="chat.request#/top_logprobs",
    of=replies("chat", where=lambda answer: _asks(answer) and answer.request.integer("/top_logprobs", 0) > 0),
)
def alternatives_are_sent_when_asked_for(reply: Subject, check: Check) -> None:
    """With `top_logprobs` each token has at least one alternative."""
    for entry in entries(reply):
        check.that(
            alternatives(entry) != [], "an alternative", entry.get("/top_logprobs"), at=f"{entry.at}/top_logprobs"
        )


@requirement(
    "logprobs.tokens.text",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: logprobs",
    claims="logprobs",
    cites=("chat.reply#/choices/[]/logprobs/content/[]/token", "chat.reply#/choices/[]/logprobs/content/[]/bytes"),
    of=replies("chat", where=_asks_for_text),
)
def the_tokens_spell_the_content(reply: Subject, check: Check) -> None:
    """The tokens, or their `bytes`, spell the content; reasoning and an end token may stand around it."""
    content, found = reply.text.strip(), entries(reply)
    if BROKEN.search(content):
        raise Skip("a broken character can be spelled in several ways")
    joined, exact = "".join(entry.string("/token") for entry in found), b"".join(map(spelled, found))
    check.that(
        content in joined or content.encode() in exact,
        f"tokens that spell {content!r}",
        joined,
        at="/choices/0/logprobs",
    )


@requirement(
    "logprobs.bytes",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: bytes",
    claims="logprobs",
    cites="chat.reply#/choices/[]/logprobs/content/[]/bytes",
    of=Of(("chat",), where=_asks_for_text),
)
def the_bytes_are_those_of_the_token(reply: Subject, check: Check) -> None:
    """`bytes`, where given, is the token in UTF-8, also of an alternative; only tokens of plain ASCII are compared."""
    for entry in entries(reply):
        for each in (entry, *alternatives(entry)):
            token, found = each.string("/token"), spelled(each)
            # others are spelled in one's own way: Ġ, ▁, bytes:\xe2, <0x0A>
            if found and token.isascii() and "\\" not in token and not token.startswith("<0x"):
                same = found.strip() == token.encode().strip()
                check.that(same, f"the bytes of {token!r}", found.decode("latin-1"), at=f"{each.at}/bytes")


@requirement(
    "logprobs.tokens.count",
    SHOULD,
    basis=PROJECT,
    claims="logprobs",
    cites="chat.reply#/choices/[]/logprobs/content",
    of=replies("chat", where=_asks_for_text),
)
def there_is_an_entry_for_each_completion_token(reply: Subject, check: Check) -> None:
    """There are as many entries as `completion_tokens`, give or take the token that ends the text, and reasoning."""
    counted, found = reply.body.integer("/usage/completion_tokens"), len(entries(reply))
    if reply.reasoning and counted - found > 1:
        raise Skip("whether the tokens of reasoning have entries is not said")
    check.that(abs(counted - found) <= 1, f"{counted}, or one more or less", found, at="/choices/0/logprobs/content")


@requirement(
    "logprobs.top.alone",
    SHOULD,
    basis=CORRECTION,
    claims="logprobs",
    cites="chat.request#/top_logprobs",
    of=Of(
        ("chat",),
        status=None,
        where=lambda answer: answer.request.integer("/top_logprobs", 0) > 0 and not answer.request.get("/logprobs"),
    ),
)
def alternatives_need_logprobs(reply: Subject, check: Check) -> None:
    """`top_logprobs` without `logprobs: true` is refused."""
    check.refused(reply)


@requirement(
    "logprobs.token-ids",
    MUST,
    basis=PROSE,
    claims="logprobs.token-ids",
    cites="chat.request.prose#/return_tokens_as_token_ids",
    of=replies(
        "chat", where=lambda answer: _asks(answer) and answer.request.get("/return_tokens_as_token_ids") is True
    ),
)
def tokens_are_written_as_ids(reply: Subject, check: Check) -> None:
    """With `return_tokens_as_token_ids` each token is written `token_id:` and its id."""
    for entry in entries(reply):
        token = entry.value("/token")
        written = re.fullmatch(r"token_id:[0-9]+", token.string()) is not None
        check.that(written, "token_id: and a number", token)


asked_for_prompt = replies(
    "chat", where=lambda answer: bool(answer.request.get("/prompt_logprobs")) and must_accept(answer)
)


@requirement(
    "logprobs.prompt.sent",
    SHOULD,  # the document allows null, and no standard has this member
    basis=PROJECT,
    claims="logprobs.prompt",
    cites=("chat.request#/prompt_logprobs", "chat.reply#/prompt_logprobs", "chat.reply#/prompt_logprobs/[]/{}/"),
    of=asked_for_prompt,
)
def prompt_logprobs_are_sent(reply: Subject, check: Check) -> None:
    """With `prompt_logprobs` the reply has a list of them: maps of tokens, and null where there is nothing to tell."""
    found = reply.body.object().get("/prompt_logprobs")
    check.that(isinstance(found, list) and found != [], "a list", found, at="/prompt_logprobs")
    check.that(any(found), "a map of tokens", found, at="/prompt_logprobs")


@requirement(
    "logprobs.prompt.count",
    SHOULD,
    basis=PROJECT,
    claims="logprobs.prompt",
    cites="chat.reply#/prompt_logprobs",
    of=asked_for_prompt,
)
def each_token_of_the_prompt_has_an_entry(reply: Subject, check: Check) -> None:
    """There are as many `prompt_logprobs` as `prompt_tokens`, and the first is null: nothing comes before it."""
    found = reply.body.items("/prompt_logprobs")
    check.equal(len(found), reply.body.integer("/usage/prompt_tokens"), at="/prompt_logprobs")
    check.equal(reply.body.value("/prompt_logprobs/0"), None)


@requirement(
    "logprobs.stream.equal",
    SHOULD,
    basis=PROJECT,
    claims="logprobs.streamed",
    cites="chat.event#/choices/[]/logprobs",
    needs="logprobs.stream",
)
def a_stream_has_the_same_tokens(answers: list[Subject], check: Check) -> None:
    """Where a stream adds up to the text that is sent without `stream`, it has the same tokens and alternatives."""
    whole, stream = steps(answers, 2)
    if (whole.text, whole.finish_reason) == (stream.text, stream.finish_reason):
        one, other = (
            [(entry.string("/token"), len(alternatives(entry))) for entry in entries(each)] for each in answers
        )
        check.equal(other, one, at="logprobs: tokens, and how many alternatives each has")


@requirement(
    "logprobs.stream.values",
    SHOULD,
    basis=PROJECT,
    claims="logprobs.streamed",
    cites="chat.event#/choices/[]/logprobs",
    needs="logprobs.stream",
)
def a_stream_has_the_same_values(answers: list[Subject], check: Check) -> None:
    """Where a stream has the tokens that are sent without `stream`, it has their log probabilities, but for noise."""
    whole, stream = steps(answers, 2)
    if tokens(stream) != tokens(whole):
        return
    for one, other in zip(entries(whole), entries(stream), strict=True):
        expected, found = one.number("/logprob"), other.value("/logprob")
        check.that(abs(expected - found.number()) <= NOISE, f"about {expected}", found)
