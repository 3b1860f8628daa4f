"""Text beyond ASCII: the same text however it is spelt in JSON, and cut between characters, not within them."""

from inferproof.judge.check import Check
from inferproof.judge.requirement import openai, rfc
from inferproof.judge.rules import Rules
from inferproof.judge.select import served
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Skip

BROKEN = "\ufffd"


def _foreign_stops(answer: Subject) -> list[str]:
    asked = answer.request.get("/stop")
    return [stop for stop in (asked if isinstance(asked, list) else [asked]) if _is_foreign(stop)]


def _is_foreign(text: object) -> bool:
    return isinstance(text, str) and not text.isascii()


rules = Rules(cites="chat.request").with_notes(
    breaks="a stop that is looked for in single tokens, of which none has a whole character; escapes that are passed "
    "on as they stand; a text that is cut at a byte.",
    reference="the engine searches and cuts decoded text.",
)
stops = rules.part("sampling.stop", claims="sampling.stop")


@rules.should("chat.messages.escapes", rfc("8259 §7"), "#/messages/[role=user]/content", needs="messages.text")
def escapes_are_read(answers: list[Subject], check: Check) -> None:
    """A text in JSON escapes has the same `prompt_tokens` as the same text without them (RFC 8259 §7)."""
    plain, _, escaped = steps(answers, 3)
    check.equal(escaped.body.value("/usage/prompt_tokens"), plain.body.integer("/usage/prompt_tokens"))


def _stops_at_foreign_text(answer: Subject) -> bool:
    return bool(_foreign_stops(answer)) and not answer.request.get("/include_stop_str_in_output")


foreign = served("chat", where=_stops_at_foreign_text)


@stops.should(
    "beyond-ascii", openai("stop"), "#/stop", "#/response_format", of=foreign, besides="structured-output.json-schema"
)
def a_stop_of_any_script_ends_the_text(reply: Subject, check: Check) -> None:
    """A `stop` that is not ASCII ends the text before it, also in a stream, and leaves no part of a character."""
    if reply.unanswered:
        raise Skip("nothing was said")
    found = [stop for stop in (*_foreign_stops(reply), BROKEN) if stop in reply.text]
    check.equal(found, [], at="content")
