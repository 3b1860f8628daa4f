"""Servers whose streams come too late, or are another answer."""

from tests.proof.mutants import breaks, spares

HALF_A_SECOND = 500_000


def later(draft):
    """A stream after the first answer, which shows how long one token takes."""
    return draft.step > 0 and b"\n\n" in draft.body


@breaks("stream.equal.content", where=lambda draft: draft.step == 1)
def the_first_piece_is_lost(reply):
    chunk = next(chunk for chunk in reply.chunks if chunk["choices"][0]["delta"].get("content"))
    chunk["choices"][0]["delta"]["content"] = ""


@breaks("stream.equal.finish-reason", where=lambda draft: draft.step == 1)
def a_stream_is_always_cut(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            if choice["finish_reason"]:
                choice["finish_reason"] = "stop"


@breaks("stream.hang-up")
def the_next_client_gets_the_rest(reply):
    if reply.asked.get("stream"):
        reply.body = b'data: {"id": "chatcmpl-1", "choices": []}\n\n'
    else:
        reply.json["id"] = "chatcmpl-1"


@breaks("stream.slow-reader")
def a_slow_reader_loses_the_end(reply):
    reply.chunks[:] = [chunk for chunk in reply.chunks if not any(each["finish_reason"] for each in chunk["choices"])]


@breaks("stream.incremental", where=later)
def everything_comes_in_one_piece_at_the_end(reply):
    first_token = 1_000_000
    reply.reads = [(20 * first_token + HALF_A_SECOND, len(reply.body))]


@breaks("stream.incremental", where=later)
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


@spares("stream.incremental", where=lambda draft: later(draft) and draft.step == 1)
def an_answer_is_too_short_to_tell(reply):
    reply.chunks[:] = reply.chunks[:3]


def _pieces_of(*texts):
    """The whole answer in these pieces."""

    def edit(reply):
        name = "text" if reply.role == "chat.legacy.stream" else "content"
        said = [{"text": text, "idx": place} for place, text in enumerate(texts)]
        if name == "content":
            said = [{"choices": [{"index": 0, "delta": {name: text}, "finish_reason": None}]} for text in texts]
            said.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]})
        reply.chunks[:] = [{**reply.chunks[0], **chunk} for chunk in said]

    return edit


LONG, SHORT = "a word " * 200, "a word " * 20


@breaks("stream.pieces", where=later)
def the_whole_text_is_one_chunk(reply):
    _pieces_of(LONG)(reply)


@breaks("stream.pieces", where=later)
def the_text_comes_in_two_halves(reply):
    _pieces_of(LONG, LONG)(reply)


@breaks("stream.pieces", where=later)
def a_few_words_go_ahead(reply):
    _pieces_of("a", " word", " and", " more", LONG)(reply)


@spares("stream.pieces", where=later)
def a_host_sends_fifty_tokens_at_a_time(reply):
    _pieces_of(*[SHORT] * 3)(reply)


@spares("stream.pieces", where=later)
def a_short_text_is_cut(reply):
    _pieces_of(SHORT)(reply)


@spares("stream.pieces", where=lambda draft: later(draft) and draft.step == 1)
def only_one_stream_comes_in_one_chunk(reply):
    _pieces_of(LONG)(reply)


@spares("stream.equal.content", where=lambda draft: draft.step == 1)
def a_stream_begins_and_ends_with_blanks(reply):
    reply.json["choices"][0]["message"]["content"] = "\n" + reply.json["choices"][0]["message"]["content"] + " "


@spares("stream.equal.content", where=lambda draft: draft.step != 1)
def a_whole_answer_is_stripped(reply):
    reply.json["choices"][0]["message"]["content"] = reply.json["choices"][0]["message"]["content"].strip()
