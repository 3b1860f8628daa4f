"""Servers that do not know how they are."""

from tests.mutants import breaks


@breaks("status.reply.schema")
def status_is_a_number(reply):
    reply.json["status"] = 1


@breaks("status.open")
def status_wants_a_key(reply):
    reply.status = 401


@breaks("status.word")
def status_is_blank(reply):
    reply.json["status"] = " "
