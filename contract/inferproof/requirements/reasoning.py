"""Reasoning: as much as the request asks for, apart from the answer, and counted.

A model that reasons not at all may be asked in vain, and one that reasons may find nothing to reason about: no
requirement asks for a text. What text there is stands in its place, and what was not asked for is not there.
"""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import valid
from inferproof.judge.requirement import CORRECTION, PROJECT, PROSE, SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import EVENTS, decided, served, streams
from inferproof.judge.subject import Subject, require_repeating, settled, steps
from inferproof.judge.value import Skip, Value
from inferproof.requirements.chat_request import PLAIN
from inferproof.requirements.stream import choices_of

NONE = "none"
"""The effort with which nothing is reasoned."""

FEW = 8
"""Tokens that may be reasoned without leaving a text: line breaks, and what opens and closes the reasoning."""

LONG = 40
"""Characters of reasoning that no answer repeats by chance."""

TAGS = ("<think>", "</think>")
"""What stands around the reasoning of most models where nobody took it out of the answer."""

TEXT = "/reasoning_content"
OTHER_TEXT = "/reasoning"
"""Where some engines put the text that clients of this API read in TEXT."""

TOKENS = "/completion_tokens_details/reasoning_tokens"


def efforts(answer: Subject) -> list[str]:
    """What the members of the request say of the effort, as far as they say anything."""
    found = (answer.request.get(path) for path in ("/reasoning/effort", "/reasoning_effort"))
    return [each for each in found if isinstance(each, str)]


def effort(answer: Subject) -> str:
    """The effort that the request asks for; empty where it asks for none in particular, or for two."""
    found = set(efforts(answer))
    return found.pop() if len(found) == 1 else ""


def _asks(answer: Subject) -> bool:
    return efforts(answer) != []


def _asks_plainly(answer: Subject) -> bool:
    return _asks(answer) and _plainly(answer)


def _asks_for_none(answer: Subject) -> bool:
    return effort(answer) == NONE and _plainly(answer)


def _asks_for_some(answer: Subject) -> bool:
    return effort(answer) not in ("", NONE) and _plainly(answer)


def _asks_for_two(answer: Subject) -> bool:
    return len(set(efforts(answer))) > 1 and _plainly(answer)


def _plainly(answer: Subject) -> bool:
    """Nothing but plain members beside the effort: others may get into the way of it."""
    return (PLAIN | {"reasoning", "reasoning_effort"}).issuperset(answer.request.members()) and valid(answer)


def said(answer: Subject, path: str = TEXT) -> dict[int, str]:
    """The text at `path` of each choice's message, or of its deltas together, by index. Raises Skip."""
    if answer.media_type != EVENTS:
        return {index: _text(choice, "/message" + path) for index, choice in enumerate(answer.choices)}
    answer.folded  # noqa: B018 - read for the Skip of a server that failed
    found: dict[int, str] = {}
    for choice in choices_of(answer):
        index = choice.integer("/index")
        found[index] = found.get(index, "") + _text(choice, "/delta" + path)
    return found


def _text(choice: Value, path: str) -> str:
    """What is no text says nothing here: the schema names it already."""
    found = choice.get(path)
    return found if isinstance(found, str) else ""


def _sent(answer: Subject) -> str:
    return answer.exchange.request.body.decode("utf-8", "replace")


def speaks(text: str) -> bool:
    """There is more than white space, which some templates leave where nothing was reasoned."""
    return text.strip() != ""


def counted(answer: Subject) -> int:
    """The tokens of reasoning; raises Skip where they are not told."""
    found = answer.usage.integer(TOKENS, None)
    if found is None:
        raise Skip("the tokens of reasoning are not told")
    return found


COUNTED = "chat.reply#/usage/completion_tokens_details/reasoning_tokens"
REASONED = "chat.reply#/choices/[]/message/reasoning_content"
STREAMED = "chat.event#/choices/[]/delta/reasoning_content"
EFFORT = "chat.request#/reasoning"
TOLD = "chat.request.prose#/reasoning"
"""What it rests on that a reply counts and says what was reasoned, and that a request says how much."""

streams_of_it = streams("chat", where=_asks_plainly)
without_any = decided("chat", where=_asks_for_none)

rules = Rules("reasoning", of=served("chat"), cites="chat.request", claims="reasoning").with_notes(
    breaks="`reasoning` for `reasoning_content`, no parser, so that `<think>` stands in the answer, tokens nobody "
    "counts.",
    reference="the effort becomes the engine's own; its parser tells reasoning from answer, and counts it.",
)
streamed = rules.part("stream", cites="chat.event", claims="reasoning.streamed")


rules.must(
    "accepted", SCHEMA, "#/reasoning/effort", covers="#/reasoning_effort", of=decided("chat", where=_asks_for_some)
).accept("Every documented effort except `none` is accepted, also by a model that does not reason.")


@rules.must("none", PROSE, TOLD, of=without_any, covers=".prose#/reasoning/effort .prose#/reasoning_effort")
def none_means_no_reasoning(reply: Subject, check: Check) -> None:
    """With effort `none`, there is no reasoning; a model that always reasons returns 400."""
    check.one_of(reply.status, (200, 400), at="status")
    if reply.status == 200:
        found = [text for text in said(reply).values() if speaks(text)]
        check.equal(found, [], at="reasoning_content")


@rules.should("none.tokens", CORRECTION, COUNTED, TOLD, where=_asks_for_none)
def none_costs_no_tokens_of_reasoning(reply: Subject, check: Check) -> None:
    """With effort `none`, `reasoning_tokens` is 0 or absent."""
    check.equal(counted(reply), 0, at=f"usage{TOKENS}")


@rules.must("member", PROSE, TOLD, REASONED, where=_asks, covers=STREAMED)
def reasoning_stands_in_reasoning_content(reply: Subject, check: Check) -> None:
    """The text of the reasoning is in `reasoning_content`, even if another member has it too."""
    here, elsewhere = said(reply), said(reply, OTHER_TEXT)
    if not any(map(speaks, [*here.values(), *elsewhere.values()])):
        raise Skip("nothing is reasoned")
    for index, text in elsewhere.items():
        check.that(speaks(here[index]) or not speaks(text), "the text", None, at=f"reasoning_content of choice {index}")


@rules.should("apart", PROSE, TOLD, REASONED, where=_plainly)
def reasoning_is_no_part_of_the_answer(reply: Subject, check: Check) -> None:
    """The content has only the answer: it does not begin with the reasoning and has no `<think>` tags."""
    opened, closed = (any(tag in content for content in said(reply, "/content").values()) for tag in TAGS)
    if opened and not closed and reply.finish_reason == "length":
        raise Skip("the reasoning was cut short, so that nobody knows its end")
    if not (opened or closed) and not any(map(speaks, said(reply).values())):
        raise Skip("nothing is reasoned")
    for index, content in said(reply, "/content").items():
        at = f"content of choice {index}"
        check.equal([tag for tag in TAGS if tag in content and tag not in _sent(reply)], [], at=at)
        reasoning = said(reply)[index].strip()
        repeats = len(reasoning) >= LONG and content.strip().startswith(reasoning)
        check.that(not repeats, "an answer without the reasoning", content, at=at)


@rules.should("tokens", CORRECTION, COUNTED, TOLD, where=_asks_plainly)
def the_tokens_of_reasoning_are_counted(reply: Subject, check: Check) -> None:
    """`reasoning_tokens`, if present, is more than 0 if there is reasoning, and part of `completion_tokens`."""
    tokens, at = counted(reply), f"usage{TOKENS}"
    most = reply.usage.integer("/completion_tokens")
    answers = [text for text in said(reply, "/content").values() if speaks(text)]
    check.that(0 <= tokens <= most, f"0 to {most}", tokens, at=at)
    if any(map(speaks, said(reply).values())):
        check.that(tokens > 0, "more than 0", tokens, at=at)
        check.that(tokens < most or not answers, f"less than {most}, which has the answer too", tokens, at=at)


@rules.should("text", CORRECTION, REASONED, COUNTED, TOLD, where=_asks_plainly)
def what_is_counted_is_sent(reply: Subject, check: Check) -> None:
    """If `reasoning_tokens` is more than 8, the reply has the text of the reasoning."""
    tokens = counted(reply)
    texts = [text for text in said(reply).values() if speaks(text)]
    check.that(tokens <= FEW or texts != [], f"the text of {tokens} tokens", None, at="reasoning_content")


@rules.should("conflict", PROJECT, "#/reasoning/effort", "#/reasoning_effort", of=decided("chat", where=_asks_for_two))
def two_efforts_are_no_crash(reply: Subject, check: Check) -> None:
    """If `reasoning` and `reasoning_effort` ask for different efforts, one is used, or the request is rejected."""
    check.accepted_or_refused(reply)


@streamed.should("order", openai("delta", "chat completion streams"), STREAMED, EFFORT, of=streams_of_it)
def reasoning_comes_before_the_answer(reply: Subject, check: Check) -> None:
    """In a stream, reasoning does not begin after the whole content; both may alternate."""
    said_at: dict[str, dict[int, list[int]]] = {TEXT: {}, "/content": {}}
    for place, choice in enumerate(choices_of(reply)):
        for path, places in said_at.items():
            if speaks(_text(choice, "/delta" + path)):
                places.setdefault(choice.integer("/index"), []).append(place)
    for index, reasoned in said_at[TEXT].items():
        answered = said_at["/content"].get(index, reasoned)
        late = reasoned[0] > answered[-1] and reply.folded.choice(index).finish_reason != "length"
        check.that(not late, "some of it before the content", "all of it after", at=f"reasoning of choice {index}")


@streamed.should("equal", PROJECT, STREAMED, REASONED, EFFORT, needs="reasoning.stream")
def a_stream_reasons_the_same(answers: list[Subject], check: Check) -> None:
    """At temperature 0 with a seed, the joined deltas of reasoning are the reasoning of the reply without `stream`."""
    whole, stream = _repeated(answers)
    expected, found = (
        {index: text.strip() for index, text in said(answer).items()}  # some hosts strip the whitespace around it
        for answer in (whole, stream)
    )
    if not any(map(speaks, expected.values())):
        raise Skip("nothing was reasoned")
    check.equal(found, expected, at="reasoning_content")


@streamed.should("usage", PROJECT, "#/usage", COUNTED, EFFORT, needs="reasoning.stream")
def a_stream_counts_the_same(answers: list[Subject], check: Check) -> None:
    """If the reply without `stream` has `reasoning_tokens`, its stream has the same number."""
    whole, stream = _repeated(answers)
    if said(stream) != said(whole) or stream.said != whole.said:
        raise Skip("the stream says something else")
    check.equal(stream.usage.get(TOKENS), counted(whole), at=f"usage{TOKENS}")


def _repeated(answers: list[Subject]) -> tuple[Subject, Subject]:
    """The same request whole and streamed; raises Skip where it is answered differently each time, or may be."""
    whole, stream, again = steps(answers[:3], 3)
    require_repeating(whole)
    for answer in answers:
        answer.require_given()
    if (said(whole), whole.said) != (said(again), again.said):
        raise Skip("the same request is answered differently each time")
    return whole, settled(stream, *answers[3:])
