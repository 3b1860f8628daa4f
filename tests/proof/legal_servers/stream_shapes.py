"""How an answer is cut into chunks: other pieces that add up to the same."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, chat_streams, streams


def alone(chunk: Any, **members: Any) -> Any:
    """The chunk with its one choice changed."""
    [choice] = chunk["choices"]
    return {**chunk, "choices": [{**choice, **members}]}


def choice_of(chunk: Any) -> Any:
    """The one choice of a chunk; None in the usage chunk."""
    return chunk["choices"][0] if chunk["choices"] else None


def speaks(chunk: Any) -> bool:
    """The chunk has text and nothing else to say."""
    choice = choice_of(chunk)
    return choice is not None and bool(choice["delta"].get("content")) and choice.get("finish_reason") is None


def merged(one: Any, other: Any) -> Any:
    """Two chunks of one choice as one; the later one's usage and finish reason count."""
    before, after = choice_of(one), choice_of(other)
    delta = {**before["delta"], **after["delta"]}
    texts = [part["delta"].get("content") for part in (before, after)]
    if any(text is not None for text in texts):
        delta["content"] = "".join(text or "" for text in texts)
    tokens = [token for part in (before, after) for token in (part.get("logprobs") or {}).get("content") or ()]
    return {
        **one,
        **other,
        "choices": [{**before, **after, "delta": delta, "logprobs": {"content": tokens} if tokens else None}],
    }


def calls_tools(chunk: Any) -> bool:
    choice = choice_of(chunk)
    return choice is not None and bool(choice["delta"].get("tool_calls"))


def asks_for_usage(reply: Reply) -> bool:
    options = reply.asked.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage", True) is True


def logprobs_free(reply: Reply) -> bool:
    return chat_streams(reply) and not reply.asked.get("logprobs")


@variant(of=lambda reply: chat_streams(reply) and asks_for_usage(reply))
def usage_is_null_but_once(reply: Reply) -> None:
    """With `include_usage` every chunk but the last has `usage: null`, as OpenAI's have."""
    for chunk in reply.chunks:
        chunk.setdefault("usage")


@variant(of=chat_streams)
def usage_is_null_throughout(reply: Reply) -> None:
    """Chunks have `usage: null` also where nobody asked for it."""
    for chunk in reply.chunks:
        chunk.setdefault("usage")


@variant(of=chat_streams)
def the_role_comes_with_the_first_words(reply: Reply) -> None:
    """No chunk is spent on the role: it stands beside the first of what the choice says."""
    opened: dict[int, Any] = {}
    chunks = []
    for chunk in reply.chunks:
        choice = choice_of(chunk)
        if choice is not None and list(choice["delta"]) in (["role"], ["role", "content"]):
            opened[choice["index"]] = chunk
        elif choice is not None and choice["index"] in opened:
            chunks.append(merged(opened.pop(choice["index"]), chunk))
        else:
            chunks.append(chunk)
    reply.chunks = chunks


@variant(of=chat_streams)
def the_finish_comes_with_the_last_words(reply: Reply) -> None:
    """No chunk is spent on the finish reason: it stands beside the last of what the choice says."""
    chunks: list[Any] = []
    for chunk in reply.chunks:
        choice = choice_of(chunk)
        before = next((each for each in reversed(chunks) if _same_choice(each, chunk)), None)
        if choice is not None and choice.get("finish_reason") and not choice["delta"] and before is not None:
            chunks = [each for each in chunks if each is not before] + [merged(before, chunk)]
        else:
            chunks.append(chunk)
    reply.chunks = chunks


def _same_choice(one: Any, other: Any) -> bool:
    return bool(one["choices"]) and bool(other["choices"]) and choice_of(one)["index"] == choice_of(other)["index"]


@variant(of=chat_streams)
def empty_contents_between(reply: Reply) -> None:
    """Deltas with an empty content stand among the others, with the role and with the finish reason too."""
    chunks = []
    for chunk in reply.chunks:
        choice = choice_of(chunk)
        if choice is not None:
            choice["delta"].setdefault("content", "")
            if choice.get("finish_reason") is None:
                chunks += [chunk, alone(chunk, delta={"content": ""}, logprobs=None)]
                continue
        chunks.append(chunk)
    reply.chunks = chunks


@variant(of=chat_streams)
def several_tokens_in_a_chunk(reply: Reply) -> None:
    """The words of a choice come two tokens at a time."""
    waiting: dict[int, Any] = {}
    chunks = []
    for chunk in reply.chunks:
        choice = choice_of(chunk)
        if choice is not None and speaks(chunk) and choice["index"] not in waiting:
            waiting[choice["index"]] = chunk
        elif choice is not None and choice["index"] in waiting:
            held = waiting.pop(choice["index"])
            chunks += [merged(held, chunk)] if speaks(chunk) else [held, chunk]
        else:
            chunks.append(chunk)
    reply.chunks = chunks


@variant(of=chat_streams)
def every_character_has_a_chunk(reply: Reply) -> None:
    """Words come letter by letter; the log-probabilities of a token come with its first."""
    chunks: list[Any] = []
    for chunk in reply.chunks:
        if not speaks(chunk):
            chunks.append(chunk)
            continue
        first, *rest = choice_of(chunk)["delta"]["content"]
        chunks.append(alone(chunk, delta={**choice_of(chunk)["delta"], "content": first}))
        chunks += [alone(chunk, delta={"content": letter}, logprobs=None) for letter in rest]
    reply.chunks = chunks


@variant(of=chat_streams)
def reasoning_comes_first(reply: Reply) -> None:
    """Each choice reasons, in `reasoning_content`, before it answers."""
    chunks = []
    opened = set()
    for chunk in reply.chunks:
        chunks.append(chunk)
        choice = choice_of(chunk)
        if choice is not None and choice["index"] not in opened and choice.get("finish_reason") is None:
            opened.add(choice["index"])
            chunks += [
                alone(chunk, delta={"reasoning_content": text}, logprobs=None) for text in ("The person", " asks.")
            ]
    reply.chunks = chunks


@variant(of=lambda reply: chat_streams(reply) and reply.asked.get("n", 1) > 1)
def one_choice_after_the_other(reply: Reply) -> None:
    """The choices of a stream are not interleaved: the second begins where the first has ended."""
    reply.chunks.sort(key=lambda chunk: choice_of(chunk)["index"] if chunk["choices"] else 99)


@variant(of=lambda reply: chat_streams(reply) and reply.asked.get("n", 1) > 1)
def both_choices_in_one_chunk(reply: Reply) -> None:
    """A chunk has a piece of each choice."""
    pieces: dict[int, list[Any]] = defaultdict(list)
    for chunk in reply.chunks:
        if chunk["choices"]:
            pieces[choice_of(chunk)["index"]].append(choice_of(chunk))
    others = [chunk for chunk in reply.chunks if not chunk["choices"]]
    rows = [
        [queue[row] for queue in pieces.values() if row < len(queue)] for row in range(max(map(len, pieces.values())))
    ]
    reply.chunks = [{**reply.chunks[0], "choices": row} for row in rows] + others


@variant(of=lambda reply: chat_streams(reply) and not _continuous(reply))
def a_chunk_without_choices_comes_first(reply: Reply) -> None:
    """The first chunk has no choices and tells what a filter found, as Azure's does."""
    opening = {**reply.chunks[0], "choices": [], "prompt_filter_results": [{"prompt_index": 0}]}
    opening.pop("usage", None)
    reply.chunks = [opening, *reply.chunks]


def _continuous(reply: Reply) -> bool:
    return bool((reply.asked.get("stream_options") or {}).get("continuous_usage_stats"))


@variant(of=streams)
def slow_but_steady(reply: Reply) -> None:
    """Events come a few milliseconds apart."""
    reply.pause = 0.004


@variant(of=lambda reply: chat_streams(reply) and any(map(calls_tools, reply.chunks)))
def arguments_come_in_one_piece(reply: Reply) -> None:
    """A call comes in one piece: id, name and all of its arguments."""
    whole: dict[tuple[int, int], Any] = {}
    chunks = []
    for chunk in reply.chunks:
        if not calls_tools(chunk):
            chunks.append(chunk)
            continue
        for part in choice_of(chunk)["delta"]["tool_calls"]:
            place = choice_of(chunk)["index"], part["index"]
            if place not in whole:
                whole[place] = copy.deepcopy(part)
                chunks.append(alone(chunk, delta={**choice_of(chunk)["delta"], "tool_calls": [whole[place]]}))
            else:
                function = whole[place]["function"]
                function["arguments"] = (function.get("arguments") or "") + part["function"]["arguments"]
    reply.chunks = chunks


@variant(of=lambda reply: logprobs_free(reply) and any(map(calls_tools, reply.chunks)))
def arguments_come_letter_by_letter(reply: Reply) -> None:
    """A call's id and name come first, with null for arguments; these follow letter by letter."""
    chunks: list[Any] = []
    for chunk in reply.chunks:
        if not calls_tools(chunk):
            chunks.append(chunk)
            continue
        for part in choice_of(chunk)["delta"]["tool_calls"]:
            arguments = part["function"].get("arguments") or ""
            if part.get("id"):
                named = {**part, "function": {**part["function"], "arguments": None}}
                chunks.append(alone(chunk, delta={**choice_of(chunk)["delta"], "tool_calls": [named]}))
            more = [{"index": part["index"], "function": {"arguments": letter}} for letter in arguments]
            chunks += [alone(chunk, delta={"tool_calls": [piece]}) for piece in more]
    reply.chunks = chunks


@variant(of=lambda reply: chat_streams(reply) and any(map(calls_tools, reply.chunks)))
def later_pieces_of_a_call_say_null(reply: Reply) -> None:
    """Every piece of a call has every member: null where an earlier one said it, and its type each time."""
    for chunk in reply.chunks:
        for part in (choice_of(chunk)["delta"].get("tool_calls") or ()) if chunk["choices"] else ():
            part.update(id=part.get("id"), type="function")
            part["function"].setdefault("name")


def _in_lumps(reply: Reply, size: int) -> None:
    """The words of a choice come `size` chunks at a time; what is no text of one choice stays as it is."""
    chunks: list[Any] = []
    lump = 0
    for chunk in reply.chunks:
        if speaks(chunk) and lump and lump < size and speaks(chunks[-1]):
            chunks[-1] = merged(chunks[-1], chunk)
            lump += 1
        else:
            chunks.append(chunk)
            lump = 1
    reply.chunks = chunks


@variant(of=lambda reply: chat_streams(reply) and (reply.asked.get("n") or 1) == 1)
def many_tokens_at_a_time(reply: Reply) -> None:
    """An engine sends what it has made every sixteen tokens, as vLLM does with a longer `--stream-interval`."""
    _in_lumps(reply, 16)


def _is_constrained(reply: Reply) -> bool:
    constraints = (
        "response_format",
        "guided_json",
        "guided_choice",
        "guided_regex",
        "guided_grammar",
        "structural_tag",
    )
    return any(reply.asked.get(name) for name in (*constraints, "tools"))


@variant(of=lambda reply: chat_streams(reply) and _is_constrained(reply))
def what_is_constrained_comes_in_one_chunk(reply: Reply) -> None:
    """A text that must obey a constraint, or that may be a call, is held until that is known, and sent as one chunk."""
    _in_lumps(reply, 1000)


@variant(of=chat_streams)
def what_a_filter_found_follows_the_finish(reply: Reply) -> None:
    """Behind the finish reason comes what a filter found, in a choice with an empty delta."""
    last = [place for place, chunk in enumerate(reply.chunks) if chunk["choices"]][-1]
    found = {"index": reply.chunks[last]["choices"][0]["index"], "delta": {}, "finish_reason": None}
    reply.chunks.insert(last + 1, {**reply.chunks[last], "choices": [found]})
