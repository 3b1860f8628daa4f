"""Servers whose native stream cannot be read, or says something else than the reply in one piece."""

import json

from inferproof.wire.exchange import Fault
from tests.proof.mutants import breaks, spares


@breaks("legacy.stream.media-type")
def the_stream_is_called_json(reply):
    reply.header("content-type", "application/json")


@breaks("legacy.stream.ends")
def the_stream_falls_silent(reply):
    reply.fault = Fault("timeout", "no byte for 60 s")


@breaks("legacy.stream.framing")
def the_last_blank_line_is_missing(reply):
    reply.body = reply.body.rstrip(b"\n")


@breaks("legacy.stream.framing")
def the_stream_is_latin_1(reply):
    reply.body = reply.body.replace(b'"text":"', b'"text":"\xe9')


@breaks("legacy.stream.json")
def an_event_is_bare_text(reply):
    reply.events[0] = "Rain"


@breaks("legacy.stream.json")
def nothing_is_streamed(reply):
    reply.body = b"data: [DONE]\n\n"


@breaks("legacy.stream.chunk")
def the_pieces_are_called_delta(reply):
    for chunk in reply.chunks:
        chunk["delta"] = chunk.pop("text")


@breaks("legacy.stream.idx")
def every_event_is_the_first(reply):
    for chunk in reply.chunks:
        chunk["idx"] = 1


@breaks("legacy.stream.created")
def events_are_in_milliseconds(reply):
    for chunk in reply.chunks:
        chunk["created"] *= 1000


@breaks("legacy.stream.one-line")
def an_event_spans_lines(reply):
    first = json.loads(reply.body.split(b"\n\n")[0].removeprefix(b"data: "))
    reply.body = "".join(f"data: {line}\n" for line in json.dumps(first, indent=2).splitlines()).encode() + b"\n"


@breaks("legacy.stream.several")
def all_is_said_in_one_event(reply):
    chunks = reply.chunks
    chunks[0]["text"] = "".join(chunk["text"] for chunk in chunks) + 20 * " and so on"
    del chunks[1:]


@breaks("legacy.stream.done")
def something_follows_done(reply):
    reply.body += b'data: [DONE]\n\ndata: {"created": 1.0, "idx": 99, "text": "!"}\n\n'


@breaks("legacy.stream.tool-calls")
def no_calls_are_an_empty_list(reply):
    for chunk in reply.chunks:
        chunk["tool_calls"] = []


@breaks("legacy.stream.same-text", where=lambda draft: draft.role == "chat.legacy.stream")
def the_last_piece_is_lost(reply):
    last = max(position for position, chunk in enumerate(reply.chunks) if chunk["text"])
    del reply.chunks[last]


@spares("legacy.stream.same-text", where=lambda draft: draft.step == 2)
def the_same_question_is_answered_otherwise(reply):
    reply.json["text"] += " And so on."


@spares("legacy.stream.ends")
def we_hang_up(reply):
    reply.fault = Fault("hung up", "we left")


@spares("legacy.stream.several")
def there_is_no_event(reply):
    reply.events[:] = ["[DONE]"]
