"""Servers whose JSON is none."""

from tests.mutants import breaks


@breaks("reply.json", where=lambda draft: draft.role == "embeddings")
def not_a_number_is_a_number(reply):
    reply.body = b'{"object": "list", "model": "m", "data": [{"index": 0, "embedding": [NaN]}], "usage": {}}'


@breaks("reply.json", where=lambda draft: draft.role == "chat" and draft.status == 200)
def the_body_is_cut_short(reply):
    reply.body = reply.body[:-1]
