"""What the simulated model says when nothing constrains it: short sentences that refer to the last message."""

from __future__ import annotations

from inferproof_mock.template import Prompt

Slots = tuple[tuple[str, ...], ...]
"""One sentence after the other, each with its alternatives. No alternative is the beginning of another."""

_LONGEST_TOPIC = 60

_OPENINGS = ('You wrote: "{}"', 'I read your message: "{}"', 'Thanks for telling me: "{}"', 'Here is my answer to "{}"')
_AFTER_TOOL = ("The tool says: {}", "I asked, and the result is: {}", "Good news, here is the answer: {}")
_GREETINGS = ("Hello and welcome!", "Good to hear from you.", "Thank you for your message.", "It is nice to meet you.")
_CONTINUATIONS = (
    " and that is only the beginning.",
    ", which is a good way to put it.",
    " as far as a simulated model can tell.",
    " because somebody had to say it.",
)
_MIDDLES = (
    " I am a simulated model, so please take this as a placeholder.",
    " A real model would think about it; I only play the part.",
    " I make up my words, but I count every one of them.",
    " My answer is simple, and it will be the same tomorrow.",
)
_CLOSINGS = (
    " What would you like to talk about next?",
    " Tell me more whenever you like.",
    " We can go on for as long as you like.",
    " Is there anything else on your mind?",
)
_FIRST_THOUGHTS = (
    "The person asks something.",
    "There is a question to answer.",
    "Let me see what is meant.",
    "I begin to think.",
)
_THOUGHTS = (
    (" It can be read in two ways.", " I should be careful here.", " The order of things matters.", " I go slowly."),
    (" First I look at the words.", " I count what is there.", " I start with what I know.", " One part is plain."),
    (
        " So there is only one way.",
        " That leaves a short answer.",
        " It is as simple as that.",
        " Then the rest follows.",
    ),
)
FILLER = (
    " There is always more to say.",
    " Let me think about that a little longer.",
    " One thing leads to another.",
    " Every answer brings a new question.",
    " It is a pleasant day to keep talking.",
)
"""What follows when the reply may not end yet."""


def sentences(prompt: Prompt, *, continues: bool) -> Slots:
    """The reply to a prompt, sentence by sentence; `continues` goes on with the last message instead."""
    return (_CONTINUATIONS if continues else _first(prompt), _MIDDLES, _CLOSINGS)


def thoughts(count: int) -> Slots:
    """What the model reasons before it answers, in so many sentences."""
    later = (_THOUGHTS[place % len(_THOUGHTS)] for place in range(count - 1))
    return (_FIRST_THOUGHTS, *later)


def _first(prompt: Prompt) -> tuple[str, ...]:
    topic = _topic(prompt.text)
    if not topic:
        return _GREETINGS
    frames = _AFTER_TOOL if prompt.role in ("tool", "function") else _OPENINGS
    return tuple(frame.format(topic) + ("" if topic[-1] in ".!?" else ".") for frame in frames)


def _topic(text: str) -> str:
    """One line of the text, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST_TOPIC:
        return line
    return line[:_LONGEST_TOPIC].rpartition(" ")[0] or line[:_LONGEST_TOPIC]
