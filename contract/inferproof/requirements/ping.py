"""The ping: is the server there? It asks for no work, so that there is little to say of it.

Breaks: a route that the gateway in front of the server does not pass on, or that got the guard of all others.
Reference: the front answers it with what the document shows, and asks no engine.
"""

from inferproof.document import pointers
from inferproof.judge.check import Check
from inferproof.judge.oracle import keyed
from inferproof.judge.requirement import MUST, SCHEMA, requirement
from inferproof.judge.select import Of, replies
from inferproof.judge.subject import Subject


@requirement(
    "ping.offered",
    MUST,
    basis=SCHEMA,
    cites=("ping", "ping.reply"),
    covers=("ping.prose", "ping.reply.prose"),
    of=Of(("ping",), None, where=keyed),
)
def it_answers(reply: Subject, check: Check) -> None:
    """The ping is answered 200, without a key where the document asks for none."""
    check.equal(reply.status, 200, at="status")


@requirement(
    "ping.reply.media-type",
    MUST,
    basis=SCHEMA,
    cites=("ping.reply.json", "ping.reply"),
    of=replies("ping", media=None, where=keyed),
)
def it_answers_in_json(reply: Subject, check: Check) -> None:
    """Where the document has JSON for it, the ping comes in that, or in another media type that it has beside that."""
    content = pointers.join(reply.operation.pointer, "responses", "200", "content")
    check.one_of(reply.media_type, list(reply.contract.at(content)), at="content-type")


@requirement(
    "ping.reply.schema",
    MUST,
    basis=SCHEMA,
    cites="ping.reply#/*",
    covers="ping.reply#/",
    of=replies("ping", where=keyed),
)
def its_json_is_valid(reply: Subject, check: Check) -> None:
    """The JSON of the ping is valid by its schema, where that names members."""
    check.valid_reply(reply, "ping.reply#/*")
