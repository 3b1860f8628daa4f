"""Servers that ignore tools, or call them in a way that clients cannot read."""

from tests.proof.mutants import breaks, spares

CALL = {"id": "call_1", "type": "function", "function": {"name": "switch", "arguments": '{"to": "on"}'}}


def _calls(reply):
    return reply.json["choices"][0]["message"]["tool_calls"]


def whole(draft):
    return not draft.asked.get("stream")


def has_calls(draft):
    return whole(draft) and bool(draft.json["choices"][0]["message"].get("tool_calls"))


@breaks("tools.accepted", where=lambda draft: draft.asked["tools"] is not None and draft.asked["tools"] != [])
def a_function_needs_parameters(reply):
    reply.status = 422


@breaks("tools.auto.accepted", where=lambda draft: draft.on_the_other_path)
def tools_are_refused_on_one_path(reply):
    reply.status = 400


@breaks("tools.none")
def a_tool_is_called_all_the_same(reply):
    reply.json["choices"][0]["message"]["tool_calls"] = [CALL]


@breaks("tools.required", where=has_calls)
def required_is_ignored(reply):
    reply.json["choices"][0]["message"] = {"role": "assistant", "content": "It is a fine day."}
    reply.json["choices"][0]["finish_reason"] = "stop"


@breaks("tools.named", where=has_calls)
def another_function_is_called(reply):
    _calls(reply)[0]["function"]["name"] = reply.asked["tools"][0]["function"]["name"]


@breaks("tools.named", where=has_calls)
def the_name_is_ignored(reply):
    del reply.json["choices"][0]["message"]["tool_calls"]


@breaks("tools.call.offered", where=has_calls)
def a_function_is_invented(reply):
    _calls(reply)[0]["function"]["name"] = "functions.switch"


@breaks("tools.call.id", where=has_calls)
def a_call_has_no_id(reply):
    del _calls(reply)[0]["id"]


@breaks("tools.call.id", where=has_calls)
def two_calls_share_an_id(reply):
    _calls(reply).append(_calls(reply)[0])


@breaks("tools.call.arguments", where=has_calls)
def arguments_are_python(reply):
    _calls(reply)[0]["function"]["arguments"] = "{'to': 'on'}"


@breaks("tools.call.arguments", where=has_calls)
def arguments_are_json_twice(reply):
    _calls(reply)[0]["function"]["arguments"] = '"{\\"to\\": \\"on\\"}"'


@breaks("tools.call.parameters", where=has_calls)
def arguments_are_empty(reply):
    _calls(reply)[0]["function"]["arguments"] = "{}"


@breaks("tools.finish-reason", where=has_calls)
def calls_finish_with_stop(reply):
    reply.json["choices"][0]["finish_reason"] = "stop"


@breaks("tools.parallel", where=has_calls)
def two_calls_are_made(reply):
    _calls(reply).append({**_calls(reply)[0], "id": "call_2"})


@breaks("tools.result.accepted", where=lambda draft: draft.step == 1)
def a_message_is_refused_as_it_was_sent(reply):
    reply.status = 422


@breaks("tools.prompt", where=lambda draft: draft.step == 1)
def tools_are_dropped_from_the_prompt(reply):
    reply.json["usage"]["prompt_tokens"] = 5


@breaks("tools.choice.without-tools")
def a_tool_is_required_of_none(reply):
    reply.status = 200


@breaks("tools.choice.unknown")
def an_unknown_tool_is_called(reply):
    reply.status = 200


@breaks("tools.invalid.refused", where=lambda draft: draft.asked["tools"][0]["type"] == "web_search")
def every_type_of_tool_is_taken(reply):
    reply.status = 200


@spares("tools.required", where=lambda draft: not draft.asked.get("stream"))
def the_cap_cuts_the_call(reply):
    reply.json["choices"][0]["finish_reason"] = "length"
    reply.json["choices"][0]["message"].pop("tool_calls", None)


@spares("tools.call.parameters", where=lambda draft: not draft.asked.get("stream"))
def the_arguments_are_no_json(reply):
    for call in reply.json["choices"][0]["message"].get("tool_calls") or []:
        call["function"]["arguments"] = "{"


@breaks("tools.choice.without-tools")
def a_named_choice_needs_none(reply):
    reply.ask(tool_choice={"type": "function", "function": {"name": "f"}})
    reply.status = 200


@breaks("tools.accepted")
def parallel_calls_are_refused(reply):
    reply.ask(parallel_tool_calls=False)
    reply.status = 400


@spares("tools.named", where=lambda draft: whole(draft) and isinstance(draft.asked.get("tool_choice"), dict))
def nobody_calls_a_function_that_is_not_there(reply):
    reply.ask(tool_choice={"type": "function", "function": {"name": "nowhere"}})
    reply.json["choices"][0]["message"] = {"role": "assistant", "content": "It is a fine day."}


@spares("tools.named", where=lambda draft: whole(draft) and isinstance(draft.asked.get("tool_choice"), dict))
def nobody_calls_for_a_choice_of_no_known_type(reply):
    reply.ask(tool_choice={"type": "tool", "function": {"name": "switch"}})
    reply.json["choices"][0]["message"] = {"role": "assistant", "content": "It is a fine day."}


@breaks("tools.cut", where=lambda draft: has_calls(draft) and draft.json["choices"][0]["finish_reason"] == "length")
def a_call_that_is_cut_is_said_to_be_whole(reply):
    reply.json["choices"][0]["finish_reason"] = "tool_calls"


@breaks("tools.cut", where=lambda draft: not whole(draft) and draft.asked["max_tokens"] < 20)
def a_call_that_is_cut_stops_in_a_stream(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            if choice.get("finish_reason"):
                choice["finish_reason"] = "stop"


@spares("tools.cut", where=lambda draft: has_calls(draft) and draft.json["choices"][0]["finish_reason"] == "length")
def a_call_is_broken_before_the_cap(reply):
    reply.json["choices"][0]["finish_reason"] = "tool_calls"
    reply.json["usage"]["completion_tokens"] -= 1


@spares("tools.cut", where=has_calls)
def a_call_that_is_cut_is_left_out(reply):
    reply.json["choices"][0]["message"] = {"role": "assistant", "content": None}


@breaks("tools.cut", where=lambda draft: has_calls(draft) and draft.json["choices"][0]["finish_reason"] == "length")
def a_call_that_is_cut_before_its_arguments_is_said_to_be_whole(reply):
    reply.json["choices"][0]["finish_reason"] = "stop"
    del _calls(reply)[0]["function"]["arguments"]
