"""The ping: is the server there? It asks for no work, so that there is little to say of it."""

from inferproof.document import pointers
from inferproof.judge.check import Check
from inferproof.judge.oracle import keyed
from inferproof.judge.requirement import SCHEMA
from inferproof.judge.rules import Rules
from inferproof.judge.select import asked, replies
from inferproof.judge.subject import Subject

rules = Rules("ping", of=replies("ping", where=keyed), cites="ping").with_notes(
    breaks="a route that the gateway in front of the server does not pass on, or that got the guard of all others.",
    reference="the front answers it with what the document shows, and asks no engine.",
)


@rules.must("offered", SCHEMA, "", ".reply", covers=".prose .reply.prose", of=asked("ping", where=keyed))
def it_answers(reply: Subject, check: Check) -> None:
    """The ping returns 200, without a key if the document requires none."""
    check.equal(reply.status, 200, at="status")


@rules.must("reply.media-type", SCHEMA, ".reply.json", ".reply", of=replies("ping", media=None, where=keyed))
def it_answers_in_json(reply: Subject, check: Check) -> None:
    """The ping has one of the media types that the document gives for it."""
    content = pointers.join(reply.operation.pointer, "responses", "200", "content")
    check.one_of(reply.media_type, list(reply.contract.at(content)), at="content-type")


@rules.must("reply.schema", SCHEMA, ".reply#/*", covers=".reply#/")
def its_json_is_valid(reply: Subject, check: Check) -> None:
    """The JSON of the ping is valid by its schema, if the schema names members."""
    check.valid_reply(reply, "ping.reply#/*")
