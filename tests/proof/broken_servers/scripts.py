"""Text beyond ASCII that is lost, cut within a character, or not found."""

from __future__ import annotations

from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import chat, chat_stream, choices, deltas, messages
from tests.proof.legal_servers.reply import Reply


def _ascii(text: Any) -> Any:
    return text.encode("ascii", "ignore").decode() if isinstance(text, str) else text


def _stops_beyond_ascii(reply: Reply) -> bool:
    stops = reply.asked.get("stop")
    return isinstance(stops, list) and any(isinstance(stop, str) and not stop.isascii() for stop in stops)


@defect("sampling.stop", "sampling.stop.beyond-ascii", asks=True)
def stops_beyond_ascii_are_never_found(asked: dict[str, Any]) -> None:
    """A `stop` is looked for in single tokens, of which none has a whole character beyond ASCII."""
    if isinstance(asked.get("stop"), list):
        asked["stop"] = [stop for stop in asked["stop"] if not isinstance(stop, str) or stop.isascii()]


@defect("sampling.stop.beyond-ascii", of=lambda reply: _stops_beyond_ascii(reply) and chat_stream(reply))
def the_first_bytes_of_a_stop_are_streamed(reply: Reply) -> None:
    """The first bytes of a stop are sent before the others are there, as a broken character."""
    said = [delta for delta in messages(reply) if delta.get("content")]
    said[-1]["content"] += "\ufffd"


@defect("sampling.stop.beyond-ascii", of=lambda reply: _stops_beyond_ascii(reply) and chat(reply))
def the_first_bytes_of_a_stop_stay(reply: Reply) -> None:
    """The text is cut before the last token, and the first bytes of a character stay."""
    for message in messages(reply):
        message["content"] += "\ufffd"


@defect("chat.messages.escapes", of=chat)
def escapes_are_read_letter_by_letter(reply: Reply) -> None:
    """Text in escapes of JSON reaches the model with its backslashes."""
    escapes = reply.request.body.count(b"\\u")
    reply.json["usage"]["prompt_tokens"] += 6 * escapes
    reply.json["usage"]["total_tokens"] += 6 * escapes


@defect("chat.messages.escapes", of=chat)
def escaped_halves_of_pairs_are_dropped(reply: Reply) -> None:
    """Escapes of surrogate pairs are dropped: emoji of clients that escape are lost."""
    halves = reply.request.body.count(b"\\ud8")
    reply.json["usage"]["prompt_tokens"] -= halves
    reply.json["usage"]["total_tokens"] -= halves


@defect("tools.call.parameters", of=chat_stream, seen="kekzl/imp#1554")
def streamed_arguments_lose_letters(reply: Reply) -> None:
    """The arguments of a streamed call lose the letters that are no ASCII."""
    for piece in deltas(reply):
        if "arguments" in piece.get("function", {}):
            piece["function"]["arguments"] = _ascii(piece["function"]["arguments"])


@defect("tools.call.parameters", of=chat)
def arguments_lose_letters(reply: Reply) -> None:
    """The arguments of a call lose the letters that are no ASCII."""
    for message in messages(reply):
        for call in message.get("tool_calls") or ():
            call["function"]["arguments"] = _ascii(call["function"]["arguments"])


@defect("tools.call.parameters", of=chat_stream)
def streamed_arguments_are_cut_within_characters(reply: Reply) -> None:
    """Bytes of streamed arguments are decoded piece by piece: a character over two pieces is broken."""
    for piece in deltas(reply):
        arguments = piece.get("function", {}).get("arguments") or ""
        if not arguments.isascii():
            piece["function"]["arguments"] = "".join(each if each.isascii() else "\ufffd" for each in arguments)


@defect("logprobs.tokens.text", of=lambda reply: chat(reply) and bool(reply.asked.get("logprobs")))
def tokens_lose_their_letters(reply: Reply) -> None:
    """The tokens of log probabilities are written in ASCII."""
    for choice in choices(reply):
        for entry in (choice.get("logprobs") or {}).get("content") or ():
            entry["token"] = _ascii(entry["token"]).replace("\ufffd", "")
            entry["bytes"] = list(entry["token"].encode())


@defect("sampling.echo", asks=True)
def messages_are_in_ascii(asked: dict[str, Any]) -> None:
    """What is no ASCII is dropped from messages on their way to the model."""
    for message in asked.get("messages") or () if isinstance(asked.get("messages"), list) else ():
        if isinstance(message, dict):
            message["content"] = _ascii(message.get("content"))


@defect("embeddings.distinct", asks=True)
def inputs_are_in_ascii(asked: dict[str, Any]) -> None:
    """What is no ASCII is dropped from the texts to embed."""
    if isinstance(asked.get("input"), list):
        asked["input"] = [_ascii(text) or " " for text in asked["input"]]
