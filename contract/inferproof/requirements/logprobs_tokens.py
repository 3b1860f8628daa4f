"""The entries of log probabilities: each is of a token of the text, none is lost, and a stream has the same."""

from __future__ import annotations

import re

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept
from inferproof.judge.requirement import CORRECTION, PROJECT, PROSE, openai
from inferproof.judge.select import answers, asked, replies, served, streams
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Skip, Value
from inferproof.requirements.logprobs import BROKEN, NOISE, alternatives, asks, entries, rules, tokens, top

UNTOLD = 4
"""Tokens that a template has the model write around its text, as harmony does: they are counted, and have no entry."""

VOCABULARY = re.compile("[▁ĠĊ]|<0x[0-9A-F]{2}>")
"""How tokenizers write white space, and single bytes, in their own lists of tokens."""


def _asks_for_texts(answer: Subject) -> bool:
    """Tokens as text, of choices that are no calls."""
    others = ("return_tokens_as_token_ids", "tools")
    return asks(answer) and not any(answer.request.get(f"/{name}") for name in others)


def _asks_for_text(answer: Subject) -> bool:
    """Tokens as text, of one choice that is not a call."""
    return _asks_for_texts(answer) and answer.request.integer("/n", 1) == 1


def spelled(entry: Value) -> bytes:
    """The `bytes` of an entry, none where they are not given. Raises Missing."""
    return bytes(byte.integer() & 0xFF for byte in entry.object().items("/bytes", optional=True))


def _asks_for_prompt(answer: Subject) -> bool:
    return bool(answer.request.get("/prompt_logprobs")) and must_accept(answer)


plain_texts = answers("chat", where=_asks_for_texts)
asked_for_prompt = replies("chat", where=_asks_for_prompt)

prompt = rules.part("prompt", of=asked_for_prompt, cites="chat.reply#/prompt_logprobs", claims=".prompt")
streamed = rules.part("stream", cites="chat.event", claims=".streamed")


@rules.should("tokens.text", openai("logprobs"), "/content/[]/token", "/content/[]/bytes", of=plain_texts)
def the_tokens_spell_the_content(reply: Subject, check: Check) -> None:
    """The joined tokens of a choice, or their `bytes`, contain its content; other tokens may be around it."""
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


@rules.should("bytes", openai("bytes"), "/content/[]/bytes", of=served("chat", where=_asks_for_text))
def the_bytes_are_those_of_the_token(reply: Subject, check: Check) -> None:
    """`bytes`, if present, is the token in UTF-8, also for an alternative; only ASCII tokens are compared."""
    for entry in entries(reply):
        for each in (entry, *alternatives(entry)):
            token, found = each.string("/token"), spelled(each)
            # others are spelled in one's own way: Ġ, ▁, bytes:\xe2, <0x0A>
            if found and token.isascii() and "\\" not in token and not token.startswith("<0x"):
                same = found.strip() == token.encode().strip()
                check.that(same, f"the bytes of {token!r}", found.decode("latin-1"), at=f"{each.at}/bytes")


@rules.should("tokens.count", PROJECT, "/content", of=replies("chat", where=_asks_for_text))
def there_is_an_entry_for_each_completion_token(reply: Subject, check: Check) -> None:
    """The number of entries is `completion_tokens`, one more, or up to 4 fewer; reasoning tokens need no entries."""
    counted, found = reply.body.integer("/usage/completion_tokens"), len(entries(reply))
    reasons = reply.reasoning or reply.body.get("/usage/completion_tokens_details/reasoning_tokens")
    if reasons and counted - found > UNTOLD:
        raise Skip("whether the tokens of reasoning have entries is not said")
    expected = f"{counted}, one more, or up to {UNTOLD} less"
    check.that(-1 <= counted - found <= UNTOLD, expected, found, at="/choices/0/logprobs/content")


@streamed.should("count", PROJECT, "#/choices/[]/logprobs", "#/usage", of=streams("chat", where=_asks_for_texts))
def no_piece_of_a_stream_is_lost(reply: Subject, check: Check) -> None:
    """In a stream, at most 2 of the `completion_tokens` of each choice have no entry; reasoning tokens need none."""
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


def _asks_for_alternatives_alone(answer: Subject) -> bool:
    return answer.request.integer("/top_logprobs", 0) > 0 and not answer.request.get("/logprobs")


top.should(
    "alone", CORRECTION, "chat.request#/top_logprobs", of=asked("chat", where=_asks_for_alternatives_alone)
).refuse("`top_logprobs` without `logprobs: true` is rejected.")


def _asks_for_ids(answer: Subject) -> bool:
    return answer.request.get("/return_tokens_as_token_ids") is True


@rules.must(
    "token-ids", PROSE, "chat.request.prose#/return_tokens_as_token_ids", where=_asks_for_ids, claims=".token-ids"
)
def tokens_are_written_as_ids(reply: Subject, check: Check) -> None:
    """With `return_tokens_as_token_ids`, each token is written as `token_id:` and its id."""
    for entry in entries(reply):
        token = entry.value("/token")
        written = re.fullmatch(r"token_id:[0-9]+", token.string()) is not None
        check.that(written, "token_id: and a number", token)


# the document allows null, and no standard has this member
@prompt.should("sent", PROJECT, "chat.request#/prompt_logprobs", "", "/[]/{}/")
def prompt_logprobs_are_sent(reply: Subject, check: Check) -> None:
    """With `prompt_logprobs`, the reply has a list of them: maps of tokens, or null for a token without values."""
    found = reply.body.object().get("/prompt_logprobs")
    check.that(isinstance(found, list) and found != [], "a list", found, at="/prompt_logprobs")
    check.that(any(found), "a map of tokens", found, at="/prompt_logprobs")


@prompt.should("count", PROJECT)
def only_tokens_of_the_prompt_have_an_entry(reply: Subject, check: Check) -> None:
    """`prompt_logprobs` has at most `prompt_tokens` entries; the tokens of the chat template may be left out."""
    found, most = len(reply.body.items("/prompt_logprobs")), reply.body.integer("/usage/prompt_tokens")
    check.that(found <= most, f"at most {most}", found, at="/prompt_logprobs")


@streamed.should("equal", PROJECT, "#/choices/[]/logprobs", needs="logprobs.stream")
def a_stream_has_the_same_tokens(answers: list[Subject], check: Check) -> None:
    """If a stream has the same text as the reply without `stream`, it has the same tokens and as many alternatives."""
    whole, stream = steps(answers, 2)
    if (whole.text, whole.finish_reason) == (stream.text, stream.finish_reason):
        one, other = (
            [(entry.string("/token"), len(alternatives(entry))) for entry in entries(each)] for each in answers
        )
        check.equal(other, one, at="logprobs: tokens, and how many alternatives each has")


@streamed.should("values", PROJECT, "#/choices/[]/logprobs", needs="logprobs.stream")
def a_stream_has_the_same_values(answers: list[Subject], check: Check) -> None:
    """If a stream has the same tokens as the reply without `stream`, it has the same values, apart from noise."""
    whole, stream = steps(answers, 2)
    if tokens(stream) != tokens(whole):
        return
    for one, other in zip(entries(whole), entries(stream), strict=True):
        expected, found = one.number("/logprob"), other.value("/logprob")
        check.that(abs(expected - found.number()) <= NOISE, f"about {expected}", found)
