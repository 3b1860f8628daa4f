"""Log probabilities: given when asked for, one entry for each token, and about the text that was sent.

Breaks: `top_logprobs` taken for a switch, tokens trimmed or re-encoded on the way, logprobs dropped in streams.
Reference: the engine's entries are passed on.
"""

import re
from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept
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
from inferproof.judge.select import CHAT, DECIDED, EVENTS, Of, replies
from inferproof.judge.subject import Subject, folded

REQUEST = "inflection#/components/schemas/ChatCompletionRequest/properties"
RESPONSE = "inflection#/components/schemas/ChatCompletionResponse/properties"
CHOICE = "inflection#/components/schemas/ChatCompletionResponseChoice/properties/logprobs"
LOGPROBS = "inflection#/components/schemas/ChatCompletionLogProbs"
TOKEN = "inflection#/components/schemas/ChatCompletionLogProbsContent"
ALTERNATIVE = "inflection#/components/schemas/ChatCompletionLogProb"
PROMPT = "inflection#/components/schemas/Logprob"

NOISE = 0.5
"""Natural logarithms. Half precision and another batch shift a value by a few hundredths."""

ROUNDING = 1e-4
"""A probability of 1 may come out of single precision a little above it."""


def _asks(answer: Subject) -> bool:
    return answer.asked.get("logprobs") is True


def _asks_for_text(answer: Subject) -> bool:
    """Tokens as text, of one choice that is not a call."""
    others = ("return_tokens_as_token_ids", "tools")
    return _asks(answer) and (answer.asked.get("n") or 1) == 1 and not any(answer.asked.get(name) for name in others)


def entries(answer: Subject) -> list[dict[str, Any]]:
    """The entries of the first choice, one for each token; of a stream, those of all its chunks."""
    if answer.media_type == EVENTS:
        return folded(answer.chunks).choices[0].logprobs
    found: list[dict[str, Any]] = answer.json["choices"][0]["logprobs"]["content"]
    return found


def tokens(answer: Subject) -> list[str]:
    """What the entries of the first choice say the tokens are."""
    return [entry["token"] for entry in entries(answer)]


asked_for = replies("chat", where=_asks)


@requirement(
    "logprobs.accepted",
    MUST,
    basis=SCHEMA,
    claims="logprobs",
    cites=(f"{REQUEST}/logprobs", f"{REQUEST}/top_logprobs"),
    of=Of(
        ("chat",),
        status=DECIDED,
        where=lambda answer: _asks(answer) and (answer.asked.get("top_logprobs") or 0) <= 5 and _only_plain(answer),
    ),
)
def logprobs_are_accepted(reply: Subject, check: Check) -> None:
    """`logprobs: true` is accepted, with up to five `top_logprobs`; a server may set a limit above that."""
    check.accepted(reply)


def _only_plain(answer: Subject) -> bool:
    plain = {"model", "messages", "max_tokens", "temperature", "seed", "logprobs", "top_logprobs"}
    return plain.issuperset(answer.asked) and must_accept(answer)


@requirement(
    "logprobs.unasked",
    MUST,
    basis=CONVENTION,
    cites=f"{REQUEST}/logprobs/default",
    of=replies(*CHAT, where=lambda answer: not answer.asked.get("logprobs")),
)
def logprobs_are_not_sent_unasked(reply: Subject, check: Check) -> None:
    """Without `logprobs: true`, which is false by default, choices have no log probabilities."""
    for index, choice in enumerate(reply.choices):
        found = (choice.get("logprobs") or {}).get("content")
        check.that(not found, "no logprobs", found, at=f"/choices/{index}/logprobs")


@requirement(
    "logprobs.content", MUST, basis=CONVENTION, claims="logprobs", cites=(CHOICE, LOGPROBS, TOKEN), of=asked_for
)
def logprobs_have_an_entry_for_each_token(reply: Subject, check: Check) -> None:
    """With `logprobs: true` each choice with text has a list of entries, each with its token."""
    for index, choice in enumerate(reply.choices):
        if not choice["message"].get("content"):
            continue
        found = (choice.get("logprobs") or {}).get("content")
        check.that(bool(found), "a list of tokens", found, at=f"/choices/{index}/logprobs/content")
        for number, entry in enumerate(found or ()):
            check.that("token" in entry, "a token", entry, at=f"/choices/{index}/logprobs/content/{number}")


@requirement(
    "logprobs.sign", SHOULD, basis=CONVENTION, claims="logprobs", cites=f"{TOKEN}/properties/logprob", of=asked_for
)
def a_log_probability_is_not_positive(reply: Subject, check: Check) -> None:
    """Each `logprob` is at most 0, as the logarithm of a probability is."""
    for number, entry in enumerate(entries(reply)):
        for found in (entry["logprob"], *(each["logprob"] for each in entry.get("top_logprobs") or ())):
            check.that(found <= ROUNDING, "at most 0", found, at=f"/choices/0/logprobs/content/{number}")


@requirement(
    "logprobs.top.count",
    SHOULD,
    basis=CONVENTION,
    claims="logprobs",
    cites=(f"{TOKEN}/properties/top_logprobs", ALTERNATIVE),
    of=asked_for,
)
def there_are_no_more_alternatives_than_asked_for(reply: Subject, check: Check) -> None:
    """Each token has at most `top_logprobs` alternatives, and none where that is 0, the default."""
    most = reply.asked.get("top_logprobs") or 0
    for number, entry in enumerate(entries(reply)):
        found = len(entry.get("top_logprobs") or ())
        check.that(found <= most, f"at most {most}", found, at=f"/choices/0/logprobs/content/{number}/top_logprobs")


@requirement(
    "logprobs.top.sent",
    SHOULD,
    basis=CONVENTION,
    claims="logprobs",
    cites=f"{REQUEST}/top_logprobs",
    of=replies("chat", where=lambda answer: _asks(answer) and (answer.asked.get("top_logprobs") or 0) > 0),
)
def alternatives_are_sent_when_asked_for(reply: Subject, check: Check) -> None:
    """With `top_logprobs` each token has at least one alternative."""
    for number, entry in enumerate(entries(reply)):
        found = entry.get("top_logprobs")
        check.that(bool(found), "an alternative", found, at=f"/choices/0/logprobs/content/{number}/top_logprobs")


@requirement(
    "logprobs.tokens.text",
    SHOULD,
    basis=CONVENTION,
    claims="logprobs",
    cites=(f"{TOKEN}/properties/token", f"{TOKEN}/properties/bytes"),
    of=replies("chat", where=_asks_for_text),
)
def the_tokens_spell_the_content(reply: Subject, check: Check) -> None:
    """The tokens, or their `bytes`, spell the content; reasoning and an end token may stand around it."""
    content, found = reply.text.strip(), entries(reply)
    if "\ufffd" in content:
        raise LookupError("a broken character can be spelled in several ways")
    spelled = "".join(entry["token"] for entry in found)
    exact = bytes(round(value) & 0xFF for entry in found for value in entry.get("bytes") or ())
    check.that(
        content in spelled or content.encode() in exact,
        f"tokens that spell {content!r}",
        spelled,
        at="/choices/0/logprobs",
    )


@requirement(
    "logprobs.bytes",
    SHOULD,
    basis=CONVENTION,
    claims="logprobs",
    cites=f"{TOKEN}/properties/bytes",
    of=Of(("chat",), where=_asks_for_text),
)
def the_bytes_are_those_of_the_token(reply: Subject, check: Check) -> None:
    """`bytes`, where given, is the token in UTF-8, also of an alternative; only tokens of plain ASCII are compared."""
    for number, entry in enumerate(entries(reply)):
        for each in (entry, *(entry.get("top_logprobs") or ())):
            token, found = each["token"], bytes(int(value) & 0xFF for value in each.get("bytes") or ())
            # others are spelled in one's own way: Ġ, ▁, bytes:\xe2, <0x0A>
            if found and token.isascii() and "\\" not in token and not token.startswith("<0x"):
                same = found.strip() == token.encode().strip()
                check.that(same, f"the bytes of {token!r}", found.decode("latin-1"), at=f"logprobs/{number}/bytes")


@requirement(
    "logprobs.tokens.count",
    SHOULD,
    basis=PROJECT,
    claims="logprobs",
    cites=f"{LOGPROBS}/properties/content",
    of=replies("chat", where=_asks_for_text),
)
def there_is_an_entry_for_each_completion_token(reply: Subject, check: Check) -> None:
    """There are as many entries as `completion_tokens`, give or take the token that ends the text."""
    counted, found = reply.json["usage"]["completion_tokens"], len(entries(reply))
    check.that(abs(counted - found) <= 1, f"{counted}, or one more or less", found, at="/choices/0/logprobs/content")


@requirement(
    "logprobs.top.alone",
    SHOULD,
    basis=CORRECTION,
    claims="logprobs",
    cites=f"{REQUEST}/top_logprobs",
    of=Of(
        ("chat",),
        status=None,
        where=lambda answer: (
            isinstance(answer.asked.get("top_logprobs"), int)
            and answer.asked["top_logprobs"] > 0
            and not answer.asked.get("logprobs")
        ),
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
    cites=f"{REQUEST}/return_tokens_as_token_ids/description",
    of=replies("chat", where=lambda answer: _asks(answer) and answer.asked.get("return_tokens_as_token_ids") is True),
)
def tokens_are_written_as_ids(reply: Subject, check: Check) -> None:
    """With `return_tokens_as_token_ids` each token is written `token_id:` and its id."""
    for number, token in enumerate(tokens(reply)):
        written = re.fullmatch(r"token_id:[0-9]+", token) is not None
        check.that(written, "token_id: and a number", token, at=f"/choices/0/logprobs/content/{number}/token")


asked_for_prompt = replies(
    "chat", where=lambda answer: bool(answer.asked.get("prompt_logprobs")) and must_accept(answer)
)


@requirement(
    "logprobs.prompt.sent",
    SHOULD,  # the document allows null, and no standard has this member
    basis=PROJECT,
    claims="logprobs.prompt",
    cites=(f"{REQUEST}/prompt_logprobs", f"{RESPONSE}/prompt_logprobs", PROMPT),
    of=asked_for_prompt,
)
def prompt_logprobs_are_sent(reply: Subject, check: Check) -> None:
    """With `prompt_logprobs` the reply has a list of them: maps of tokens, and null where there is nothing to tell."""
    found = reply.json.get("prompt_logprobs")
    check.that(isinstance(found, list) and found != [], "a list", found, at="/prompt_logprobs")
    check.that(any(found), "a map of tokens", found, at="/prompt_logprobs")


@requirement(
    "logprobs.prompt.count",
    SHOULD,
    basis=PROJECT,
    claims="logprobs.prompt",
    cites=f"{RESPONSE}/prompt_logprobs",
    of=asked_for_prompt,
)
def each_token_of_the_prompt_has_an_entry(reply: Subject, check: Check) -> None:
    """There are as many `prompt_logprobs` as `prompt_tokens`, and the first is null: nothing comes before it."""
    found = reply.json["prompt_logprobs"]
    check.equal(len(found), reply.json["usage"]["prompt_tokens"], at="/prompt_logprobs")
    check.equal(found[0], None, at="/prompt_logprobs/0")


@requirement(
    "logprobs.stream.equal",
    SHOULD,
    basis=PROJECT,
    claims="logprobs.streamed",
    cites="inflection#/components/schemas/ChatCompletionResponseStreamChoice/properties/logprobs",
    needs="logprobs.stream",
)
def a_stream_has_the_same_tokens(answers: list[Subject], check: Check) -> None:
    """Where a stream adds up to the text that is sent without `stream`, it has the same tokens and alternatives."""
    whole, stream = answers
    if (whole.text, whole.finish_reason) == (stream.text, stream.finish_reason):
        one, other = (
            [(entry["token"], len(entry.get("top_logprobs") or ())) for entry in entries(each)] for each in answers
        )
        check.equal(other, one, at="logprobs: tokens, and how many alternatives each has")


@requirement(
    "logprobs.stream.values",
    SHOULD,
    basis=PROJECT,
    claims="logprobs.streamed",
    cites="inflection#/components/schemas/ChatCompletionResponseStreamChoice/properties/logprobs",
    needs="logprobs.stream",
)
def a_stream_has_the_same_values(answers: list[Subject], check: Check) -> None:
    """Where a stream has the tokens that are sent without `stream`, it has their log probabilities, but for noise."""
    whole, stream = answers
    streamed = entries(stream)
    if [entry["token"] for entry in streamed] != tokens(whole):
        return
    for place, (one, other) in enumerate(zip(entries(whole), streamed, strict=True)):
        near = abs(one["logprob"] - other["logprob"]) <= NOISE
        check.that(near, f"about {one['logprob']}", other["logprob"], at=f"logprobs/{place}")
