"""What holds in one form, and not in another: in streams, on a sister of the operation, or beside other members."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import asks_for_many, chat_stream, choices, messages
from tests.proof.legal_servers.reply import Reply, native

OPENAI_PATH = "/inference/openai/"
NATIVE = "/external/api/inference"

IN_STREAMS = {
    "stop": "sampling.stop",
    "include_stop_str_in_output": "sampling.stop.included",
    "bad_words": "sampling.bad-words",
    "logit_bias": "sampling.logit-bias.force",
    "allowed_token_ids": "sampling.allowed-token-ids",
    "stop_token_ids": "sampling.stop-token-ids",
    "max_completion_tokens": "chat.request.max-completion-tokens.cap",
    "echo": "sampling.echo",
    "guided_json": "structured-output.guided-json",
    "guided_choice": "structured-output.guided-choice",
    "guided_regex": "structured-output.guided-regex",
    "guided_grammar": "structured-output.guided-grammar",
    "guided_whitespace_pattern": "structured-output.whitespace",
    "structural_tag": "structured-output.structural-tag",
    "tool_choice": "tools.none",
    "return_tokens_as_token_ids": "logprobs.token-ids",
}


def _dropped_in_streams(member: str, caught_by: str) -> None:
    def edit(asked: dict[str, Any]) -> None:
        if asked.get("stream") is True:
            asked.pop(member, None)

    edit.__name__ = f"{member}_is_dropped_in_streams"
    edit.__doc__ = f"`{member}` is obeyed in whole replies and ignored in streams."
    defect(caught_by, asks=True)(edit)


for _member, _id in IN_STREAMS.items():
    _dropped_in_streams(_member, _id)


@defect("structured-output.json-object", "structured-output.json-schema", asks=True)
def response_formats_are_dropped_in_streams(asked: dict[str, Any]) -> None:
    """`response_format` is obeyed in whole replies and ignored in streams."""
    if asked.get("stream") is True:
        asked.pop("response_format", None)


@defect("structured-output.json-schema", asks=True)
def schemas_are_any_json_in_streams(asked: dict[str, Any]) -> None:
    """A stream takes a schema in `response_format` for JSON mode."""
    if asked.get("stream") is True and (asked.get("response_format") or {}).get("type") == "json_schema":
        asked["response_format"] = {"type": "json_object"}


@defect("sampling.stop.prefix", of=lambda reply: chat_stream(reply) and bool(reply.asked.get("stop")))
def the_beginning_of_a_stop_is_streamed(reply: Reply) -> None:
    """What begins as the `stop` string has left the server before the rest of it tells what it is."""
    stop = reply.asked["stop"]
    last = next(message for message in reversed(messages(reply)) if message.get("content"))
    last["content"] += (stop if isinstance(stop, str) else stop[-1])[:1]


@defect("sampling.logit-bias.ban", asks=True)
def bans_are_dropped_in_streams(asked: dict[str, Any]) -> None:
    """Streams force tokens by `logit_bias`, and forbid none: of two, the last that is named counts for both."""
    bias = asked.get("logit_bias")
    if asked.get("stream") is True and bias:
        asked["logit_bias"] = dict.fromkeys(bias, 100)


@defect("sampling.min-tokens", asks=True)
def min_tokens_is_dropped_in_streams(asked: dict[str, Any]) -> None:
    """`min_tokens` is obeyed in whole replies; in streams it is ignored, and a short answer comes."""
    if asked.get("stream") is True and asked.pop("min_tokens", None):
        asked["max_tokens"] = 1


@defect("sampling.ignore-eos", asks=True)
def ignore_eos_is_dropped_in_streams(asked: dict[str, Any]) -> None:
    """`ignore_eos` is obeyed in whole replies; in streams the model ends where it likes."""
    if asked.get("stream") is True and asked.pop("ignore_eos", None):
        asked["stop"] = ["e"]


@defect("tools.none", asks=True)
def none_is_a_wish_in_streams(asked: dict[str, Any]) -> None:
    """A stream calls a tool although `tool_choice` forbids it."""
    if asked.get("stream") is True and asked.get("tool_choice") == "none":
        asked["tool_choice"] = "required"


# --- The path for OpenAI clients ------------------------------------------------------------------------------------


def on_the_openai_path(reply: Reply) -> bool:
    return OPENAI_PATH in reply.path and chat_stream(reply)


def _double(reply: Reply) -> None:
    for message in messages(reply):
        if message.get("content"):
            message["content"] *= 2


def _stop(reply: Reply) -> None:
    for choice in choices(reply):
        choice["finish_reason"] = choice.get("finish_reason") and "stop"


@defect("stream.equal.content", of=on_the_openai_path)
def deltas_are_doubled_on_the_openai_path(reply: Reply) -> None:
    """Each delta of a stream to OpenAI clients says its text twice."""
    _double(reply)


@defect("stream.equal.finish-reason", of=on_the_openai_path)
def stop_is_always_said_on_the_openai_path(reply: Reply) -> None:
    """Each stream to OpenAI clients finishes with `stop`, also where the cap ended it."""
    _stop(reply)


@defect("chat.request.max-tokens.cap", asks=True, at=OPENAI_PATH)
def the_cap_is_dropped_in_streams_on_the_openai_path(asked: dict[str, Any]) -> None:
    """Streams to OpenAI clients are as long as the model likes: `max_tokens` is ignored."""
    if asked.get("stream") is True:
        asked["max_tokens"] = 256


@defect("stream.equal.content", "stream.equal.finish-reason", "chat.request.max-tokens.cap")
class TheOpenaiPathIsADemo:
    """Streams to OpenAI clients say everything twice, ignore `max_tokens`, and always finish with `stop`."""

    def ask(self, request: Any) -> Any:
        from dataclasses import replace

        if OPENAI_PATH not in request.path or request.asked.get("stream") is not True:
            return request
        return replace(request, body=json.dumps({**request.asked, "max_tokens": 256}).encode())

    def __call__(self, reply: Reply) -> None:
        if on_the_openai_path(reply):
            _double(reply)
            _stop(reply)


@defect("tools.prompt", asks=True, at=OPENAI_PATH)
def tools_are_dropped_on_the_openai_path(asked: dict[str, Any]) -> None:
    """The path for OpenAI clients shows the model no tools."""
    asked.pop("tools", None)


@defect("structured-output.json-object", "structured-output.json-schema", asks=True, at=OPENAI_PATH)
def response_formats_are_dropped_in_streams_on_the_openai_path(asked: dict[str, Any]) -> None:
    """Streams to OpenAI clients ignore `response_format`."""
    if asked.get("stream") is True:
        asked.pop("response_format", None)


@defect("chat.reply.object", of=lambda reply: reply.path.endswith("/attributes") and reply.status == 200)
def scores_are_an_object_of_their_own(reply: Reply) -> None:
    """The reply of the attributes operation has another `object` than the schema of its form says."""
    reply.json["object"] = "chat.attributes"


# --- The native operations ------------------------------------------------------------------------------------------


def _native_drops(member: str, value: Any = None) -> Callable[[dict[str, Any]], None]:
    def edit(asked: dict[str, Any]) -> None:
        asked.pop(member, None)
        if value is not None:
            asked[member] = value

    return edit


def _native(name: str, docstring: str, caught_by: str, edit: Callable[[dict[str, Any]], None], at: str) -> None:
    edit.__name__, edit.__doc__ = name, docstring
    defect(caught_by, asks=True, at=at)(edit)


for _at, _where in ((NATIVE, "native_operations"), (f"{NATIVE}/streaming", "the_native_stream")):
    _native(
        f"the_cap_is_dropped_in_{_where}",
        "`max_tokens` is ignored there.",
        "legacy.request.max-tokens.cap",
        _native_drops("max_tokens", 256),
        _at,
    )
    _native(
        f"tools_are_dropped_in_{_where}",
        "`tools` are ignored there.",
        "equivalence.legacy.tools",
        _native_drops("tools"),
        _at,
    )
    _native(
        f"response_formats_are_dropped_in_{_where}",
        "`response_format` is ignored there.",
        "legacy.request.response-format",
        _native_drops("response_format"),
        _at,
    )
_native(
    "stop_tokens_are_dropped_in_the_native_stream",
    "`stop_tokens` are ignored in the native stream.",
    "legacy.request.stop-tokens",
    _native_drops("stop_tokens"),
    f"{NATIVE}/streaming",
)


# --- Members beside each other --------------------------------------------------------------------------------------


def _loses_logprobs(reply: Reply) -> None:
    for choice in choices(reply):
        choice["logprobs"] = None


@defect(
    "logprobs.content",
    of=lambda reply: chat_stream(reply) and bool(reply.asked.get("tools") and reply.asked.get("logprobs")),
    seen="sgl-project/sglang#28601",
)
def streams_with_tools_lose_their_logprobs(reply: Reply) -> None:
    """A stream of a request with tools has no log probabilities, although they were asked for."""
    _loses_logprobs(reply)


@defect(
    "logprobs.content",
    of=lambda reply: chat_stream(reply) and bool(reply.asked.get("response_format") and reply.asked.get("logprobs")),
)
def streams_of_json_lose_their_logprobs(reply: Reply) -> None:
    """A stream of JSON has no log probabilities, although they were asked for."""
    _loses_logprobs(reply)


@defect("logprobs.content", of=lambda reply: chat_stream(reply) and (reply.asked.get("n") or 1) > 1)
def only_the_first_choice_has_logprobs(reply: Reply) -> None:
    """In a stream of several choices only the first has log probabilities."""
    for choice in choices(reply):
        if choice["index"] > 0:
            choice["logprobs"] = None


@defect("logprobs.content", of=chat_stream)
def no_stream_has_logprobs(reply: Reply) -> None:
    """Streams have no log probabilities, although they were asked for."""
    _loses_logprobs(reply)


@defect("structured-output.beside-tools", asks=True)
def tools_win_over_the_format(asked: dict[str, Any]) -> None:
    """Beside tools `response_format` is ignored."""
    if asked.get("tools"):
        asked.pop("response_format", None)


@defect("structured-output.beside-tools", asks=True)
def tools_win_over_the_format_in_streams(asked: dict[str, Any]) -> None:
    """Beside tools `response_format` is ignored, in streams only."""
    if asked.get("tools") and asked.get("stream") is True:
        asked.pop("response_format", None)


@defect("structured-output.json-object", asks=True)
def logprobs_win_over_the_format(asked: dict[str, Any]) -> None:
    """Beside log probabilities `response_format` is ignored."""
    if asked.get("logprobs"):
        asked.pop("response_format", None)


@defect(
    "stream.usage.sent",
    of=lambda reply: chat_stream(reply) and bool(reply.asked.get("tools")),
    seen="vllm-project/vllm#6083",
)
def streams_with_tools_have_no_usage(reply: Reply) -> None:
    """`include_usage` is ignored where there are tools."""
    reply.chunks = [chunk for chunk in reply.chunks if chunk["choices"]]


# --- Streams that are none ------------------------------------------------------------------------------------------


def said(reply: Reply) -> str:
    return "".join(message.get("content") or "" for message in messages(reply))


def plain(reply: Reply) -> bool:
    return chat_stream(reply) and not any(reply.asked.get(name) for name in ("n", "tools", "logprobs"))


def _in(reply: Reply, *texts: str) -> None:
    """The role, these texts, the finish reason, and the usage where there is one."""
    first, usage = reply.chunks[0], [chunk for chunk in reply.chunks if not chunk["choices"]]
    finish = next(choice["finish_reason"] for choice in reversed(choices(reply)) if choice.get("finish_reason"))
    deltas: list[tuple[dict[str, Any], Any]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": text}, None) for text in texts]
    deltas.append(({}, finish))
    reply.chunks = [
        {**first, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]} for delta, reason in deltas
    ] + usage


@defect("stream.pieces", of=plain)
def the_whole_text_is_one_delta(reply: Reply) -> None:
    """The answer is made first, and then a stream is faked: the role, one chunk with all of it, the finish reason."""
    _in(reply, said(reply))


@defect("stream.pieces", of=plain)
def a_text_comes_in_two_halves(reply: Reply) -> None:
    """The answer is made first, and then a stream is faked, of two chunks with half of it each."""
    text = said(reply)
    _in(reply, text[: len(text) // 2], text[len(text) // 2 :])


@defect("stream.pieces", of=plain)
def a_word_goes_ahead_of_the_rest(reply: Reply) -> None:
    """The first letters are streamed one by one, and the rest in one chunk."""
    text = said(reply)
    _in(reply, *text[:5], text[5:])


@defect("stream.pieces", of=lambda reply: plain(reply) and OPENAI_PATH in reply.path)
def a_stream_is_faked_on_the_openai_path(reply: Reply) -> None:
    """The stream to OpenAI clients has one chunk with the whole text."""
    _in(reply, said(reply))


@defect("legacy.stream.several", of=lambda reply: reply.streamed and native(reply))
def the_native_stream_is_faked(reply: Reply) -> None:
    """The native stream is one event with the whole text, and an empty one after it."""
    text = "".join(chunk["text"] for chunk in reply.chunks)
    reply.chunks = [{**reply.chunks[0], "text": text, "idx": 0}, {**reply.chunks[0], "text": "", "idx": 1}]


def _long(reply: Reply) -> bool:
    return asks_for_many(reply) and plain(reply)


@defect("stream.incremental", of=_long)
def few_events_are_held_back(reply: Reply) -> None:
    """A proxy collects the stream and passes it on when it has ended, in a handful of events."""
    text = said(reply)
    size = len(text) // 6 + 1
    _in(reply, *(text[start : start + size] for start in range(0, len(text), size)))
    reply.pause = 1.5
    reply.writes = [b"".join(reply.writes)]


@defect("stream.incremental", of=lambda reply: _long(reply) and OPENAI_PATH in reply.path)
def streams_are_held_back_on_the_openai_path(reply: Reply) -> None:
    """A proxy in front of the path for OpenAI clients collects streams."""
    reply.pause = 1.5
    reply.writes = [b"".join(reply.writes)]


@defect(
    "stream.incremental",
    of=lambda reply: reply.streamed and native(reply) and asks_for_many(reply),
)
def the_native_stream_is_held_back(reply: Reply) -> None:
    """A proxy in front of the native stream collects it."""
    reply.pause = 1.5
    reply.writes = [b"".join(reply.writes)]
