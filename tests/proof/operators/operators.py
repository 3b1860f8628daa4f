"""The operators: what may go wrong at any place of any reply, whatever the place means."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from inferproof.judge.subject import Subject
from inferproof.wire.exchange import Exchange, Fault, Headers
from tests.proof.operators.places import Path, at, closed, opened, pattern, places, sampled


class Change(NamedTuple):
    """One operator applied at one place of one exchange. `place` is a pattern: indexes and names of data are `*`."""

    place: str
    operator: str
    exchange: Exchange


def changes(answer: Subject, previous: Subject | None) -> Iterator[Change]:
    """Every change to one exchange. `previous` is the reply to another request for the same kind of thing."""
    yield from _of_status(answer)
    yield from _of_headers(answer)
    yield from _of_delivery(answer)
    yield from _of_body(answer, previous)
    if answer.media_type == "text/event-stream":
        yield from _of_events(answer)
        yield from _of_chunks(answer, previous)
    elif answer.media_type == "application/json" and answer.reply.body:
        yield from _of_json(answer, previous)


def _with(answer: Subject, **members: Any) -> Exchange:
    return replace(answer.exchange, reply=replace(answer.reply, **members))


def _saying(answer: Subject, body: bytes) -> Exchange:
    """The exchange with another body, which comes in the same rhythm."""
    reads = answer.reply.reads
    whole = len(answer.reply.body) or 1
    spread = tuple((time, offset * len(body) // whole) for time, offset in reads)
    return _with(answer, body=body, reads=spread, wire_length=len(body))


def _of_status(answer: Subject) -> Iterator[Change]:
    for status in (200, 204, 302, 400, 404, 422, 500, 503):
        if status != answer.status:
            yield Change("status", f"constant {status}", _with(answer, status=status))


UNSEEN = ("date", "content-length", "transfer-encoding", "connection")
"""Headers that the client has used up, or that no server's own are: an exchange shows nothing of what they did."""


def _of_headers(answer: Subject) -> Iterator[Change]:
    headers = answer.reply.headers
    for index, (name, value) in enumerate(headers):
        if name.lower() in UNSEEN:
            continue
        others = (*headers[:index], *headers[index + 1 :])
        edits: dict[str, Headers] = {
            "drop": others,
            "duplicate": (*headers, (name, value)),
            "constant": (*others, (name, "string")),
            "truncate": (*others, (name, value[: len(value) // 2])),
        }
        for operator, edited in edits.items():
            yield Change(f"headers/{name.lower()}", operator, _with(answer, headers=edited))


MINUTE_US = 60_000_000


def _of_delivery(answer: Subject) -> Iterator[Change]:
    reads = answer.reply.reads
    late = tuple((time + MINUTE_US, offset) for time, offset in reads)
    yield Change("delivery", "delay", _with(answer, reads=late))
    if len(reads) > 1:
        middle = len(reads) // 2
        yield Change("delivery", "delay half", _with(answer, reads=reads[:middle] + late[middle:]))
        at_once = tuple((reads[-1][0], offset) for _, offset in reads)
        yield Change("delivery", "delay to the end", _with(answer, reads=at_once))


def _of_body(answer: Subject, previous: Subject | None) -> Iterator[Change]:
    body = answer.reply.body
    half = body[: len(body) // 2]
    cut = _saying(answer, half)
    yield Change("body", "truncate", cut)
    yield Change("body", "truncate and close", replace(cut, fault=Fault("closed", "the connection closed")))
    yield Change("body", "drop", _saying(answer, b""))
    yield Change("body", "duplicate", _saying(answer, body * 2))
    yield Change("body", "constant", _saying(answer, b"null"))
    if previous is not None and previous.reply.body != body:
        yield Change("body", "previous reply", _saying(answer, previous.reply.body))


def _of_json(answer: Subject, previous: Subject | None) -> Iterator[Change]:
    before = previous.body.raw if previous is not None else None
    for path, operator, value in edited(answer.body.raw, before):
        yield Change(pattern(path), operator, _saying(answer, _dumped(value)))
    if answer.role == "attributes" and answer.status == 200 and answer.finish_reason != "length":
        whole = opened(json.loads(answer.reply.body))
        for path, operator, value in edited(whole, None):
            if "scores" in path:
                yield Change(pattern(path), operator, _saying(answer, _dumped(closed(value))))


def _of_chunks(answer: Subject, previous: Subject | None) -> Iterator[Change]:
    """Operators at the places of single chunks: the first ones, the middle one, the last ones."""
    events = [event.data for event in answer.stream.events]
    chunks, others = answer.events, previous.events if previous is not None else []
    for index in sampled(len(chunks)):
        before = others[index].raw if index < len(others) else None
        for path, operator, value in edited(chunks[index].raw, before):
            changed = [*events[:index], json.dumps(value), *events[index + 1 :]]
            yield Change(f"/events/*{pattern(path)}", operator, _saying(answer, _framed(changed)))


def _of_events(answer: Subject) -> Iterator[Change]:
    events = [event.data for event in answer.stream.events]
    for index in sampled(len(events)):
        name = "events/[DONE]" if events[index] == "[DONE]" else "events/*"
        head, tail = events[:index], events[index + 1 :]
        edits: dict[str, list[str]] = {
            "drop": head + tail,
            "duplicate": [*head, events[index], *events[index:]],
            "constant": [*head, "string", *tail],
            "truncate": head,
        }
        if tail:
            edits["swap"] = [*head, tail[0], events[index], *tail[1:]]
        for operator, edit in edits.items():
            yield Change(name, operator, _saying(answer, _framed(edit)))
    yield Change("events", "reorder", _saying(answer, _framed(events[::-1])))
    yield Change("events", "truncate the last line end", _saying(answer, answer.reply.body[:-1]))


Edit = tuple[str, Callable[[Any], Any]]


def edited(value: Any, previous: Any) -> Iterator[tuple[Path, str, Any]]:
    """Each operator at each place of a JSON value: the place, the operator, and the value as a whole."""
    for path in places(value):
        parent, step = at(value, path[:-1]), path[-1]
        for operator, container in _edits(parent, step):
            yield path, operator, _replaced(value, path[:-1], container)
        try:
            before = at(previous, path)
        except (LookupError, TypeError):
            continue
        if before != parent[step]:
            yield path, "previous reply", _replaced(value, path[:-1], _set(parent, step, before))


def _edits(parent: Any, step: str | int) -> Iterator[tuple[str, Any]]:
    """The container with one member or item changed, by each operator that makes sense of it."""
    found = parent[step]
    yield "drop", _without(parent, step)
    for operator, value in _values(found):
        if value != found or isinstance(value, bool) is not isinstance(found, bool):
            yield operator, _set(parent, step, value)
    other = _sibling(parent, step)
    if other is not None and parent[other] != found:
        yield "swap", _set(_set(parent, step, parent[other]), other, found)
    if isinstance(parent, list):
        yield "duplicate", [*parent[: int(step)], found, *parent[int(step) :]]


def _values(found: Any) -> Iterator[tuple[str, Any]]:
    """What may stand in the place of a value."""
    if found is not None:
        yield "null", None
    match found:
        case bool():
            yield from (("retype", str(found).lower()), ("constant", not found))
        case int() | float():
            yield from (("retype", str(found)), ("off by one", found + 1), ("off by one", found - 1), ("constant", 0))
        case str():
            yield from (("retype", 7), ("constant", "string"), ("truncate", found[: len(found) // 2]))
            yield from (("duplicate", found * 2), ("reorder", found[::-1]), ("truncate to nothing", ""))
        case list():
            yield from (("retype", {}), ("truncate", found[:-1]), ("truncate to nothing", []), ("reorder", found[::-1]))
        case dict():
            yield from (("retype", []), ("truncate to nothing", {}))
        case None:
            yield "retype", {"any": "thing"}


def _sibling(parent: Any, step: str | int) -> str | int | None:
    """The next place of the container whose value is of the same kind."""
    steps: list[str | int] = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
    after = steps[steps.index(step) + 1 :]
    return next((each for each in after if type(parent[each]) is type(parent[step])), None)


def _without(parent: Any, step: str | int) -> Any:
    if isinstance(parent, list):
        return [*parent[: int(step)], *parent[int(step) + 1 :]]
    return {name: value for name, value in parent.items() if name != step}


def _set(parent: Any, step: str | int, value: Any) -> Any:
    copied = list(parent) if isinstance(parent, list) else dict(parent)
    copied[step] = value  # type: ignore[index,call-overload]
    return copied


def _replaced(value: Any, path: Path, container: Any) -> Any:
    """The value with another container at a place; what is not on the way there is shared, not copied."""
    if not path:
        return container
    return _set(value, path[0], _replaced(value[path[0]], path[1:], container))


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _framed(events: list[str]) -> bytes:
    return "".join(f"data: {event}\n\n" for event in events).encode("utf-8", "surrogatepass")
