"""Log probabilities: given when asked for, one entry for each token, and about the text that was sent."""

import math
import re

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept
from inferproof.judge.requirement import SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import CHAT, answers, decided, replies, served
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip, Value

NOISE = 0.5
"""Natural logarithms. Half precision and another batch shift a value by a few hundredths."""

ROUNDING = 1e-4
"""A probability of 1 may come out of single precision a little above it."""

TIE = 0.1
"""Natural logarithms. Two tokens that are nearer to each other are as likely: which of them comes is the engine's."""

HALF = math.log(0.5)

FEW = 3
"""Tokens. A server's own penalty may turn some of so few; of more it does not turn half."""

UNSTEERED = frozenset(
    {"model", "messages", "max_tokens", "max_completion_tokens", "temperature", "seed", "user", "stream"}
    | {"stream_options", "logprobs", "top_logprobs"}
)
"""Members that leave the choice of a token to its likelihood."""

BROKEN = re.compile("[\ufffd\ud800-\udfff]")
"""What stands for bytes that are no character, and halves of surrogate pairs, which have no UTF-8."""


def asks(answer: Subject) -> bool:
    return answer.request.get("/logprobs") is True


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


def _asks_for_alternatives(answer: Subject) -> bool:
    return asks(answer) and answer.request.integer("/top_logprobs", 0) > 0


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


asked_for = answers("chat", where=asks)
asked_for_alternatives = replies("chat", where=_asks_for_alternatives)
greedy = served("chat", where=_greedily)

rules = Rules("logprobs", of=asked_for, cites="chat.reply#/choices/[]/logprobs", claims="logprobs").with_notes(
    breaks="`top_logprobs` taken for a switch, tokens trimmed or re-encoded on the way, logprobs dropped in streams.",
    reference="the engine's entries are passed on.",
)
top = rules.part("top", of=served("chat"), cites="chat.reply#/choices/[]/logprobs/content/[]/top_logprobs")


def _asks_for_nothing_else(answer: Subject) -> bool:
    return asks(answer) and answer.request.integer("/top_logprobs", 0) <= 5 and _only_plain(answer)


nothing_else = decided("chat", where=_asks_for_nothing_else)


rules.must("accepted", SCHEMA, "chat.request#/logprobs", "chat.request#/top_logprobs", of=nothing_else).accept(
    "`logprobs: true` is accepted with up to five `top_logprobs`; a server may reject more."
)


def _only_plain(answer: Subject) -> bool:
    plain = {"model", "messages", "max_tokens", "temperature", "seed", "logprobs", "top_logprobs"}
    return plain.issuperset(answer.request.members()) and must_accept(answer)


def _does_not_ask(answer: Subject) -> bool:
    return not answer.request.get("/logprobs")


unasked = replies(*CHAT, where=_does_not_ask)


@rules.must("unasked", openai("logprobs"), "chat.request.default#/logprobs", of=unasked, claims="core")
def logprobs_are_not_sent_unasked(reply: Subject, check: Check) -> None:
    """Without `logprobs: true`, choices have no log probabilities, because the default is false."""
    for choice in reply.choices:
        found = choice.object().find("/logprobs/content")
        check.that(found is None or not found.raw, "no logprobs", found)


@rules.must("content", openai("logprobs"), "", "/", "/content/[]/")
def logprobs_have_an_entry_for_each_token(reply: Subject, check: Check) -> None:
    """With `logprobs: true`, each choice with text has a list of entries, and each entry has a `token`."""
    for index, text in reply.texts.items():
        found = entries(reply, index, optional=True) if text else []
        check.that(not text or found != [], "a list of tokens", found, at=f"choices/{index}/logprobs/content")
        for entry in found:
            check.that(entry.has("/token"), "a token", entry)


@rules.should("sign", openai("logprob"), "/content/[]/logprob")
def a_log_probability_is_not_positive(reply: Subject, check: Check) -> None:
    """Each `logprob` is at most 0, as the logarithm of a probability is."""
    for entry in entries(reply):
        for each in (entry, *alternatives(entry)):
            found = each.value("/logprob")
            check.that(found.number() <= ROUNDING, "at most 0", found)


@top.should("count", openai("top_logprobs"), "", "/[]/", of=asked_for)
def there_are_no_more_alternatives_than_asked_for(reply: Subject, check: Check) -> None:
    """Each token has at most `top_logprobs` alternatives, and none if that is 0, the default."""
    most = reply.request.integer("/top_logprobs", 0)
    for entry in entries(reply):
        found = len(alternatives(entry))
        check.that(found <= most, f"at most {most}", found, at=f"{entry.at}/top_logprobs")


@top.should("sent", openai("top_logprobs"), "chat.request#/top_logprobs", of=asked_for_alternatives)
def alternatives_are_sent_when_asked_for(reply: Subject, check: Check) -> None:
    """With `top_logprobs`, each token has at least one alternative."""
    for entry in entries(reply):
        check.that(
            alternatives(entry) != [], "an alternative", entry.get("/top_logprobs"), at=f"{entry.at}/top_logprobs"
        )


@top.should("own", openai("top_logprobs"), where=_asks_for_alternatives)
def alternatives_are_of_their_own_token(reply: Subject, check: Check) -> None:
    """Different tokens do not all have the same list of alternatives: each list belongs to one position."""
    first, *others = with_alternatives(reply)
    if all(each.string("/token") == first.string("/token") for each in others):
        raise Skip("the same token comes each time")
    own = any(each.get("/top_logprobs") != first.get("/top_logprobs") for each in others)
    check.that(own, "alternatives of its own for each token", first.value("/top_logprobs"))


@top.should("likeliest", openai("top_logprobs"), "", "chat.request#/temperature", where=_greedily)
def the_likeliest_token_is_sent(reply: Subject, check: Check) -> None:
    """At temperature 0 without other sampling members, most tokens are the likeliest alternative, or equally likely."""
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


@rules.should("top.same", openai("logprob"), "/content/[]/logprob", "/content/[]/top_logprobs/[]/logprob", of=greedy)
def a_token_is_as_likely_as_among_its_alternatives(reply: Subject, check: Check) -> None:
    """A token that is among its own alternatives has the same `logprob` there, apart from noise."""
    for entry in with_alternatives(reply):
        expected, found = [own.number("/logprob") for own in listed(entry)], entry.value("/logprob")
        same = any(abs(each - found.number()) <= NOISE for each in expected)  # two ids may have one text
        check.that(same or not expected, f"about {' or '.join(map(str, expected))}", found)
