"""Streams: how the same deltas may be cut, spelled and surrounded."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from inferproof.front.backend import Json
from inferproof_mock.habits.exchange import Answer, Asked
from inferproof_mock.habits.habit import CHATS, replies


def _deltas(event: Json) -> list[tuple[Json, Json]]:
    """The choices of a chunk, each with its delta."""
    choices = [each for each in event.get("choices") or [] if isinstance(each, dict)]
    return [(each, each["delta"]) for each in choices if isinstance(each.get("delta"), dict)]


def _is_chunk(event: Json) -> bool:
    return "choices" in event


def _each_delta(answer: Answer, change: Callable[[Json, Json], Any]) -> None:
    """Give `change` each choice and its delta."""
    if not answer.streamed:
        return

    def changed(event: Json) -> None:
        for choice, delta in _deltas(event):
            change(choice, delta)

    answer.edit(changed)


def _written(answer: Answer, write: Callable[[bytes], bytes]) -> None:
    if answer.streamed:
        answer.on_write.append(write)


@replies(wraps=True)
def comments_keep_streams_alive(asked: Asked, answer: Answer) -> None:
    """A comment comes before each event.

    Allowed: WHATWG HTML §9.2.7: a comment now and then keeps proxies from closing a stream.
    """
    _written(answer, lambda event: b": keep-alive\n\n" + event)


@replies(wraps=True)
def lines_end_with_crlf(asked: Asked, answer: Answer) -> None:
    """The lines of streams end with CR and LF.

    Allowed: WHATWG HTML §9.2.5: any of CR LF, LF and CR ends a line.
    """
    _written(answer, lambda event: event.replace(b"\n", b"\r\n"))


@replies(wraps=True)
def no_space_after_the_colon(asked: Asked, answer: Answer) -> None:
    """`data:` has no space behind it.

    Allowed: WHATWG HTML §9.2.6: one space is removed, if there is one.
    """
    _written(answer, lambda event: event.replace(b"data: ", b"data:", 1))


@replies(wraps=True)
def events_have_ids(asked: Asked, answer: Answer) -> None:
    """Each event has an `id`, and a `retry`.

    Allowed: WHATWG HTML §9.2.6.
    """
    count = iter(range(1 << 30))
    _written(answer, lambda event: b"id: %d\nretry: 3000\n" % next(count) + event)


@replies(wraps=True)
def streams_begin_with_a_mark(asked: Asked, answer: Answer) -> None:
    """A stream begins with a byte order mark.

    Allowed: WHATWG HTML §9.2.5: one at the beginning is ignored.
    """
    answer.opening = b"\xef\xbb\xbf" if answer.streamed else b""


@replies()
def streams_name_no_charset(asked: Asked, answer: Answer) -> None:
    """The type of streams is bare, and nothing speaks of caches.

    Allowed: WHATWG HTML §9.2.5: an event stream is UTF-8 always.
    """
    if answer.streamed:
        answer.headers = [("content-type", "text/event-stream")]


@replies(*CHATS)
def the_first_chunk_is_empty(asked: Asked, answer: Answer) -> None:
    """A chunk without choices comes first, with what a filter found in the prompt.

    Allowed: OpenAI's list of choices may be empty in a chunk; hosts send what they found ahead of the text.
    """
    if not answer.streamed:
        return
    sent = iter([True])

    def ahead(event: Json) -> list[Json]:
        if next(sent, False) and _is_chunk(event):
            return [{**event, "choices": [], "prompt_filter_results": [{"prompt_index": 0}]}, event]
        return [event]

    answer.on_event.append(ahead)


@replies(*CHATS)
def the_first_delta_is_empty_text(asked: Asked, answer: Answer) -> None:
    """The delta with the role has an empty content, or null beside calls that will come.

    Allowed: OpenAI's own streams begin so.
    """
    _each_delta(answer, lambda choice, delta: delta.setdefault("content", "") if "role" in delta else None)


@replies(*CHATS)
def chunks_say_that_there_is_no_usage_yet(asked: Asked, answer: Answer) -> None:
    """Each chunk but the last has `usage: null`, where the usage was asked for.

    Allowed: OpenAI defines it so for `include_usage`.
    """
    options = asked.get("stream_options")
    if answer.streamed and isinstance(options, dict) and options.get("include_usage"):
        answer.edit(lambda event: event.setdefault("usage", None) if _is_chunk(event) else None)


@replies(*CHATS)
def every_delta_has_the_role(asked: Asked, answer: Answer) -> None:
    """Each delta has `role: assistant`.

    Allowed: the schema lets any delta have it; several engines write it so (OpenAI's clients take the last).
    """
    _each_delta(answer, lambda choice, delta: delta.setdefault("role", "assistant"))


@replies(*CHATS)
def later_deltas_have_an_empty_role(asked: Asked, answer: Answer) -> None:
    """Each delta but the first has `role: ""`.

    Allowed: no published schema says what a delta's role may be; gateways fill in what is missing (project).
    """
    _each_delta(answer, lambda choice, delta: delta.setdefault("role", ""))


@replies(*CHATS)
def deltas_say_what_is_null(asked: Asked, answer: Answer) -> None:
    """Each delta has `refusal: null`, and each choice `logprobs: null` where none were asked for.

    Allowed: OpenAI's own streams have them; both are nullable in its definition.
    """

    def say(choice: Json, delta: Json) -> None:
        delta.setdefault("refusal", None)
        choice.setdefault("logprobs", None)

    _each_delta(answer, say)


@replies(*CHATS)
def the_last_words_come_with_the_end(asked: Asked, answer: Answer) -> None:
    """The delta with the finish reason has an empty content.

    Allowed: the schema lets any delta have content; vLLM's last chunk has it.
    """
    _each_delta(answer, lambda choice, delta: delta.setdefault("content", "") if choice.get("finish_reason") else None)


@replies(*CHATS)
def chunks_have_more_members(asked: Asked, answer: Answer) -> None:
    """Each chunk has members that no document names: padding against eavesdroppers, a provider, a fingerprint.

    Allowed: the documented objects are open; OpenAI pads its chunks with `obfuscation`.
    """
    if answer.streamed:
        more = {
            "obfuscation": "x7Kf0",
            "provider": "edge",
            "service_tier": "default",
            "system_fingerprint": "fp_44709d",
        }
        answer.edit(lambda event: event.update({**more, **event}) if _is_chunk(event) else None)


@replies(*CHATS, "chat.legacy.stream")
def events_are_named(asked: Asked, answer: Answer) -> None:
    """Each event has a line `event: message`.

    Allowed: WHATWG HTML §9.2.6: it is the name that an event without one has.
    """
    _written(answer, lambda event: b"event: message\n" + event)


@replies(*CHATS)
def several_tokens_come_in_one_chunk(asked: Asked, answer: Answer) -> None:
    """Two neighbouring texts of one choice come in one chunk.

    Allowed: no document says how much text a delta has; engines send several tokens at a time when they are busy.
    """
    if not answer.streamed:
        return
    held: list[Json] = []

    def together(event: Json) -> list[Json]:
        if _plain(event) and not held:
            held.append(event)
            return []
        before = held.pop() if held else None
        if before is None:
            return [event]
        return [_joined(before, event)] if _plain(event) and _place(before) == _place(event) else [before, event]

    answer.on_event.append(together)


def _place(event: Json) -> Any:
    return event["choices"][0].get("index")


def _plain(event: Json) -> bool:
    """A chunk of one choice that says text, and nothing else but log probabilities."""
    deltas = _deltas(event)
    if len(deltas) != 1 or event.get("usage"):
        return False
    choice, delta = deltas[0]
    return set(delta) == {"content"} and bool(delta["content"]) and not choice.get("finish_reason")


def _joined(before: Json, after: Json) -> Json:
    whole = copy.deepcopy(before)
    choice, other = whole["choices"][0], after["choices"][0]
    choice["delta"]["content"] += other["delta"]["content"]
    if choice.get("logprobs") and other.get("logprobs"):
        choice["logprobs"]["content"] += other["logprobs"]["content"]
    return whole
