"""Servers that forgive what the schema forbids."""

from tests.proof.mutants import breaks


@breaks("errors.invalid.coerced")
def text_is_read_as_a_number(reply):
    reply.status = 200
