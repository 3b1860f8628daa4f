"""Servers that know ASCII best."""

from tests.proof.mutants import breaks, spares


@breaks("chat.messages.escapes", where=lambda draft: draft.step == 2)
def escapes_are_read_letter_by_letter(reply):
    reply.json["usage"]["prompt_tokens"] += 20


@breaks("sampling.stop.beyond-ascii", where=lambda draft: not draft.asked.get("stream"))
def the_stop_is_not_found(reply):
    reply.json["choices"][0]["message"]["content"] += reply.asked["stop"][0] + " and so on"


@breaks("sampling.stop.beyond-ascii", where=lambda draft: not draft.asked.get("stream"))
def the_text_is_cut_within_a_character(reply):
    reply.json["choices"][0]["message"]["content"] += "\ufffd"


@breaks("sampling.stop.beyond-ascii", where=lambda draft: draft.asked.get("stream"))
def the_stop_is_not_found_in_a_stream(reply):
    for chunk in reply.chunks[1:2]:
        chunk["choices"][0]["delta"]["content"] = reply.asked["stop"][0]


@breaks("sampling.stop.beyond-ascii", where=lambda draft: draft.asked.get("stream"))
def a_piece_of_the_stop_is_left_in_a_stream(reply):
    for chunk in reply.chunks[1:2]:
        chunk["choices"][0]["delta"]["content"] = "\ufffd"


@spares("sampling.stop.beyond-ascii", where=lambda draft: not draft.asked.get("stream"))
def the_answer_is_another(reply):
    reply.json["choices"][0]["message"]["content"] = "A lighthouse."


@spares("sampling.stop.beyond-ascii", where=lambda draft: not draft.asked.get("stream"))
def the_model_is_still_reasoning(reply):
    reply.json["choices"][0]["message"]["content"] = None
    reply.json["choices"][0]["finish_reason"] = "length"


@breaks("logprobs.tokens.text", where=lambda draft: "response_format" in draft.asked)
def the_tokens_lose_their_letters(reply):
    for entry in reply.json["choices"][0]["logprobs"]["content"]:
        entry["token"] = entry["token"].encode("ascii", "ignore").decode()
        entry["bytes"] = list(entry["token"].encode())


def _ascii(arguments):
    return arguments.encode("ascii", "ignore").decode()


@breaks("tools.call.parameters", where=lambda draft: not draft.asked.get("stream"))
def arguments_lose_their_letters(reply):
    for call in reply.json["choices"][0]["message"].get("tool_calls") or ():
        call["function"]["arguments"] = _ascii(call["function"]["arguments"])


@breaks("tools.call.parameters", where=lambda draft: draft.asked.get("stream"))
def streamed_arguments_lose_their_letters(reply):
    for chunk in reply.chunks:
        for choice in chunk["choices"]:
            for call in choice["delta"].get("tool_calls") or ():
                if "arguments" in call["function"]:
                    call["function"]["arguments"] = _ascii(call["function"]["arguments"])


@breaks("embeddings.distinct", where=lambda draft: draft.step == 5)
def what_is_no_ascii_is_nothing(reply):
    reply.json["data"][1]["embedding"] = reply.json["data"][2]["embedding"]
