"""Servers that do not know how they are."""

from tests.proof.mutants import answered, breaks, spares


@breaks("status.reply.schema")
def status_is_a_number(reply):
    reply.json["status"] = 1


@breaks("status.open")
def status_wants_a_key(reply):
    reply.status = 401


@breaks("status.word")
def status_is_blank(reply):
    reply.json["status"] = " "


for _code in (200, 503):
    spares("status.open")(answered(_code))


@breaks("status.reply.schema")
def the_status_is_plain_text(reply):
    reply.header("content-type", "text/plain")
