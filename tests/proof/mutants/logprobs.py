"""Servers whose log probabilities are missing, or are about something else."""

from tests.proof.mutants import breaks, spares


def _entries(reply):
    return reply.json["choices"][0]["logprobs"]["content"]


@breaks("logprobs.accepted")
def logprobs_are_refused(reply):
    reply.status = 400


@breaks("logprobs.unasked", where=lambda draft: draft.role == "chat")
def logprobs_are_always_sent(reply):
    reply.json["choices"][0]["logprobs"] = {"content": [{"token": "Yes", "logprob": -0.5}]}


@breaks("logprobs.content")
def logprobs_are_ignored(reply):
    reply.json["choices"][0]["logprobs"] = None


@breaks("logprobs.content")
def a_token_is_missing(reply):
    del _entries(reply)[0]["token"]


@breaks("logprobs.sign")
def probabilities_are_sent_instead(reply):
    for entry in _entries(reply):
        entry["logprob"] = 0.5


@breaks("logprobs.top.count", where=lambda draft: not draft.asked.get("top_logprobs"))
def alternatives_come_unasked(reply):
    for entry in _entries(reply):
        entry["top_logprobs"] = [{"token": entry["token"], "logprob": entry["logprob"]}]


@breaks("logprobs.top.sent")
def alternatives_are_forgotten(reply):
    for entry in _entries(reply):
        entry["top_logprobs"] = []


@breaks("logprobs.tokens.text", where=lambda draft: draft.json["choices"][0]["message"]["content"].strip() != "")
def the_first_token_is_lost(reply):
    for entry in _entries(reply)[:2]:
        entry.update(token="", bytes=[])


@breaks("logprobs.tokens.count")
def only_one_token_has_an_entry(reply):
    del _entries(reply)[1:]


@breaks("logprobs.top.alone")
def alternatives_without_logprobs_are_taken(reply):
    reply.status = 200


@breaks("logprobs.token-ids")
def ids_are_ignored(reply):
    _entries(reply)[0]["token"] = "The"


@breaks("logprobs.prompt.sent")
def prompt_logprobs_are_ignored(reply):
    reply.json["prompt_logprobs"] = None


@breaks("logprobs.prompt.count")
def the_answer_has_entries_too(reply):
    reply.json["prompt_logprobs"] += [reply.json["prompt_logprobs"][-1]]


@spares("logprobs.prompt.count")
def tokens_of_the_template_are_left_out(reply):
    del reply.json["prompt_logprobs"][:3]


@breaks("logprobs.stream.values", where=lambda draft: draft.step == 1)
def a_stream_is_certain_of_everything(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            for entry in (choice["logprobs"] or {}).get("content") or ():
                entry["logprob"] = 0.0


@breaks("logprobs.stream.equal", where=lambda draft: draft.step == 1)
def a_stream_has_no_logprobs(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            choice["logprobs"] = None


@breaks("logprobs.bytes", where=lambda draft: not draft.asked.get("stream"))
def bytes_are_of_the_token_before(reply):
    entries = reply.json["choices"][0]["logprobs"]["content"]
    for entry, before in zip(entries[:0:-1], entries[-2::-1], strict=True):
        entry["bytes"] = before["bytes"]


@spares("logprobs.tokens.text")
def a_character_is_broken(reply):
    reply.json["choices"][0]["message"]["content"] = "\ufffd"


@spares("logprobs.tokens.text")
def a_call_is_spelled_by_no_content(reply):
    reply.ask(tools=[{"type": "function", "function": {"name": "f"}}])
    reply.json["choices"][0]["message"]["content"] = "something else"


@spares("logprobs.tokens.text")
def a_token_is_a_part_of_a_character(reply):
    reply.json["choices"][0]["message"]["content"] = "\u706f"
    for entry in _entries(reply):
        entry.update(token="\ufffd", bytes=None)


@breaks("logprobs.tokens.text")
def parts_of_a_character_have_the_bytes_of_another(reply):
    reply.json["choices"][0]["message"]["content"] = "\u706f"
    for entry in _entries(reply):
        entry.update(token="\ufffd", bytes=[0xE7])


@spares("logprobs.tokens.count")
def tokens_of_hidden_reasoning_are_told(reply):
    usage = reply.json["usage"]
    usage["completion_tokens"] += 4
    usage["completion_tokens_details"] = {"reasoning_tokens": 4}


@spares("logprobs.tokens.count")
def tokens_of_a_template_are_counted(reply):
    reply.json["usage"]["completion_tokens"] += 3


@spares("logprobs.tokens.text")
def there_are_no_bytes(reply):
    for entry in reply.json["choices"][0]["logprobs"]["content"]:
        entry.pop("bytes", None)


def _written_as_in_a_vocabulary(space):
    def edit(reply):
        for place, entry in enumerate(reply.json["choices"][0]["logprobs"]["content"]):
            entry.update(token=("" if place else space) + entry["token"].replace(" ", space), bytes=None)

    edit.__name__ = f"a_blank_is_written_as_{ord(space):x}"
    return edit


for _space in "▁Ġ":
    spares("logprobs.tokens.text")(_written_as_in_a_vocabulary(_space))


@spares("logprobs.bytes")
def there_are_no_alternatives(reply):
    said = [*reply.chunks] if reply.asked.get("stream") else [reply.json]
    for choice in (choice for each in said for choice in each["choices"]):
        for entry in (choice.get("logprobs") or {}).get("content") or []:
            entry.pop("top_logprobs", None)


@breaks("logprobs.prompt.sent")
def there_is_no_map_of_tokens(reply):
    reply.json["prompt_logprobs"] = [None]


@spares("logprobs.tokens.count")
def the_tokens_of_the_reasoning_have_no_entries(reply):
    reply.json["choices"][0]["message"]["reasoning_content"] = "Let me see."
    reply.json["usage"]["completion_tokens"] += 4


@breaks("logprobs.tokens.count")
def there_are_more_entries_than_tokens_of_both(reply):
    reply.json["choices"][0]["message"]["reasoning_content"] = "Let me see."
    reply.json["usage"]["completion_tokens"] = 1


def _everywhere(reply):
    """The entries of a reply, or of all chunks of a stream."""
    said = reply.chunks if reply.asked.get("stream") else [reply.json]
    choices = [choice for value in said for choice in value["choices"]]
    return [entry for choice in choices for entry in (choice.get("logprobs") or {}).get("content") or []]


def _first_of_all(reply):
    entries = _everywhere(reply)
    for entry in entries:
        entry["top_logprobs"] = entries[0]["top_logprobs"]


def _next_of_all(reply):
    entries = _everywhere(reply)
    lists = [entry["top_logprobs"] for entry in entries]
    for entry, other in zip(entries, [*lists[1:], lists[0]], strict=True):
        entry["top_logprobs"] = other


@breaks("logprobs.top.own", where=lambda draft: not draft.asked.get("stream"))
def all_tokens_have_the_alternatives_of_the_first(reply):
    _first_of_all(reply)


@breaks("logprobs.top.own", where=lambda draft: draft.asked.get("stream"))
def all_tokens_of_a_stream_have_the_alternatives_of_the_first(reply):
    _first_of_all(reply)


@breaks("logprobs.top.likeliest", where=lambda draft: not draft.asked.get("stream"))
def alternatives_are_those_of_the_next_token(reply):
    _next_of_all(reply)


@breaks("logprobs.top.likeliest", where=lambda draft: draft.asked.get("stream"))
def alternatives_of_a_stream_are_those_of_the_next_token(reply):
    _next_of_all(reply)


@breaks("logprobs.top.likeliest", where=lambda draft: draft.asked.get("top_logprobs") == 3)
def alternatives_are_the_least_likely(reply):
    for entry in _everywhere(reply):
        for other in entry["top_logprobs"]:
            other["logprob"] = -20.0 if other["token"] == entry["token"] else -0.1


@breaks("logprobs.top.same")
def a_token_has_the_probability_of_its_neighbour(reply):
    for entry in _everywhere(reply):
        entry["logprob"] -= 1


@spares("logprobs.top.likeliest")
def two_tokens_are_as_likely(reply):
    for entry in _everywhere(reply):
        entry["logprob"] = -0.9
        entry["top_logprobs"] = [{"token": "x", "logprob": -0.85, "bytes": [120]}]


@spares("logprobs.top.likeliest")
def a_penalty_of_the_server_turns_some(reply):
    for entry in _everywhere(reply)[::3]:
        entry["top_logprobs"][0].update(token="x", logprob=0.0)


@spares("logprobs.top.likeliest")
def the_tokens_are_parts_of_characters(reply):
    for entry in _everywhere(reply):
        entry["token"] = "\ufffd"


@spares("logprobs.top.own")
def one_word_is_repeated(reply):
    _first_of_all(reply)
    for entry in _everywhere(reply):
        entry["token"] = "ha"


@spares("logprobs.top.own")
def the_answer_has_two_tokens(reply):
    _first_of_all(reply)
    if not reply.asked.get("stream"):
        del _entries(reply)[2:]
    else:
        for chunk in reply.chunks[3:]:
            for choice in chunk["choices"]:
                choice["logprobs"] = None


@spares("logprobs.top.same")
def two_ids_have_one_text(reply):
    for entry in _everywhere(reply):
        entry["top_logprobs"].append({**entry["top_logprobs"][0], "token": entry["token"], "logprob": -9.0})


@spares("logprobs.top.same")
def half_precision_is_noisy(reply):
    for entry in _everywhere(reply):
        entry["logprob"] -= 0.1


@spares("logprobs.top.same")
def the_token_is_not_among_the_likeliest(reply):
    for entry in _everywhere(reply):
        entry["logprob"] -= 1
        for other in entry["top_logprobs"]:
            other["token"] += "!"


@breaks("logprobs.top.likeliest")
def alternatives_are_late_whatever_else_is_asked(reply):
    reply.ask(user="u", max_completion_tokens=12, stream_options={"include_usage": True})
    _next_of_all(reply)


@breaks("logprobs.tokens.text", where=lambda draft: draft.streamed and draft.asked.get("n") == 2)
def the_second_choice_has_the_tokens_of_the_first(reply):
    first, second = reply.json["choices"]
    first["message"]["content"], second["message"]["content"] = "Hello. Well!", "Good day to you all."
    first["logprobs"] = second["logprobs"] = {"content": [{"token": "Hello. Well!", "bytes": None, "logprob": -1.0}]}


@spares("logprobs.tokens.text", where=lambda draft: draft.streamed)
def a_choice_has_no_entries(reply):
    reply.json["choices"][-1]["logprobs"] = None


def _in_pieces(reply):
    return [chunk for chunk in reply.chunks if any(choice.get("logprobs") for choice in chunk["choices"])]


@breaks("logprobs.stream.count", where=lambda draft: draft.asked.get("n") == 2)
def every_second_piece_is_lost(reply):
    lost = _in_pieces(reply)[::2]
    reply.chunks[:] = [chunk for chunk in reply.chunks if not any(chunk is each for each in lost)]


@spares("logprobs.stream.count", where=lambda draft: draft.asked.get("n") == 2)
def what_opens_and_what_ends_a_choice_has_no_entry(reply):
    reply.json["usage"]["completion_tokens"] += len(reply.json["choices"])


@spares("logprobs.stream.count", where=lambda draft: draft.asked.get("n") == 2)
def tokens_of_reasoning_have_no_entries_in_a_stream(reply):
    reply.json["choices"][0]["message"]["reasoning_content"] = "Let me see."
    reply.json["usage"]["completion_tokens"] += 9


@spares("logprobs.stream.count", where=lambda draft: draft.asked.get("n") == 2)
def tokens_of_hidden_reasoning_are_told_in_a_stream(reply):
    reply.json["usage"].update(completion_tokens=99, completion_tokens_details={"reasoning_tokens": 90})


@spares("logprobs.stream.count", where=lambda draft: draft.asked.get("n") == 2)
def a_stream_has_no_entries(reply):
    for choice in reply.json["choices"]:
        choice["logprobs"] = None
