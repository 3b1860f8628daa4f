"""Servers whose JSON is none, whose replies break off, or are of two types."""

from inferproof.wire.exchange import Fault
from tests.mutants import breaks


@breaks("reply.json", where=lambda draft: draft.role == "embeddings")
def not_a_number_is_a_number(reply):
    reply.body = b'{"object": "list", "model": "m", "data": [{"index": 0, "embedding": [NaN]}], "usage": {}}'


@breaks("reply.json", where=lambda draft: draft.role == "chat" and draft.status == 200)
def the_body_is_cut_short(reply):
    reply.body = reply.body[:-1]


@breaks("reply.whole", where=lambda draft: draft.role == "chat" and draft.status == 200)
def the_connection_closes_in_mid_reply(reply):
    reply.body = reply.body[: len(reply.body) // 2]
    reply.fault = Fault("closed", "the connection closed before the reply was whole")


@breaks("reply.content-type.once", where=lambda draft: draft.role == "embeddings")
def the_proxy_adds_a_type(reply):
    reply.headers["Content-Type"] = "text/plain"
