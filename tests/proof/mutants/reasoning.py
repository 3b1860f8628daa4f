"""Servers that reason unasked, in the wrong place, or without counting."""

from inferproof.wire.exchange import Fault
from tests.proof.mutants import answered, breaks, spares

THOUGHT = "The person compares two weights, so I compare the numbers first."
DETAILS = "completion_tokens_details"


def _parts(reply):
    """The message of each choice, or each delta."""
    values = [reply.json] if "json" in reply.headers.get("content-type", "") else reply.chunks
    return [choice.get("message", choice.get("delta")) for value in values for choice in value["choices"]]


def _usages(reply):
    values = [reply.json] if "json" in reply.headers.get("content-type", "") else reply.chunks
    return [value["usage"] for value in values if value.get("usage")]


def _whole(reply):
    return "json" in reply.headers.get("content-type", "")


def _streamed(reply):
    return not _whole(reply)


def _reasons(reply):
    return any(part.get("reasoning_content") for part in _parts(reply))


def _says(reply):
    return any(part.get("content") for part in _parts(reply))


def _answers(reply):
    return _whole(reply) and _reasons(reply) and bool(reply.json["choices"][0]["message"]["content"])


def _tells(reply, tokens):
    for usage in _usages(reply):
        usage[DETAILS] = {"reasoning_tokens": tokens}


breaks("reasoning.accepted")(answered(400))
breaks("reasoning.none")(answered(422))
spares("reasoning.none")(answered(400))


@breaks("reasoning.accepted", where=lambda draft: "reasoning_effort" in draft.asked)
def the_older_member_is_unknown(reply):
    reply.status = 422


@spares("reasoning.accepted")
def the_model_costs_money(reply):
    reply.status = 402


@spares("reasoning.accepted")
def the_model_does_not_reason(reply):
    for message in _parts(reply):
        message.pop("reasoning_content", None)


@breaks("reasoning.none", where=_whole)
def it_reasons_unasked(reply):
    reply.json["choices"][0]["message"]["reasoning_content"] = THOUGHT


@breaks("reasoning.none", where=_streamed)
def it_reasons_unasked_in_a_stream(reply):
    for part in _parts(reply)[:3]:
        part["reasoning_content"] = "Hm. "


@spares("reasoning.none")
def nothing_is_said_of_reasoning_as_null(reply):
    for part in _parts(reply):
        part["reasoning_content"] = None


@spares("reasoning.none")
def a_template_leaves_line_breaks(reply):
    for part in _parts(reply)[:1]:
        part["reasoning_content"] = "\n\n"


@breaks("reasoning.none.tokens", where=_whole)
def it_is_billed_for_nothing(reply):
    _tells(reply, 3)


@spares("reasoning.none.tokens")
def the_details_are_null(reply):
    for usage in _usages(reply):
        usage[DETAILS] = None


@spares("reasoning.none.tokens")
def there_are_no_details(reply):
    for usage in _usages(reply):
        usage.pop(DETAILS, None)


@spares("reasoning.none.tokens")
def the_details_tell_something_else(reply):
    for usage in _usages(reply):
        usage[DETAILS] = {"audio_tokens": 0}


@breaks("reasoning.member")
def the_engine_s_own_name_is_passed_on(reply):
    for part in _parts(reply):
        if "reasoning_content" in part:
            part["reasoning"] = part.pop("reasoning_content")


@breaks("reasoning.member", where=_streamed)
def only_the_stream_has_the_engine_s_own_name(reply):
    the_engine_s_own_name_is_passed_on(reply)


@spares("reasoning.member")
def both_members_are_sent(reply):
    for part in _parts(reply):
        if "reasoning_content" in part:
            part["reasoning"] = part["reasoning_content"]


@spares("reasoning.member")
def the_other_member_is_empty(reply):
    for part in _parts(reply):
        part["reasoning"] = None if "content" in part else ""


@spares("reasoning.member")
def the_other_member_is_something_else(reply):
    for part in _parts(reply):
        part["reasoning"] = {"effort": "low"}


@breaks("reasoning.apart", where=_answers)
def no_parser_takes_it_out(reply):
    message = reply.json["choices"][0]["message"]
    message["content"] = f"<think>\n{message.pop('reasoning_content')}\n</think>\n\n{message['content']}"


@breaks("reasoning.apart", where=_answers)
def the_tag_that_opens_it_is_of_the_template(reply):
    message = reply.json["choices"][0]["message"]
    message["content"] = f"{message.pop('reasoning_content')}\n</think>\n\n{message['content']}"


@breaks("reasoning.apart", where=_answers)
def it_is_sent_twice(reply):
    message = reply.json["choices"][0]["message"]
    message["reasoning_content"] = THOUGHT
    message["content"] = f"{THOUGHT} {message['content']}"


@breaks("reasoning.apart", where=lambda draft: _streamed(draft) and _reasons(draft))
def no_parser_reads_the_stream(reply):
    parts = [part for part in _parts(reply) if "reasoning_content" in part]
    for part in parts:
        part["content"] = part.pop("reasoning_content")
    parts[0]["content"] = "<thi"
    parts[1]["content"] = "nk>"


@spares("reasoning.apart", where=_answers)
def the_answer_is_what_was_thought(reply):
    message = reply.json["choices"][0]["message"]
    message["content"] = message["reasoning_content"] = "Two pounds of iron."


@spares("reasoning.apart")
def nothing_was_answered_yet(reply):
    for part in _parts(reply):
        part["content"] = None


@spares("reasoning.apart", where=_answers)
def the_question_is_about_the_tag(reply):
    reply.ask(messages=[{"role": "user", "content": "What does </think> mean?"}])
    reply.json["choices"][0]["message"]["content"] = "</think> ends the reasoning."


@breaks("reasoning.tokens", where=lambda draft: _whole(draft) and _reasons(draft))
def none_are_counted(reply):
    _tells(reply, 0)


@breaks("reasoning.tokens", where=_whole)
def they_are_counted_beside_the_completion(reply):
    _tells(reply, reply.json["usage"]["completion_tokens"] + 1)


@breaks("reasoning.tokens", where=_answers)
def the_answer_is_not_counted(reply):
    _tells(reply, reply.json["usage"]["completion_tokens"])


@breaks("reasoning.tokens", where=lambda draft: _streamed(draft) and _reasons(draft))
def none_are_counted_in_a_stream(reply):
    _tells(reply, 0)


@breaks("reasoning.tokens", where=_whole)
def less_than_none_are_counted(reply):
    _tells(reply, -1)


spares("reasoning.tokens")(the_details_are_null)
spares("reasoning.tokens")(there_are_no_details)


@spares("reasoning.tokens", where=_whole)
def the_cap_ends_it_before_the_answer(reply):
    reply.json["choices"][0].update(finish_reason="length")
    reply.json["choices"][0]["message"].update(content=None, reasoning_content=THOUGHT)
    _tells(reply, reply.json["usage"]["completion_tokens"])


@spares("reasoning.tokens", where=_whole)
def tokens_without_a_text_are_counted(reply):
    reply.json["choices"][0]["message"].pop("reasoning_content", None)
    _tells(reply, 2)


@breaks("reasoning.text", where=lambda draft: _whole(draft) and _reasons(draft))
def the_text_is_kept_back(reply):
    for message in _parts(reply):
        message["reasoning_content"] = None
    _tells(reply, 20)


@breaks("reasoning.text", where=lambda draft: _streamed(draft) and _reasons(draft))
def the_text_is_lost_in_a_stream(reply):
    for part in _parts(reply):
        part.pop("reasoning_content", None)
    _tells(reply, 20)


@spares("reasoning.text", where=_whole)
def it_thought_of_line_breaks_only(reply):
    for message in _parts(reply):
        message["reasoning_content"] = "\n\n"
    _tells(reply, 2)


@breaks("reasoning.conflict")
def it_fails(reply):
    reply.status = 500


spares("reasoning.conflict")(answered(400))
spares("reasoning.conflict")(answered(422))


@breaks("reasoning.stream.order", where=_reasons)
def the_thought_comes_last(reply):
    chunks = [chunk for chunk in reply.chunks if chunk["choices"]]
    late = [chunk for chunk in chunks if "reasoning_content" in chunk["choices"][0]["delta"]]
    for chunk in late:
        reply.chunks.remove(chunk)
    last = next(chunk for chunk in reply.chunks if chunk["choices"] and chunk["choices"][0].get("finish_reason"))
    reply.chunks[reply.chunks.index(last) : reply.chunks.index(last)] = late


@spares("reasoning.stream.order", where=lambda draft: _reasons(draft) and _says(draft))
def the_last_thought_and_the_first_word_share_a_chunk(reply):
    parts = _parts(reply)
    first = next(part for part in parts if part.get("content"))
    last = [part for part in parts if part.get("reasoning_content")][-1]
    first["reasoning_content"] = last.pop("reasoning_content")


@spares("reasoning.stream.order", where=lambda draft: _reasons(draft) and _says(draft))
def it_reasons_and_answers_in_turn(reply):
    spoken = [place for place, chunk in enumerate(reply.chunks) if chunk["choices"]]
    thought = next(chunk for chunk in reply.chunks if chunk["choices"][0]["delta"].get("reasoning_content"))
    reply.chunks.insert(spoken[-1], thought)


@spares("reasoning.stream.order")
def every_delta_has_both_members(reply):
    for part in _parts(reply):
        part.setdefault("content", None)
        part.setdefault("reasoning_content", None)


@spares("reasoning.stream.order", where=_reasons)
def white_space_stands_around(reply):
    parts = _parts(reply)
    parts[0]["content"] = "\n"
    parts[-1]["reasoning_content"] = "\n"


@breaks("reasoning.stream.equal", where=_streamed)
def the_stream_has_no_reasoning(reply):
    for part in _parts(reply):
        part.pop("reasoning_content", None)


@breaks("reasoning.stream.equal", where=_streamed)
def the_first_piece_is_lost(reply):
    next(part for part in _parts(reply) if part.get("reasoning_content")).pop("reasoning_content")


@breaks("reasoning.stream.equal", where=_streamed)
def each_delta_has_all_there_is_so_far(reply):
    said = ""
    for part in _parts(reply):
        if part.get("reasoning_content"):
            said = part["reasoning_content"] = said + part["reasoning_content"]


@spares("reasoning.stream.equal", where=lambda draft: draft.step == 2)
def it_thinks_otherwise_each_time(reply):
    reply.json["choices"][0]["message"]["reasoning_content"] = THOUGHT


@spares("reasoning.stream.equal", where=_whole)
def it_finds_nothing_to_think_about(reply):
    reply.json["choices"][0]["message"].pop("reasoning_content")


@breaks("reasoning.stream.usage", where=_streamed)
def the_stream_has_no_details(reply):
    for usage in _usages(reply):
        del usage[DETAILS]


@breaks("reasoning.stream.usage", where=_streamed)
def the_stream_counts_chunks(reply):
    _tells(reply, 1)


@spares("reasoning.stream.usage", where=_streamed)
def the_stream_says_something_else(reply):
    next(part for part in _parts(reply) if part.get("content"))["content"] = "Well"
    _tells(reply, 1)


@spares("reasoning.stream.usage", where=_streamed)
def the_stream_has_no_usage(reply):
    for chunk in reply.chunks:
        chunk.pop("usage", None)


@spares("reasoning.stream.usage", where=_whole)
def the_whole_reply_has_no_details(reply):
    reply.json["usage"].pop(DETAILS)


def _fails_in_mid_stream(reply):
    reply.events[3:] = ['{"error": {"message": "the engine died"}}']


for _id in ("reasoning.none", "reasoning.member", "reasoning.apart", "reasoning.tokens", "reasoning.text"):
    spares(_id, where=_streamed)(_fails_in_mid_stream)


@spares("reasoning.member", where=_streamed)
def the_client_left(reply):
    reply.fault = Fault("hung_up", "")


@spares("reasoning.apart", where=_whole)
def the_reasoning_is_cut_before_its_end(reply):
    for choice in reply.json["choices"]:
        choice.update(finish_reason="length", message={"role": "assistant", "content": "<think>\nLet me see"})


@breaks("reasoning.apart", where=_whole)
def the_answer_is_cut_behind_the_reasoning(reply):
    for choice in reply.json["choices"]:
        choice.update(finish_reason="length", message={"role": "assistant", "content": "<think>\nHm.\n</think>\nTw"})


@spares("reasoning.stream.equal", where=lambda draft: draft.step == 1)
def a_stream_does_not_strip_its_reasoning(reply):
    message = reply.json["choices"][0]["message"]
    message["reasoning_content"] = f"\n{message['reasoning_content']}\n"
