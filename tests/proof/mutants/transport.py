"""Servers whose JSON is none, whose replies break off, or are of two types."""

import json
import re
from dataclasses import replace

from inferproof.wire.exchange import Fault
from tests.proof.mutants import breaks, spares


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


@breaks("reply.json", where=lambda draft: draft.role == "embeddings")
def json_is_nothing_at_all(reply):
    reply.body = b""


def _twice(text):
    """The text of an object with the first of its names once more."""
    value = json.loads(text)
    name = next(iter(value))
    return f'{text.rstrip()[:-1]}, "{name}": {json.dumps(value[name])}}}'


@breaks("reply.json.names", where=lambda draft: draft.role == "chat" and draft.status == 200 and not draft.streamed)
def a_name_is_there_twice(reply):
    reply.body = _twice(reply.body.decode()).encode()


@breaks("reply.json.names", where=lambda draft: draft.role == "chat" and draft.status == 200 and not draft.streamed)
def a_name_is_there_twice_within(reply):
    reply.body = re.sub(rb'("usage":\s*\{)', rb'\1"total_tokens": 1, ', reply.body)


@breaks("reply.json.names", where=lambda draft: draft.role == "chat" and draft.status == 200 and not draft.streamed)
def an_object_has_one_name_alone_twice(reply):
    reply.body = re.sub(rb"\}\s*$", b', "note": {"a": 1, "a": 2}}', reply.body)


@breaks("reply.json.names", where=lambda draft: draft.role == "chat" and draft.streamed)
def a_name_is_in_an_event_twice(reply):
    reply.events[0] = _twice(reply.events[0])


@spares("reply.json.names", where=lambda draft: draft.role == "chat" and draft.status == 200)
def a_page_is_no_json(reply):
    reply.header("content-type", "text/html")
    reply.body = b'{"a": 1, "a": 2}'


@spares("reply.json.names", where=lambda draft: draft.role == "chat" and draft.status == 200 and not draft.streamed)
def two_objects_have_one_name(reply):
    reply.json["metadata"] = [{"a": 1}, {"a": {"a": 1}}]


def _empty(status):
    def edit(reply):
        reply.status, reply.body = status, b""

    edit.__name__ = f"a_{status}_has_no_body"
    return edit


for _code in (204, 304):
    spares("reply.json")(_empty(_code))


@spares("reply.json")
def a_head_has_no_body(reply):
    reply.request = replace(reply.request, method="HEAD")
    reply.body = b""


@breaks("reply.framing.one", where=lambda draft: draft.role == "chat" and draft.status == 200)
def a_chunked_reply_has_a_length(reply):
    reply.header("content-length", str(len(reply.body)))
    reply.header("transfer-encoding", "chunked")


@spares("reply.framing.one", where=lambda draft: draft.role == "chat")
def a_chunked_reply_has_no_length(reply):
    reply.header("content-length", None)
    reply.header("transfer-encoding", "chunked")


@spares("reply.framing.one", where=lambda draft: draft.role == "embeddings")
def a_reply_has_a_length(reply):
    reply.header("content-length", str(len(reply.body)))
    reply.header("transfer-encoding", None)
