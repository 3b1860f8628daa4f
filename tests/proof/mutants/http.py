"""Servers that read requests by one spelling of HTTP alone."""

from dataclasses import replace

from tests.proof.mutants import answered, breaks, spares

breaks("http.names")(answered(415))
breaks("http.names")(answered(400))
breaks("http.chunked")(answered(400))
breaks("http.chunked")(answered(422))
breaks("http.chunked")(answered(500))
breaks("http.expect")(answered(400))
breaks("http.expect")(answered(500))
spares("http.chunked")(answered(411))
spares("http.expect")(answered(417))


def _sent_with(reply, *lines):
    reply.request = replace(reply.request, headers=(*reply.request.headers, *lines))
    reply.status = 411


@spares("chat.request.accepted", where=lambda draft: draft.step == 0)
def a_length_is_required(reply):
    _sent_with(reply, ("Transfer-Encoding", "chunked"))


@spares("chat.request.accepted", where=lambda draft: draft.step == 0)
def an_expectation_is_not_met(reply):
    _sent_with(reply, ("Expect", "100-continue"))
