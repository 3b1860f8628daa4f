"""The native operations: what the vendor's own documents, or servers that translate to chat, get wrong."""

from __future__ import annotations

import json
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import refuse
from tests.proof.legal_servers.reply import Reply, native


def native_reply(reply: Reply) -> bool:
    return not reply.streamed and native(reply)


def native_stream(reply: Reply) -> bool:
    return reply.streamed and native(reply)


@defect("legacy.reply.created", of=native_reply)
def native_times_are_in_milliseconds(reply: Reply) -> None:
    """`created` is in milliseconds, as `ts` is in the vendor's example."""
    reply.json["created"] *= 1000


@defect("legacy.reply.schema", of=native_reply)
def the_native_reply_is_a_chat_completion(reply: Reply) -> None:
    """The native operation answers in the form of a chat completion."""
    message = {"role": "assistant", "content": reply.json["text"]}
    reply.json = {"id": "x", "created": reply.json["created"], "choices": [{"index": 0, "message": message}]}


@defect("legacy.stream.framing", of=native_stream)
def native_events_are_not_ended(reply: Reply) -> None:
    """The last event lacks its blank line, as in the vendor's own example."""
    reply.writes = [*reply.writes[:-2], reply.writes[-2].rstrip(b"\n")]


@defect("legacy.stream.json", of=native_stream)
def native_events_are_pretty_printed(reply: Reply) -> None:
    """The JSON of an event goes over several lines after one `data:`, as in the vendor's own example."""
    reply.dumps = lambda value: json.dumps(value, indent=2)


@defect("legacy.stream.idx", of=native_stream)
def events_are_not_numbered(reply: Reply) -> None:
    """`idx` is 0 in every event."""
    for chunk in reply.chunks:
        chunk["idx"] = 0


@defect("legacy.stream.chunk", of=native_stream)
def native_events_are_chat_chunks(reply: Reply) -> None:
    """The native stream is passed on as chat chunks."""
    reply.chunks = [
        {"created": one["created"], "choices": [{"delta": {"content": one["text"]}}]} for one in reply.chunks
    ]


@defect("legacy.stream.same-text", of=native_stream)
def native_words_run_together(reply: Reply) -> None:
    """The space at the beginning of each piece is stripped."""
    for chunk in reply.chunks:
        chunk["text"] = chunk["text"].strip()


@defect("legacy.request.stop-tokens", asks=True)
def stop_tokens_are_dropped(asked: dict[str, Any]) -> None:
    """`stop_tokens` is ignored."""
    asked.pop("stop_tokens", None)


@defect("legacy.request.ts.epoch", of=lambda reply: native(reply) and _numeric_time(reply))
def times_must_be_text(reply: Reply) -> None:
    """A turn's `ts` in seconds, as existing clients send it, is refused."""
    refuse(reply, 400, "ts must be a date-time")


def _numeric_time(reply: Reply) -> bool:
    return any(isinstance(turn.get("ts"), int | float) for turn in reply.asked.get("context", ()))
