"""Servers that count wrongly in streams, or do not tell."""

from tests.mutants import breaks


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
