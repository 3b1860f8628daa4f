"""Log probabilities: given when asked for, one entry for each token, and about the text that was sent.

Breaks: `top_logprobs` taken for a switch, tokens trimmed or re-encoded on the way, logprobs dropped in streams.
Reference: the engine's entries are passed on.
"""

import math
import re

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
from inferproof.judge.select import CHAT, Of, answers, replies, streams
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Skip, Value

NOISE = 0.5
"""Natural logarithms. Half precision and another batch shift a value by a few hundredths."""

ROUNDING = 1e-4
"""A probability of 1 may come out of single precision a little above it."""

TIE = 0.1
"""Natural logarithms. Two tokens that are nearer to each other are as likely: which of them comes is the engine's."""

UNTOLD = 4
"""Tokens that a template has the model write around its text, as harmony does: they are counted, and have no entry."""

HALF = math.log(0.5)

FEW = 3
"""Tokens. A server's own penalty may turn some of so few; of more it does not turn half."""

UNSTEERED = frozenset(
    {"model", "messages", "max_tokens", "max_completion_tokens", "temperature", "seed", "user", "stream"}
    | {"stream_options", "logprobs", "top_logprobs"}
)
"""Members that leave the choice of a token to its likelihood."""

VOCABULARY = re.compile("[▁ĠĊ]|<0x[0-9A-F]{2}>")
"""How tokenizers write white space, and single bytes, in their own lists of tokens."""

BROKEN = re.compile("[\ufffd\ud800-\udfff]")
"""What stands for bytes that are no character, and halves of surrogate pairs, which have no UTF-8."""


def _asks(answer: Subject) -> bool:
    return answer.request.get("/logprobs") is True


def _asks_for_texts(answer: Subject) -> bool:
    """Tokens as text, of choices that are no calls."""
    others = ("return_tokens_as_token_ids", "tools")
    return _asks(answer) and not any(answer.request.get(f"/{name}") for name in others)


def _asks_for_text(answer: Subject) -> bool:
    """Tokens as text, of one choice that is not a call."""
    return _asks_for_texts(answer) and answer.request.integer("/n", 1) == 1


def entries(answer: Subject, index: int = 0, *, optional: bool = False) -> list[Value]:
    """The entries of a choice, one for each token; of a stream, those of all its chunks. Raises Skip."""
    if answer.streamed:
        return answer.folded.choice(index).logprobs
    return answer.body.items(f"/choices/{index}/logprobs/content", optional=optional)


def tokens(answer: Subject) -> list[str]:
    """What the entries of the first choice say the tokens are. Raises Skip."""
    return [entry.string("/token") for entry in entries(answer)]


def alternatives(entry: Value) -> list[Value]:
    """What an entry says the token might have been. Raises Missing."""
    return entry.object().items("/top_logprobs", optional=True)


def spelled(entry: Value) -> bytes:
    """The `bytes` of an entry, none where they are not given. Raises Missing."""
    return bytes(byte.integer() & 0xFF for byte in entry.object().items("/bytes", optional=True))


def _asks_for_alternatives(answer: Subject) -> bool:
    return _asks(answer) and answer.request.integer("/top_logprobs", 0) > 0


def _greedily(answer: Subject) -> bool:
    """Alternatives of tokens of which the likeliest is to come: nothing else in the request has a say."""
    return (
        _asks_for_alternatives(answer)
        and answer.request.get("/temperature") == 0
        and UNSTEERED.issuperset(answer.request.members())
    )


def listed(entry: Value) -> list[Value]:
    """Its own token among its alternatives. Raises Missing."""
    return [each for each in alternatives(entry) if each.string("/token") == entry.string("/token")]


def with_alternatives(answer: Subject) -> list[Value]:
    """The entries that have any, and a token that can be compared. Raises Skip, also where they are few."""
    found = [each for each in entries(answer) if alternatives(each) and not BROKEN.search(each.string("/token"))]
    if len(found) < FEW:
        raise Skip("too few tokens have alternatives")
    return found


asked_for = answers("chat", where=_asks)


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
    for index, text in reply.texts.items():
        found = entries(reply, index, optional=True) if text else []
        check.that(not text or found != [], "a list of tokens", found, at=f"choices/{index}/logprobs/content")
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
    of=replies("chat", where=_asks_for_alternatives),
)
def alternatives_are_sent_when_asked_for(reply: Subject, check: Check) -> None:
    """With `top_logprobs` each token has at least one alternative."""
    for entry in entries(reply):
        check.that(
            alternatives(entry) != [], "an alternative", entry.get("/top_logprobs"), at=f"{entry.at}/top_logprobs"
        )


@requirement(
    "logprobs.top.own",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: top_logprobs",
    claims="logprobs",
    cites="chat.reply#/choices/[]/logprobs/content/[]/top_logprobs",
    of=Of(("chat",), where=_asks_for_alternatives),
)
def alternatives_are_of_their_own_token(reply: Subject, check: Check) -> None:
    """Different tokens do not all have one list of alternatives, to the last digit: each has those of its position."""
    first, *others = with_alternatives(reply)
    if all(each.string("/token") == first.string("/token") for each in others):
        raise Skip("the same token comes each time")
    own = any(each.get("/top_logprobs") != first.get("/top_logprobs") for each in others)
    check.that(own, "alternatives of its own for each token", first.value("/top_logprobs"))


@requirement(
    "logprobs.top.likeliest",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: top_logprobs",
    claims="logprobs",
    cites=("chat.reply#/choices/[]/logprobs/content/[]/top_logprobs", "chat.request#/temperature"),
    of=Of(("chat",), where=_greedily),
)
def the_likeliest_token_is_sent(reply: Subject, check: Check) -> None:
    """At temperature 0, and steered by nothing, most tokens are the likeliest of their alternatives, or as likely."""
    found = with_alternatives(reply)
    others = [entry for entry in found if not _is_likeliest(entry)]
    if 2 * len(others) >= len(found):
        best = max(alternatives(others[0]), key=lambda each: each.number("/logprob"))
        check.fail(f"the likeliest alternative, {best.string('/token')!r}", others[0].value("/token"))


def _is_likeliest(entry: Value) -> bool:
    """Or as likely. Where it is not among the alternatives, it shares with the best what is there: half at most."""
    best = max(each.number("/logprob") for each in alternatives(entry))
    own = [each.number("/logprob") for each in listed(entry)]
    tied = abs(best - max(own, default=entry.number("/logprob"))) <= TIE
    return tied and (own != [] or best <= HALF + TIE)


@requirement(
    "logprobs.top.same",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: logprob",
    claims="logprobs",
    cites=(
        "chat.reply#/choices/[]/logprobs/content/[]/logprob",
        "chat.reply#/choices/[]/logprobs/content/[]/top_logprobs/[]/logprob",
    ),
    of=Of(("chat",), where=_greedily),
)
def a_token_is_as_likely_as_among_its_alternatives(reply: Subject, check: Check) -> None:
    """A token that is one of its own alternatives has the same `logprob` there, but for noise."""
    for entry in with_alternatives(reply):
        expected, found = [own.number("/logprob") for own in listed(entry)], entry.value("/logprob")
        same = any(abs(each - found.number()) <= NOISE for each in expected)  # two ids may have one text
        check.that(same or not expected, f"about {' or '.join(map(str, expected))}", found)


@requirement(
    "logprobs.tokens.text",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: logprobs",
    claims="logprobs",
    cites=("chat.reply#/choices/[]/logprobs/content/[]/token", "chat.reply#/choices/[]/logprobs/content/[]/bytes"),
    of=answers("chat", where=_asks_for_texts),
)
def the_tokens_spell_the_content(reply: Subject, check: Check) -> None:
    """The tokens of a choice, or their `bytes`, spell its content; reasoning and an end token may stand around it."""
    for index, text in reply.texts.items():
        found = entries(reply, index)
        if found:  # or another requirement says that there are none
            _spell(found, text.strip(), check, at=f"/choices/{index}/logprobs")


def _spell(found: list[Value], content: str, check: Check, *, at: str) -> None:
    """The entries spell the content. Raises Skip where that cannot be told."""
    if BROKEN.search(content):
        raise Skip("a broken character can be spelled in several ways")
    joined, exact = "".join(entry.string("/token") for entry in found), b"".join(map(spelled, found))
    if not exact and BROKEN.search(joined):
        raise Skip("tokens are parts of characters, and have no bytes")
    if not exact and VOCABULARY.search(joined):
        raise Skip("tokens are written as in a vocabulary, and have no bytes")
    spells = content in joined or content.encode() in exact
    check.that(spells, f"tokens that spell {content!r}", joined, at=at)


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
    """There are as many entries as `completion_tokens`, but for the few that open and end the text, and reasoning."""
    counted, found = reply.body.integer("/usage/completion_tokens"), len(entries(reply))
    reasons = reply.reasoning or reply.body.get("/usage/completion_tokens_details/reasoning_tokens")
    if reasons and counted - found > UNTOLD:
        raise Skip("whether the tokens of reasoning have entries is not said")
    expected = f"{counted}, one more, or up to {UNTOLD} less"
    check.that(-1 <= counted - found <= UNTOLD, expected, found, at="/choices/0/logprobs/content")


@requirement(
    "logprobs.stream.count",
    SHOULD,
    basis=PROJECT,
    claims="logprobs.streamed",
    cites=("chat.event#/choices/[]/logprobs", "chat.event#/usage"),
    of=streams("chat", where=_asks_for_texts),
)
def no_piece_of_a_stream_is_lost(reply: Subject, check: Check) -> None:
    """In a stream all choices have as many entries as `completion_tokens`, but for two of each, and for reasoning."""
    choices = reply.folded.choices
    counted, found = reply.usage.integer("/completion_tokens"), sum(len(one.logprobs) for one in choices.values())
    if found == 0:
        raise Skip("there are no entries")
    most = 2 * len(choices)
    reasons = any(one.reasoning for one in choices.values())
    reasons = reasons or bool(reply.usage.get("/completion_tokens_details/reasoning_tokens"))
    if reasons and counted - found > most:
        raise Skip("whether the tokens of reasoning have entries is not said")
    check.that(counted - found <= most, f"{counted}, or up to {most} fewer", found, at="logprobs: tokens")


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
    of=answers(
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
def only_tokens_of_the_prompt_have_an_entry(reply: Subject, check: Check) -> None:
    """There are at most as many `prompt_logprobs` as `prompt_tokens`: those of the template may be left out."""
    found, most = len(reply.body.items("/prompt_logprobs")), reply.body.integer("/usage/prompt_tokens")
    check.that(found <= most, f"at most {most}", found, at="/prompt_logprobs")


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
