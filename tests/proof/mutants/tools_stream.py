"""Servers whose calls fall to pieces in a stream."""

from tests.proof.mutants import breaks, spares


def _pieces(reply):
    """Every delta of a stream that has a piece of a call."""
    return [
        choice["delta"] for chunk in reply.chunks for choice in chunk["choices"] if choice["delta"].get("tool_calls")
    ]


@breaks("tools.stream.call")
def every_piece_is_a_call_of_its_own(reply):
    for number, piece in enumerate(_pieces(reply)):
        piece["tool_calls"][0]["index"] = number


@breaks("tools.stream.call")
def calls_are_not_streamed(reply):
    for piece in _pieces(reply):
        del piece["tool_calls"]


@breaks("tools.stream.once")
def every_piece_has_the_name(reply):
    for piece in _pieces(reply):
        piece["tool_calls"][0]["function"]["name"] = "switch"


@breaks("tools.stream.once")
def no_piece_has_an_id(reply):
    for piece in _pieces(reply):
        piece["tool_calls"][0].pop("id", None)


@breaks("tools.stream.index")
def calls_are_numbered_from_one(reply):
    for piece in _pieces(reply):
        piece["tool_calls"][0]["index"] = 1


@breaks("tools.stream.equal", where=lambda draft: draft.step == 1)
def a_stream_calls_something_else(reply):
    _pieces(reply)[0]["tool_calls"][0]["function"]["name"] = "toggle"


@breaks("tools.call.arguments", where=lambda draft: draft.asked.get("stream") is True and _pieces(draft) != [])
def the_last_piece_of_the_arguments_is_lost(reply):
    last = [piece for piece in _pieces(reply) if piece["tool_calls"][0]["function"].get("arguments")][-1]
    last["tool_calls"][0]["function"]["arguments"] = ""


@spares("tools.stream.equal", where=lambda draft: draft.step == 2)
def the_calls_differ_from_time_to_time(reply):
    for call in reply.json["choices"][0]["message"]["tool_calls"]:
        call["function"]["name"] = "another"


@breaks("tools.stream.call")
def a_named_function_is_not_called(reply):
    name = reply.asked["tools"][0]["function"]["name"]
    reply.ask(tool_choice={"type": "function", "function": {"name": name}})
    for piece in _pieces(reply):
        del piece["tool_calls"]
