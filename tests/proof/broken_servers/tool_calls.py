"""Tool calls that a client cannot use."""

from __future__ import annotations

import json
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, chat_stream, choices, deltas, messages, refuse
from tests.proof.legal_servers.reply import Reply


def calls(reply: Reply) -> list[Any]:
    return [call for message in messages(reply) for call in message.get("tool_calls") or ()]


def has_calls(reply: Reply) -> bool:
    return chat(reply) and bool(calls(reply))


def streams_calls(reply: Reply) -> bool:
    return chat_stream(reply) and bool(deltas(reply))


def _is_cut(reply: Reply) -> bool:
    """The cap ended an answer in the middle of its arguments."""
    return any(choice.get("finish_reason") == "length" for choice in choices(reply))


@defect("tools.finish-reason", of=lambda reply: has_calls(reply) or streams_calls(reply), seen="Blaizzy/mlx-vlm#990")
def calls_stop(reply: Reply) -> None:
    """A message with calls finishes with `stop`, and agents never call the tool."""
    for choice in choices(reply):
        choice["finish_reason"] = choice.get("finish_reason") and "stop"


@defect("chat.reply.schema", of=lambda reply: has_calls(reply) and not _is_cut(reply))
def arguments_are_an_object(reply: Reply) -> None:
    """`arguments` are an object, not the text of one."""
    for call in calls(reply):
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])


@defect("tools.call.arguments", of=has_calls)
def arguments_are_encoded_twice(reply: Reply) -> None:
    """`arguments` are the text of a string with JSON in it."""
    for call in calls(reply):
        call["function"]["arguments"] = json.dumps(call["function"]["arguments"])


@defect("tools.call.arguments", of=has_calls)
def arguments_are_cut_short(reply: Reply) -> None:
    """The last brace of the arguments is lost, and the message says that it is complete."""
    for call in calls(reply):
        call["function"]["arguments"] = call["function"]["arguments"][:-1]


@defect("tools.call.parameters", of=has_calls, seen="MoonshotAI/K2-Vendor-Verifier#19")
def arguments_break_the_schema(reply: Reply) -> None:
    """The call's arguments have a value that the parameters do not allow."""
    for call in calls(reply):
        call["function"]["arguments"] = '{"to": "maybe"}'


@defect("tools.call.offered", of=has_calls)
def names_have_a_prefix(reply: Reply) -> None:
    """The name of the function has the template's prefix: `functions.switch:0`."""
    for call in calls(reply):
        call["function"]["name"] = f"functions.{call['function']['name']}:0"


@defect("tools.call.id", of=has_calls)
def calls_have_no_id(reply: Reply) -> None:
    """Calls have an empty id, so that no result can be sent back."""
    for call in calls(reply):
        call["id"] = ""


@defect("tools.required", of=lambda reply: has_calls(reply) or streams_calls(reply), seen="vllm-project/vllm#25054")
def calls_are_left_in_the_text(reply: Reply) -> None:
    """The parser misses the call: its tags stand in the content."""
    for choice in choices(reply):
        message = choice["delta"] if "delta" in choice else choice["message"]
        made = message.pop("tool_calls", None)
        if made:
            message["content"] = "".join(f"<tool_call>{json.dumps(call.get('function'))}</tool_call>" for call in made)
        if choice.get("finish_reason") == "tool_calls":
            choice["finish_reason"] = "stop"


@defect("tools.required", "tools.prompt", asks=True)
def tools_are_dropped(asked: dict[str, Any]) -> None:
    """The gateway drops `tools` and `tool_choice`: the model never hears of them."""
    for name in ("tools", "tool_choice", "parallel_tool_calls"):
        asked.pop(name, None)


@defect("tools.named", asks=True)
def the_named_tool_is_a_wish(asked: dict[str, Any]) -> None:
    """A function named in `tool_choice` is not enforced: the first of the tools is called."""
    if isinstance(asked.get("tool_choice"), dict) and len(asked.get("tools") or ()) > 1:
        asked["tool_choice"]["function"]["name"] = asked["tools"][0]["function"]["name"]


@defect("tools.none", asks=True)
def none_calls_all_the_same(asked: dict[str, Any]) -> None:
    """With `tool_choice: none` tools are called all the same."""
    if asked.get("tool_choice") == "none" and asked.get("tools"):
        asked.update(tool_choice="required", max_tokens=96)


@defect("tools.parallel", of=lambda reply: has_calls(reply) and reply.asked.get("parallel_tool_calls") is False)
def several_tools_at_once(reply: Reply) -> None:
    """`parallel_tool_calls: false` is ignored."""
    message = reply.json["choices"][0]["message"]
    message["tool_calls"] += [{**call, "id": call["id"] + "b"} for call in message["tool_calls"]]


@defect("tools.result.accepted", of=lambda reply: chat(reply) and reply.asked["messages"][-1]["role"] == "tool")
def results_are_refused(reply: Reply) -> None:
    """The chat template knows no tool results: a message of the role `tool` is answered 400."""
    refuse(reply, message="Only user and assistant roles are supported!")


@defect("tools.stream.index", of=streams_calls, seen="apache/maka#1976")
def calls_are_numbered_from_one(reply: Reply) -> None:
    """The calls of a stream begin at index 1."""
    for piece in deltas(reply):
        piece["index"] += 1


@defect("stream.event.schema", of=streams_calls, seen="openai/codex#7517")
def pieces_have_no_index(reply: Reply) -> None:
    """The pieces of a call have no `index`, so that clients cannot tell two calls apart."""
    for piece in deltas(reply):
        del piece["index"]


@defect("tools.stream.once", of=streams_calls, seen="openai/openai-python#3201")
def every_piece_has_the_id_and_the_name(reply: Reply) -> None:
    """Each piece repeats id and name, which clients join: `switchswitchswitch`."""
    first = deltas(reply)[0]
    for piece in deltas(reply):
        piece["id"] = first["id"]
        piece["function"]["name"] = first["function"]["name"]


@defect("tools.call.arguments", of=streams_calls)
def streamed_arguments_lose_a_piece(reply: Reply) -> None:
    """The last piece of the arguments is not flushed."""
    spoken = [piece for piece in deltas(reply) if (piece.get("function") or {}).get("arguments")]
    spoken[-1]["function"]["arguments"] = ""
