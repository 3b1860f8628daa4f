"""Servers whose streams lose something, or say it twice, or too late."""

from tests.proof.mutants import breaks, spares


@breaks("stream.media-type", where=lambda draft: draft.role == "chat")
def a_stream_is_called_json(reply):
    reply.header("content-type", "application/json")


@breaks("stream.framing")
def the_last_blank_line_is_missing(reply):
    reply.body = reply.body.removesuffix(b"data: [DONE]\n\n").rstrip(b"\n")


@breaks("stream.utf-8")
def an_event_ends_within_a_character(reply):
    reply.body = reply.body.replace(b'"}', b'\xe2\x82"}', 1)


@breaks("stream.line")
def json_is_sent_on_several_lines(reply):
    reply.body = reply.body.replace(b'data: {"', b'data: {\ndata: "')


@breaks("stream.event.json")
def a_comma_too_many(reply):
    reply.events[0] = reply.events[0].removesuffix("}") + ",}"


@breaks("stream.event.json")
def an_event_is_a_list(reply):
    reply.events[1] = "[]"


@breaks("stream.event.schema")
def a_choice_has_no_index(reply):
    del reply.chunks[1]["choices"][0]["index"]


@breaks("stream.event.corrected")
def the_id_is_missing(reply):
    for chunk in reply.chunks:
        del chunk["id"]


@breaks("stream.series")
def the_whole_answer_is_one_chunk(reply):
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in reply.chunks if chunk["choices"])
    last = reply.chunks[0]
    last["choices"] = [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": "stop"}]
    reply.chunks[:] = [last]


@breaks("stream.constant")
def every_chunk_has_its_own_id(reply):
    for number, chunk in enumerate(reply.chunks):
        chunk["id"] += str(number)


@breaks("stream.constant")
def created_runs_on(reply):
    reply.chunks[-1]["created"] += 1


@breaks("stream.role")
def nobody_speaks(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            choice["delta"].pop("role", None)


@breaks("stream.role", where=lambda draft: draft.asked.get("n") == 2)
def only_the_first_choice_has_a_role(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            if choice["index"] == 1:
                choice["delta"].pop("role", None)


@breaks("stream.finish.once")
def no_choice_ever_finishes(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            choice["finish_reason"] = None


@breaks("stream.finish.once")
def every_chunk_finishes(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            choice["finish_reason"] = "stop"


@breaks("stream.finish.last")
def text_follows_the_finish(reply):
    chunks = [chunk for chunk in reply.chunks if chunk["choices"]]
    first, last = chunks[0], chunks[-1]
    first["choices"], last["choices"] = last["choices"], first["choices"]


def _after_the_finish(reply, delta, **members):
    """One more chunk of the first choice, behind the last that has one."""
    last = [place for place, chunk in enumerate(reply.chunks) if chunk["choices"]][-1]
    choice = {"index": 0, "delta": delta, "finish_reason": None, **members}
    reply.chunks.insert(last + 1, {**reply.chunks[0], "choices": [choice]})


@breaks("stream.finish.last")
def a_word_follows_the_finish(reply):
    _after_the_finish(reply, {"content": "."})


@spares("stream.finish.last")
def an_empty_delta_follows_the_finish(reply):
    _after_the_finish(reply, {})


@spares("stream.finish.last")
def the_verdict_of_a_filter_follows_the_finish(reply):
    found = {"hate": {"filtered": False, "severity": "safe"}}
    _after_the_finish(reply, {"role": "assistant", "content": None}, content_filter_results=found)


@breaks("stream.done")
def the_stream_just_ends(reply):
    reply.events.remove("[DONE]")


@breaks("stream.no-crash")
def the_engine_fails_half_way(reply):
    reply.events[-2:] = ['{"error": {"message": "out of memory", "type": "server_error"}}']


@breaks("stream.done.last")
def a_chunk_follows_done(reply):
    reply.events.append(reply.events[0])


@breaks("stream.invalid")
def errors_are_events(reply):
    reply.status = 200
    reply.header("content-type", "text/event-stream")


@breaks("stream.options.alone")
def options_without_a_stream_are_taken(reply):
    reply.status = 200


@breaks("stream.choices")
def the_second_choice_is_not_streamed(reply):
    reply.chunks[:] = [chunk for chunk in reply.chunks if all(choice["index"] == 0 for choice in chunk["choices"])]


@spares("stream.framing")
def only_done_is_lost(reply):
    reply.body = reply.body.rstrip(b"\n")


@spares("stream.series")
def a_few_words_come_at_once(reply):
    reply.chunks[:] = [{"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}]


@breaks("stream.series")
def many_words_come_at_once(reply):
    reply.chunks[:] = [{"choices": [{"index": 0, "delta": {"content": "Hi! " * 9}, "finish_reason": "stop"}]}]


@breaks("stream.invalid")
def what_is_wrong_is_said_in_plain_text(reply):
    reply.header("content-type", "text/plain")
