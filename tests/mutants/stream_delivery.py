"""Servers whose streams come too late, or are another answer."""

from tests.mutants import breaks, spares

HALF_A_SECOND = 500_000


@breaks("stream.equal.content", where=lambda draft: draft.step == 1)
def the_first_piece_is_lost(reply):
    chunk = next(chunk for chunk in reply.chunks if chunk["choices"][0]["delta"].get("content"))
    chunk["choices"][0]["delta"]["content"] = ""


@breaks("stream.equal.finish-reason", where=lambda draft: draft.step == 1)
def a_stream_is_always_cut(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            if choice["finish_reason"]:
                choice["finish_reason"] = "content_filter"


@breaks("stream.hang-up")
def the_next_client_gets_the_rest(reply):
    if reply.asked.get("stream"):
        reply.body = b'data: {"id": "chatcmpl-1", "choices": []}\n\n'
    else:
        reply.json["id"] = "chatcmpl-1"


@breaks("stream.slow-reader")
def a_slow_reader_loses_the_end(reply):
    reply.chunks[:] = [chunk for chunk in reply.chunks if not any(each["finish_reason"] for each in chunk["choices"])]


@breaks("stream.incremental", where=lambda draft: draft.step > 0)
def everything_comes_in_one_piece_at_the_end(reply):
    first_token = 1_000_000
    reply.reads = [(20 * first_token + HALF_A_SECOND, len(reply.body))]


@breaks("stream.incremental", where=lambda draft: draft.step > 0)
def everything_but_the_first_event_is_held_back(reply):
    reply.reads = [(5_000, reply.body.index(b"\n\n") + 2), (30_000_000, len(reply.body))]


@spares("stream.hang-up", where=lambda draft: draft.step == 2)
def the_client_leaves_before_the_first_event(reply):
    reply.body = b""


@breaks("stream.hang-up", where=lambda draft: draft.step == 3)
def the_next_request_gets_no_choice(reply):
    reply.json["choices"] = []


@breaks("stream.hang-up.prompt", where=lambda draft: draft.step == 3)
def the_next_prompt_is_counted_as_one_token(reply):
    reply.json["usage"]["prompt_tokens"] = 1


@breaks("stream.hang-up.text", where=lambda draft: draft.step == 3)
def the_next_answer_is_of_another_prompt(reply):
    reply.json["choices"][0]["message"]["content"] = "!!!!!!!!"


@spares("stream.hang-up.text", where=lambda draft: draft.step in (0, 1, 3))
def every_answer_is_another(reply):
    reply.json["choices"][0]["message"]["content"] = f"Answer {reply.step}."


@spares("stream.incremental")
def nobody_watched_the_replies_arrive(reply):
    reply.reads = []


@spares("stream.incremental", where=lambda draft: draft.step == 1)
def an_answer_is_too_short_to_tell(reply):
    reply.chunks[:] = reply.chunks[:3]
