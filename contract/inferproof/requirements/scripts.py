"""Text beyond ASCII: the same text however it is spelt in JSON, and cut between characters, not within them.

Breaks: a stop that is looked for in single tokens, of which none has a whole character; escapes that are passed on as
they stand; a text that is cut at a byte.
Reference: the engine searches and cuts decoded text.
"""

from inferproof.judge.check import Check
from inferproof.judge.requirement import CONVENTION, SHOULD, requirement
from inferproof.judge.select import Of
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Skip

BROKEN = "\ufffd"


def _foreign_stops(answer: Subject) -> list[str]:
    asked = answer.request.get("/stop")
    return [stop for stop in (asked if isinstance(asked, list) else [asked]) if _is_foreign(stop)]


def _is_foreign(text: object) -> bool:
    return isinstance(text, str) and not text.isascii()


@requirement(
    "chat.messages.escapes",
    SHOULD,
    basis=CONVENTION,
    standard="RFC 8259 §7",
    cites="chat.request#/messages/[role=user]/content",
    needs="messages.text",
)
def escapes_are_read(answers: list[Subject], check: Check) -> None:
    """Text in escapes of JSON (RFC 8259 §7) is the same text: it has the same `prompt_tokens`."""
    plain, _, escaped = steps(answers, 3)
    check.equal(escaped.body.value("/usage/prompt_tokens"), plain.body.integer("/usage/prompt_tokens"))


@requirement(
    "sampling.stop.beyond-ascii",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, chat completions: stop",
    claims="sampling.stop",
    besides=("structured-output.json-schema",),
    cites=("chat.request#/stop", "chat.request#/response_format"),
    of=Of(
        ("chat",),
        where=lambda answer: bool(_foreign_stops(answer)) and not answer.request.get("/include_stop_str_in_output"),
    ),
)
def a_stop_of_any_script_ends_the_text(reply: Subject, check: Check) -> None:
    """A `stop` that is no ASCII ends the text before it, whole or streamed: no piece of a character is left behind."""
    if reply.unanswered:
        raise Skip("nothing was said")
    found = [stop for stop in (*_foreign_stops(reply), BROKEN) if stop in reply.text]
    check.equal(found, [], at="content")
