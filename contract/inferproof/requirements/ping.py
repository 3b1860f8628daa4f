"""The ping: is the server there? It asks for no work, so that there is little to say of it.

Breaks: a route that the gateway in front of the server does not pass on, or that got the guard of all others.
Reference: the front answers it with what the document shows, and asks no engine.
"""

from inferproof.document import pointers
from inferproof.judge.check import Check
from inferproof.judge.oracle import keyed
from inferproof.judge.requirement import MUST, SCHEMA, requirement
from inferproof.judge.select import JSON, Of, replies
from inferproof.judge.subject import Subject

SPEAKS = tuple(code for code in range(200, 600) if code not in (408, 429, 503, 504))
"""Statuses that say something of the operation; the others speak of load and time."""


@requirement(
    "ping.offered",
    MUST,
    basis=SCHEMA,
    cites=("ping", "ping.reply"),
    covers=("ping.prose", "ping.reply.prose"),
    of=Of(("ping",), SPEAKS, where=keyed),
)
def it_answers(reply: Subject, check: Check) -> None:
    """The ping is answered 200, without a key where the document asks for none."""
    check.equal(reply.status, 200, at="status")


@requirement(
    "ping.reply.json",
    MUST,
    basis=SCHEMA,
    cites=("ping.reply.json", "ping.reply#/"),
    covers="ping.reply#/*",
    of=replies("ping", media=None, where=keyed),
)
def it_answers_in_json(reply: Subject, check: Check) -> None:
    """The ping is answered in a documented media type, and where that is JSON by its schema."""
    content = pointers.join(reply.operation.pointer, "responses", "200", "content")
    check.one_of(reply.media_type, list(reply.contract.at(content)), at="content-type")
    if reply.media_type == JSON:
        check.valid_reply(reply, "ping.reply#/")
