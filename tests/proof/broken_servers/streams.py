"""Streams that clients lose, misread, or wait for."""

from __future__ import annotations

import itertools
import json
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import asks_for_many, chat, chat_stream, choices, messages
from tests.proof.legal_servers.reply import Reply, compact


def with_usage(reply: Reply) -> bool:
    return chat_stream(reply) and any(chunk.get("usage") for chunk in reply.chunks)


def data(chunk: Any) -> bytes:
    return f"data: {compact(chunk)}\n\n".encode()


TEXTS = "each constraint of a text is tried in streams, and none of these texts is right"


@defect("stream.media-type", asks=True)
def stream_is_ignored(asked: dict[str, Any]) -> None:
    """`stream: true` is ignored: the answer comes in one piece, as JSON."""
    asked.pop("stream", None)
    asked.pop("stream_options", None)


@defect("stream.media-type", of=chat_stream)
def a_stream_is_lines_of_json(reply: Reply) -> None:
    """A stream is newline-delimited JSON, as in the engine's own protocol."""
    reply.header("content-type", "application/x-ndjson")
    reply.writes = [(compact(chunk) + "\n").encode() for chunk in reply.chunks]


@defect("stream.media-type", of=chat_stream)
def a_stream_is_called_text(reply: Reply) -> None:
    """Events are sent as `text/plain`, which browsers' EventSource refuses."""
    reply.header("content-type", "text/plain; charset=utf-8")


@defect("stream.done", of=chat_stream, seen="BerriAI/litellm#32159")
def the_stream_just_ends(reply: Reply) -> None:
    """No `[DONE]` ends the stream; clients that wait for it hang or complain."""
    reply.writes = reply.writes[:-1]


@defect("stream.done.last", of=chat_stream)
def done_is_said_twice(reply: Reply) -> None:
    """A gateway adds its own `[DONE]` to that of the engine."""
    reply.writes = [*reply.writes, reply.writes[-1]]


@defect("stream.done.last", of=with_usage)
def usage_follows_done(reply: Reply) -> None:
    """The usage chunk is sent after `[DONE]`, where nobody reads it."""
    *others, usage, done = reply.writes
    reply.writes = [*others, done, usage]


@defect("stream.framing", of=chat_stream)
def the_last_event_is_not_ended(reply: Reply) -> None:
    """The last chunk and `[DONE]` lack their blank lines, as in the vendor's own example: clients lose them."""
    reply.writes = [*reply.writes[:-2], reply.writes[-2].rstrip(b"\n")]


@defect("stream.event.json", of=chat_stream)
def chunks_are_printed_by_python(reply: Reply) -> None:
    """Chunks are the `repr` of a dictionary: single quotes, None."""
    reply.dumps = repr


@defect("stream.event.json", of=chat_stream)
def chunks_are_pretty_printed(reply: Reply) -> None:
    """The JSON of a chunk goes over several lines, of which only the first begins with `data:`."""
    reply.dumps = lambda value: json.dumps(value, indent=2)


@defect("stream.line", of=chat_stream)
def chunks_go_over_many_data_lines(reply: Reply) -> None:
    """The JSON of a chunk goes over several `data:` lines; clients that read line by line break."""
    reply.frame = lambda text: (
        text.replace("{", "data: {\ndata: ", 1) + "\n\n" if text[0] == "{" else f"data: {text}\n\n"
    )


@defect("stream.incremental", of=lambda reply: chat_stream(reply) and asks_for_many(reply))
def a_proxy_holds_streams_back(reply: Reply) -> None:
    """A buffering proxy passes a stream on when it has ended: all at once, after everything was made."""
    reply.pause = 1.5
    reply.writes = [b"".join(reply.writes)]


@defect("stream.series", of=lambda reply: chat_stream(reply) and _plain(reply))
def a_stream_is_one_chunk(reply: Reply) -> None:
    """The whole answer is made first, and sent as one chunk."""
    spoken = choices(reply)
    text = "".join(choice["delta"].get("content") or "" for choice in spoken)
    whole = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": spoken[-1]["finish_reason"]}
    usage = [chunk for chunk in reply.chunks if not chunk["choices"]]
    reply.chunks = [{**reply.chunks[0], "choices": [whole]}, *usage]


def _plain(reply: Reply) -> bool:
    return not any(reply.asked.get(name) for name in ("n", "tools", "stream_options", "logprobs"))


@defect("stream.role", of=chat_stream)
def nobody_speaks(reply: Reply) -> None:
    """No delta has a role."""
    for message in messages(reply):
        message.pop("role", None)


@defect("stream.constant", of=chat_stream)
def every_chunk_has_an_id_of_its_own(reply: Reply) -> None:
    """Each chunk has another id, so a client cannot tell which stream it belongs to."""
    for number, chunk in enumerate(reply.chunks):
        chunk["id"] += f"-{number}"


@defect("stream.constant", of=chat_stream)
def every_chunk_has_a_time_of_its_own(reply: Reply) -> None:
    """`created` is the time of the chunk, not of the answer."""
    for number, chunk in enumerate(reply.chunks):
        chunk["created"] += number


@defect("stream.event.schema", of=chat_stream)
def chunks_do_not_name_the_model(reply: Reply) -> None:
    """Chunks after the first leave `model` out."""
    for chunk in reply.chunks[1:]:
        del chunk["model"]


@defect("stream.event.corrected", of=chat_stream)
def chunks_are_called_completions(reply: Reply) -> None:
    """Chunks have the `object` of a whole reply."""
    for chunk in reply.chunks:
        chunk["object"] = "chat.completion"


@defect("stream.finish.once", of=chat_stream)
def nothing_finishes(reply: Reply) -> None:
    """No chunk has a `finish_reason`: the client cannot tell an end from a cut."""
    for choice in choices(reply):
        choice["finish_reason"] = None


@defect("stream.finish.once", of=chat_stream, seen="ollama/ollama#4357")
def every_chunk_finishes_with_nothing(reply: Reply) -> None:
    """`finish_reason` is an empty string until the end, where clients test for null."""
    for choice in choices(reply):
        choice["finish_reason"] = choice.get("finish_reason") or ""


@defect("stream.finish.last", of=chat_stream, broad=TEXTS)
def words_follow_the_finish(reply: Reply) -> None:
    """What the detokenizer still held is sent after the `finish_reason`."""
    place = next(n for n, chunk in enumerate(reply.chunks) if chunk["choices"] and chunk["choices"][0]["finish_reason"])
    late = {"index": 0, "delta": {"content": " x"}, "finish_reason": None}
    reply.chunks.insert(place + 1, {**reply.chunks[0], "choices": [late]})


@defect("stream.no-crash", of=lambda reply: chat_stream(reply) and len(reply.chunks) > 6)
def a_stream_fails_half_way(reply: Reply) -> None:
    """The engine fails in mid-stream: after the 200 comes an error event, and the rest is missing."""
    error = {"error": {"message": "CUDA out of memory", "type": "server_error"}}
    reply.writes = [*reply.writes[:4], data(error)]


@defect("reply.whole", of=lambda reply: chat_stream(reply) and len(reply.chunks) > 6)
def a_worker_dies_in_mid_stream(reply: Reply) -> None:
    """The connection closes in mid-stream, without HTTP's last chunk."""
    whole = reply.writes
    reply.writes = whole[:4]
    reply.cut = lambda piece: b"%x\r\n%s\r\n" % (len(piece) + 20 * (piece == whole[3]), piece)
    reply.drop = True


@defect("stream.invalid", of=lambda reply: reply.status == 422 and reply.asked.get("stream") is True)
def errors_are_streamed(reply: Reply) -> None:
    """A bad request for a stream is answered 200, with the error as an event."""
    error = {"error": {"message": "messages: field required", "type": "invalid_request_error"}}
    reply.status, reply.reason, reply.framing = 200, "OK", "chunked"
    reply.header("content-type", "text/event-stream")
    reply.writes = [data(error), b"data: [DONE]\n\n"]


@defect("stream.usage.sent", "stream.usage.default", of=with_usage, seen="vllm-project/vllm#6083")
def usage_is_forgotten(reply: Reply) -> None:
    """`include_usage` is ignored: no chunk has a usage."""
    reply.chunks = [chunk for chunk in reply.chunks if chunk["choices"]]
    for chunk in reply.chunks:
        chunk.pop("usage", None)


@defect("stream.usage.once", of=with_usage, seen="vllm-project/vllm#8625")
def usage_comes_with_every_chunk(reply: Reply) -> None:
    """Every chunk has the usage, so that clients that add them up bill many times."""
    usage = reply.chunks[-1]["usage"]
    for chunk in reply.chunks:
        chunk["usage"] = usage


@defect("stream.usage.last", of=with_usage)
def usage_comes_with_the_finish(reply: Reply) -> None:
    """The usage stands in the chunk that finishes, and not in one of its own."""
    *others, last = reply.chunks
    others[-1]["usage"] = last["usage"]
    reply.chunks = others


@defect("stream.usage.unasked", of=lambda reply: chat_stream(reply) and "stream_options" not in reply.asked)
def usage_comes_unasked(reply: Reply) -> None:
    """Every stream ends with a chunk without choices, and clients that take `choices[0]` crash."""
    usage = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
    reply.chunks.append({**reply.chunks[0], "choices": [], "usage": usage})


@defect("stream.usage.equal.prompt", "stream.usage.equal.completion", of=with_usage)
def usage_of_a_stream_is_zero(reply: Reply) -> None:
    """Streams count nothing: all tokens are 0."""
    for chunk in reply.chunks:
        if chunk.get("usage"):
            chunk["usage"] = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@defect("stream.usage.equal.completion", of=with_usage)
def chunks_are_counted_for_tokens(reply: Reply) -> None:
    """`completion_tokens` of a stream is the number of its chunks."""
    for chunk in reply.chunks:
        if usage := chunk.get("usage"):
            usage["completion_tokens"] = len(reply.chunks)
            usage["total_tokens"] = usage["prompt_tokens"] + len(reply.chunks)


@defect("structured-output.streamed", of=lambda reply: chat_stream(reply), seen="waybarrios/vllm-mlx#109")
def characters_are_broken(reply: Reply) -> None:
    """Tokens are decoded one by one, so that a character of several bytes becomes U+FFFD."""
    for message in messages(reply):
        if content := message.get("content"):
            message["content"] = "".join(letter if letter.isascii() else "\ufffd" for letter in content)


@defect("stream.equal.content", of=chat_stream)
def deltas_are_stripped(reply: Reply) -> None:
    """The space at the beginning of each delta is stripped: the words run together."""
    for message in messages(reply):
        if message.get("content"):
            message["content"] = message["content"].lstrip()


@defect("stream.equal.content", of=chat_stream, broad=TEXTS)
def deltas_repeat_what_was_said(reply: Reply) -> None:
    """Each delta has the whole text so far."""
    said = ""
    for message in messages(reply):
        if message.get("content"):
            said += message["content"]
            message["content"] = said


@defect("stream.equal.content", of=chat_stream, broad=TEXTS)
def the_held_text_is_lost(reply: Reply) -> None:
    """What was held back for a possible stop string is never sent."""
    spoken = [message for message in messages(reply) if message.get("content")]
    for message in spoken[-2:]:
        message["content"] = ""


@defect("stream.choices", of=lambda reply: chat_stream(reply) and (reply.asked.get("n") or 1) > 1)
def all_choices_are_the_first(reply: Reply) -> None:
    """With `n` every choice of a stream has index 0, and a client mixes them up."""
    for choice in choices(reply):
        choice["index"] = 0


@defect("stream.hang-up", of=lambda reply: chat(reply) or chat_stream(reply))
class TheNextClientGetsTheLastAnswer:
    """When a client leaves, the connection to the engine is not drained, and the next request gets its answer."""

    def __init__(self) -> None:
        self._left = ""

    def __call__(self, reply: Reply) -> None:
        if chat_stream(reply):
            self._left = reply.chunks[0]["id"]
        elif self._left:
            reply.json["id"] = self._left


@defect("stream.event.json", "reply.json", of=lambda reply: bool(reply.asked.get("logprobs")))
def impossible_tokens_are_minus_infinity(reply: Reply) -> None:
    """The log probability of a masked token is written `-Infinity`, which is not JSON."""
    for choice in choices(reply):
        for entry in itertools.islice((choice.get("logprobs") or {}).get("content") or (), 1):
            entry["logprob"] = float("-inf")
