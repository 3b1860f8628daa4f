"""Servers that count wrongly in streams, or do not tell."""

from tests.proof.mutants import breaks, spares


def _usage(reply):
    return next(chunk["usage"] for chunk in reversed(reply.chunks) if chunk.get("usage"))


def _without_usage(reply):
    reply.chunks[:] = [chunk for chunk in reply.chunks if chunk["choices"]]
    for chunk in reply.chunks:
        chunk.pop("usage", None)


@breaks("stream.usage.sent")
def usage_is_never_sent(reply):
    _without_usage(reply)


@breaks("stream.usage.once")
def usage_is_sent_twice(reply):
    reply.chunks.append(reply.chunks[-1])


@breaks("stream.usage.last")
def usage_comes_with_the_last_delta(reply):
    usage = _usage(reply)
    _without_usage(reply)
    reply.chunks[-1]["usage"] = usage


@breaks("stream.usage.last")
def usage_comes_first(reply):
    reply.chunks.insert(0, reply.chunks.pop())


@breaks("stream.usage.default")
def the_default_is_forgotten(reply):
    _without_usage(reply)


@breaks("stream.usage.unasked")
def usage_is_always_sent(reply):
    usage = {"prompt_tokens": 8, "completion_tokens": 4, "total_tokens": 12}
    reply.chunks.append({**reply.chunks[-1], "choices": [], "usage": usage})


@breaks("stream.usage.total")
def the_total_is_off_by_one(reply):
    for chunk in reply.chunks:
        if chunk.get("usage"):
            chunk["usage"]["total_tokens"] += 1


@breaks("stream.usage.cap")
def the_cap_is_off_by_one(reply):
    for chunk in reply.chunks:
        if chunk.get("usage"):
            chunk["usage"]["completion_tokens"] = reply.asked["max_tokens"] + 1


@breaks("stream.usage.continuous")
def usage_comes_at_the_end_only(reply):
    del reply.chunks[0]["usage"]


@breaks("stream.usage.continuous")
def each_chunk_counts_only_itself(reply):
    for chunk in reply.chunks[-2:]:
        chunk["usage"]["completion_tokens"] = 1


@breaks("stream.usage.equal.prompt", where=lambda draft: draft.step == 1)
def a_stream_counts_no_prompt(reply):
    _usage(reply)["prompt_tokens"] = 0


@breaks("stream.usage.equal.completion", where=lambda draft: draft.step == 1)
def a_stream_counts_its_chunks(reply):
    _usage(reply)["completion_tokens"] += 3


def _fails_in_mid_stream(reply):
    reply.events[-1:] = ['{"error": {"message": "the engine died"}}']


for _id in ("stream.usage.sent", "stream.usage.last", "stream.usage.default", "stream.usage.total"):
    spares(_id)(_fails_in_mid_stream)


@spares("stream.usage.last")
def there_is_no_chunk(reply):
    reply.events[:] = ["[DONE]"]


@breaks("stream.usage.last")
def the_last_chunk_has_a_choice_too(reply):
    reply.chunks[-1]["choices"] = [{"index": 0, "delta": {}}]


@spares("stream.usage.total")
def completion_tokens_may_be_absent(reply):
    for chunk in reply.chunks:
        if chunk.get("usage"):
            del chunk["usage"]["completion_tokens"]
            chunk["usage"]["total_tokens"] = chunk["usage"]["prompt_tokens"]


@spares("stream.usage.equal.prompt", where=lambda draft: draft.step == 1)
def no_chunk_has_a_usage(reply):
    for chunk in reply.chunks:
        chunk.pop("usage", None)


@spares("stream.usage.cap")
def no_choice_has_no_cap(reply):
    reply.ask(n=0, max_tokens=1)
    for chunk in reply.chunks:
        if chunk.get("usage"):
            chunk["usage"]["completion_tokens"] = 9


@spares("stream.usage.cap")
def no_tokens_are_one(reply):
    reply.ask(max_tokens=0)
    for chunk in reply.chunks:
        if chunk.get("usage"):
            chunk["usage"]["completion_tokens"] = 1
