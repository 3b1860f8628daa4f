"""Servers that count wrongly."""

from tests.proof.mutants import breaks, spares


@breaks("chat.usage.total")
def the_total_is_off_by_one(reply):
    reply.json["usage"]["total_tokens"] += 1


@breaks("chat.usage.prompt.positive")
def the_prompt_is_never_counted(reply):
    reply.json["usage"].update(prompt_tokens=0, total_tokens=reply.json["usage"]["completion_tokens"])


@breaks("chat.usage.completion")
def only_the_prompt_is_counted(reply):
    del reply.json["usage"]["completion_tokens"]


@breaks("chat.usage.cached")
def more_is_cached_than_was_sent(reply):
    reply.json["usage"]["prompt_tokens_details"] = {"cached_tokens": reply.json["usage"]["prompt_tokens"] + 1}


@breaks("chat.usage.length", where=lambda draft: draft.json["choices"][0]["finish_reason"] == "length")
def the_last_token_is_not_counted(reply):
    reply.json["usage"]["completion_tokens"] -= 1


@spares("chat.usage.length")
def a_host_has_a_lower_limit_of_its_own(reply):
    reply.ask(max_tokens=150)
    reply.json["choices"][0]["finish_reason"] = "length"
    reply.json["usage"]["completion_tokens"] = 16


@breaks("chat.usage.prompt.grows")
def history_is_dropped(reply):
    reply.json["usage"]["prompt_tokens"] = 9


@breaks("chat.usage.prompt.steady", where=lambda draft: draft.asked.get("n") == 2)
def the_prompt_is_counted_once_for_each_choice(reply):
    reply.json["usage"]["prompt_tokens"] *= 2


@spares("chat.usage.length", where=lambda draft: not draft.on_the_other_path)
def the_cap_of_no_choice_is_not_reached(reply):
    reply.ask(n=0)
    reply.json["choices"][0]["finish_reason"] = "length"
    reply.json["usage"]["completion_tokens"] = 10**6


@breaks("chat.usage.prompt.steady", where=lambda draft: draft.step == 1)
def the_second_prompt_is_longer(reply):
    reply.json["usage"]["prompt_tokens"] += 3


@breaks("chat.usage.prompt.steady", where=lambda draft: draft.step == 2)
def the_third_prompt_is_longer(reply):
    reply.json["usage"]["prompt_tokens"] += 3


def the_prompt_tells_the_time_of_day(reply):
    """Every second answer has two tokens more."""
    if usage := reply.json.get("usage"):
        usage["prompt_tokens"] += 2 * (reply.step % 2)


for _id in (
    "chat.usage.prompt.steady",
    "equivalence.openai-path.usage",
    "stream.usage.equal.prompt",
    "stream.hang-up.prompt",
):
    spares(_id)(the_prompt_tells_the_time_of_day)


def _usages(reply):
    """The usage of a reply, or of each chunk that has one."""
    values = reply.chunks if reply.asked.get("stream") else [reply.json]
    return [value["usage"] for value in values if value.get("usage")]


def _details(name, whole, **more):
    def edit(reply):
        for usage in _usages(reply):
            usage[name] = {member: usage[whole] + extra for member, extra in more.items()}

    return edit


@breaks("chat.usage.parts", where=lambda draft: draft.asked.get("stream"))
def a_stream_has_more_cached_than_was_sent(reply):
    _details("prompt_tokens_details", "prompt_tokens", cached_tokens=1)(reply)


@breaks("chat.usage.parts")
def a_prompt_is_all_sound_and_more(reply):
    _details("prompt_tokens_details", "prompt_tokens", audio_tokens=1)(reply)


@breaks("chat.usage.parts")
def more_is_reasoned_than_completed(reply):
    _details("completion_tokens_details", "completion_tokens", reasoning_tokens=1)(reply)


@breaks("chat.usage.parts")
def sound_and_reasoning_are_more_than_both(reply):
    _details("completion_tokens_details", "completion_tokens", reasoning_tokens=0, audio_tokens=0)(reply)
    for usage in _usages(reply):
        usage["completion_tokens_details"]["audio_tokens"] = 1


@breaks("chat.usage.parts")
def predictions_are_counted_twice(reply):
    more = {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
    _details("completion_tokens_details", "completion_tokens", **more)(reply)


@breaks("chat.usage.parts")
def fewer_than_none_are_rejected(reply):
    for usage in _usages(reply):
        usage["completion_tokens_details"] = {"accepted_prediction_tokens": 1, "rejected_prediction_tokens": -1}


@spares("chat.usage.parts")
def all_of_it_is_cached_and_reasoned(reply):
    for usage in _usages(reply):
        every = {"cached_tokens": usage["prompt_tokens"], "audio_tokens": usage["prompt_tokens"]}
        usage["prompt_tokens_details"] = every
        usage["completion_tokens_details"] = {"reasoning_tokens": usage["completion_tokens"], "audio_tokens": None}


@spares("chat.usage.parts", where=lambda draft: not draft.asked.get("stream"))
def details_are_null(reply):
    reply.json["usage"].update(prompt_tokens_details=None, completion_tokens_details={"audio_tokens": None})


def _counts_nothing(reply):
    for usage in _usages(reply):
        usage.update(completion_tokens=0, total_tokens=usage["prompt_tokens"])


@breaks("chat.usage.counted")
def nothing_is_counted(reply):
    _counts_nothing(reply)


@breaks("chat.usage.counted", where=lambda draft: draft.asked.get("stream"))
def nothing_is_counted_in_streams(reply):
    _counts_nothing(reply)


@breaks("chat.usage.counted", where=lambda draft: draft.asked.get("tool_choice") in ("required", {}))
def calls_cost_nothing(reply):
    _counts_nothing(reply)


@breaks("chat.usage.counted", where=lambda draft: not draft.asked.get("stream"))
def reasoning_costs_nothing(reply):
    _counts_nothing(reply)
    for choice in reply.json["choices"]:
        choice["message"] = {"role": "assistant", "content": None, "reasoning": "Let me see."}


@breaks("chat.usage.counted", where=lambda draft: not draft.asked.get("stream"))
def a_refusal_costs_nothing(reply):
    _counts_nothing(reply)
    for choice in reply.json["choices"]:
        choice["message"] = {"role": "assistant", "content": None, "refusal": "No."}


@breaks("chat.usage.counted", where=lambda draft: not draft.asked.get("stream"))
def an_older_call_costs_nothing(reply):
    _counts_nothing(reply)
    for choice in reply.json["choices"]:
        choice["message"] = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}


@spares("chat.usage.counted", where=lambda draft: not draft.asked.get("stream"))
def nothing_is_said_and_nothing_counted(reply):
    _counts_nothing(reply)
    for choice in reply.json["choices"]:
        choice["message"] = {"role": "assistant", "content": ""}


@spares("chat.usage.counted", where=lambda draft: not draft.asked.get("stream"))
def a_filter_speaks_for_the_model(reply):
    _counts_nothing(reply)
    for choice in reply.json["choices"]:
        choice["finish_reason"] = "content_filter"


@spares("chat.usage.counted")
def an_echo_is_all_there_is(reply):
    reply.ask(echo=True)
    _counts_nothing(reply)


@breaks("chat.usage.cap.choices")
def choices_have_a_thousand_tokens(reply):
    for usage in _usages(reply):
        usage["completion_tokens"] = 1000


@breaks("chat.usage.cap.choices", where=lambda draft: draft.asked.get("stream"))
def choices_of_a_stream_are_counted_twice(reply):
    for usage in _usages(reply):
        usage["completion_tokens"] = 2 * reply.asked["n"] * reply.asked["max_tokens"]


@breaks("chat.usage.cap.choices", where=lambda draft: not draft.asked.get("stream"))
def choices_are_counted_twice(reply):
    reply.json["usage"]["completion_tokens"] = 2 * reply.asked["n"] * reply.asked["max_tokens"]


@breaks("chat.usage.cap.choices", where=lambda draft: not draft.asked.get("stream"))
def the_newer_cap_is_not_the_choices(reply):
    reply.ask(only=("model", "messages"), n=2, max_completion_tokens=4)
    reply.json["usage"]["completion_tokens"] = 16


@spares("chat.usage.cap.choices", where=lambda draft: not draft.asked.get("stream"))
def all_candidates_are_counted(reply):
    reply.ask(best_of=5)
    reply.json["usage"]["completion_tokens"] = 5 * reply.asked["max_tokens"]


@spares("chat.usage.cap.choices", where=lambda draft: not draft.asked.get("stream"))
def each_choice_has_an_opening_and_an_end(reply):
    reply.json["usage"]["completion_tokens"] = reply.asked["n"] * (reply.asked["max_tokens"] + 2)


@spares("chat.usage.cap.choices", where=lambda draft: not draft.asked.get("stream"))
def beams_are_counted_too(reply):
    reply.ask(use_beam_search=True)
    reply.json["usage"]["completion_tokens"] = 1000


def _ends_at_the_cap(reply):
    for choice in reply.json["choices"]:
        choice["finish_reason"] = "length"


@breaks("chat.usage.choices", where=lambda draft: len(draft.json["choices"]) > 1)
def one_choice_of_several_is_counted(reply):
    _ends_at_the_cap(reply)
    reply.json["usage"] = {**(reply.json.get("usage") or {}), "completion_tokens": reply.asked["max_tokens"]}


@breaks("chat.usage.choices", where=lambda draft: draft.asked["n"] == 3)
def one_choice_of_three_is_not_counted(reply):
    _ends_at_the_cap(reply)
    reply.json["usage"]["completion_tokens"] = 2 * reply.asked["max_tokens"]


@spares("chat.usage.choices", where=lambda draft: not draft.streamed)
def one_choice_ends_by_itself(reply):
    _ends_at_the_cap(reply)
    reply.json["choices"][-1]["finish_reason"] = "stop"
    reply.json["usage"]["completion_tokens"] = reply.asked["max_tokens"]


@spares("chat.usage.choices", where=lambda draft: not draft.streamed)
def there_is_one_choice(reply):
    _ends_at_the_cap(reply)
    del reply.json["choices"][1:]
    reply.json["usage"]["completion_tokens"] = reply.asked["max_tokens"]


@spares("chat.usage.choices", where=lambda draft: not draft.streamed)
def the_last_token_of_each_choice_is_not_counted(reply):
    _ends_at_the_cap(reply)
    reply.json["usage"]["completion_tokens"] = len(reply.json["choices"]) * (reply.asked["max_tokens"] - 1)


@spares("chat.usage.choices", where=lambda draft: not draft.streamed)
def the_context_ends_before_the_cap(reply):
    _ends_at_the_cap(reply)
    reply.ask(max_tokens=100_000)


@spares("chat.usage.choices", where=lambda draft: not draft.streamed)
def the_newer_cap_is_smaller(reply):
    _ends_at_the_cap(reply)
    reply.ask(max_completion_tokens=1)
    reply.json["usage"]["completion_tokens"] = len(reply.json["choices"])
