"""Servers whose operations know nothing of each other."""

from tests.proof.mutants import breaks, spares


@breaks("equivalence.openai-path.content", where=lambda draft: draft.role == "chat.openai-path")
def the_twin_has_a_mind_of_its_own(reply):
    reply.json["choices"][0]["message"]["content"] = "An ostrich, of course."


@breaks("equivalence.openai-path.content", where=lambda draft: draft.role == "chat.openai-path")
def the_twin_ends_for_another_reason(reply):
    reply.json["choices"][0]["finish_reason"] = "stop"


@breaks("equivalence.openai-path.usage", where=lambda draft: draft.role == "chat.openai-path")
def the_twin_has_another_template(reply):
    reply.json["usage"]["prompt_tokens"] += 20


@breaks("equivalence.legacy.text", where=lambda draft: draft.role == "chat.legacy")
def the_native_operation_has_an_older_model(reply):
    reply.json["text"] = "An ostrich, of course."


def native(draft):
    return draft.role.startswith("chat.legacy")


@breaks("equivalence.legacy.tools", where=native)
def the_native_operations_have_no_tools(reply):
    reply.json.pop("tool_calls", None)
    reply.json["text"] = "I cannot do that."


@breaks("equivalence.legacy.tools", where=lambda draft: draft.role == "chat.legacy.stream")
def the_native_stream_calls_another_tool(reply):
    reply.json["tool_calls"][0]["function"]["name"] = "another"


@spares("equivalence.legacy.tools", where=lambda draft: draft.role == "chat" and draft.step == 3)
def chat_calls_a_tool_by_chance(reply):
    message = reply.json["choices"][0]["message"]
    message["tool_calls"] = []


@spares("equivalence.legacy.text", where=lambda draft: draft.role == "chat.legacy")
def the_native_operation_never_repeats_itself(reply):
    reply.json["text"] += f" For the {reply.step}th time."


@spares("equivalence.openai-path.content", where=lambda draft: draft.role == "chat.openai-path" and draft.step > 1)
def the_other_path_does_not_repeat_itself(reply):
    reply.json["choices"][0]["message"]["content"] += " Again."
