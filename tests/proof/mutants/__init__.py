"""Mutants: changes to a good transcript, each of which one requirement must catch.

A mutant is registered under the id that it breaks. It edits the exchanges that its requirement judges, one at a time:

    @breaks("chat.usage.total")
    def total_off_by_one(reply):
        reply.json["usage"]["total_tokens"] += 1

`reply` is a Draft: `json`, `chunks`, `headers`, `status`, `body` and `events` may be changed in place; `asked` and
`step` tell what the exchange is. `where=` restricts it to some of the exchanges.

The opposite is a change that a right server may make, and that its requirement must not hold against it:

    @spares("chat.reply.finish-reason")
    def a_filter_stops_it(reply):
        reply.json["choices"][0]["finish_reason"] = "content_filter"

Either may also change the request, with `reply.ask(n=2)` or by `reply.request`.
"""

from __future__ import annotations

import copy
import importlib
import json
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from inferproof.document import Contract
from inferproof.judge.judge import base_name
from inferproof.judge.subject import DONE, FoldedChoice, Subject
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, Fault


class Draft:
    """An exchange that may be edited. What is not touched stays byte for byte."""

    def __init__(self, answer: Subject) -> None:
        reply = answer.reply
        self._answer = answer
        self.asked: dict[str, Any] = answer.request.raw
        self.role: str = answer.role
        self.step = answer.step
        self.request = answer.exchange.request
        self.status = reply.status
        self.headers = dict(reply.headers)
        self.body = reply.body
        self.reads = list(reply.reads)
        self.fault: Fault | None = answer.exchange.fault
        self._json: Any = None
        self._events: list[str] | None = None
        self._chunks: list[Any] | None = None

    @property
    def streamed(self) -> bool:
        return self._answer.streamed

    @property
    def ways(self) -> list[str]:
        """The headers that can hold a key, in lower case."""
        return [each.header.lower() for each in self._answer.credentials]

    @property
    def key_lines(self) -> list[tuple[str, str]]:
        """The request's lines of these headers."""
        lines = ((name.lower(), value) for name, value in self.request.headers)
        return [(name, value) for name, value in lines if name in self.ways]

    @property
    def on_the_other_path(self) -> bool:
        """Where the contract has two operations that chat in OpenAI's format, it is the second of them."""
        offered = {operation.role for operation in self._answer.contract.operations}
        return self.role == ("chat.openai-path" if "chat.openai-path" in offered else "chat")

    @property
    def json(self) -> Any:
        """The body's JSON, to be edited in place; of a stream, the reply that its chunks add up to."""
        if self._json is None:
            self._json = copy.deepcopy(add_up(self._answer) if self._answer.streamed else self._answer.body.raw)
        return self._json

    @json.setter
    def json(self, value: Any) -> None:
        self._json = value

    @property
    def events(self) -> list[str]:
        """The `data` of each event of the stream, `[DONE]` among them, to be edited in place."""
        if self._events is None:
            self._events = [event.data for event in self._answer.stream.events]
        return self._events

    @property
    def chunks(self) -> list[Any]:
        """The JSON chunks of the stream, to be edited in place; a `[DONE]` stays last."""
        if self._chunks is None:
            self._chunks = [copy.deepcopy(event.raw) for event in self._answer.events]
        return self._chunks

    def ask(self, *, only: Collection[str] | None = None, **members: Any) -> None:
        """Change members of the request's body; with `only` others than these are left out."""
        kept = {name: value for name, value in self.asked.items() if only is None or name in only}
        self.asked = kept | members
        self.request = replace(self.request, body=json.dumps(self.asked).encode())

    def header(self, name: str, value: str | None) -> None:
        """Set a header, or remove it."""
        for present in [key for key in self.headers if key.lower() == name.lower()]:
            del self.headers[present]
        if value is not None:
            self.headers[name] = value

    def finished(self) -> Exchange:
        body = self.body
        if self._json is not None and self._answer.streamed:
            done = [DONE] if DONE in [event.data for event in self._answer.stream.events] else []
            body = framed([*(json.dumps(chunk) for chunk in in_chunks(self._json, self._answer)), *done])
        elif self._json is not None:
            body = json.dumps(self._json, ensure_ascii=False).encode("utf-8", "surrogatepass")
        elif self._chunks is not None:
            done = [DONE] if DONE in [event.data for event in self._answer.stream.events] else []
            body = framed([*(json.dumps(chunk) for chunk in self._chunks), *done])
        elif self._events is not None:
            body = framed(self._events)
        reads = tuple(self.reads)
        if body != self._answer.reply.body:
            reads = _spread(reads, len(body))
        reply = replace(
            self._answer.reply,
            status=self.status,
            headers=tuple(self.headers.items()),
            body=body,
            reads=reads,
            wire_length=len(body),
        )
        exchange = replace(self._answer.exchange, request=self.request, reply=reply, fault=self.fault)
        return exchange if self.role == self._answer.role else replace(exchange, role=self.role or None)


def add_up(answer: Subject) -> Any:
    """The reply in one piece that says what the stream says: a chat completion, or the native form."""
    first = answer.events[0].raw
    if "choices" not in first:
        calls = [call.raw for event in answer.events for call in event.items("/tool_calls", optional=True)]
        native = {"created": first.get("created"), "text": answer.folded.legacy_text}
        return native | ({"tool_calls": calls} if calls else {})
    usage = {} if answer.folded.usage is None else {"usage": answer.folded.usage.raw}
    made = answer.folded.choices.items()
    return first | {"choices": [_put_together(index, choice) for index, choice in sorted(made)]} | usage


def _put_together(index: int, choice: FoldedChoice) -> Any:
    message: dict[str, Any] = {"role": choice.role, "content": choice.content}
    if choice.reasoning:
        message["reasoning_content"] = choice.reasoning
    if choice.tool_calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for _, call in sorted(choice.tool_calls.items())
        ]
    logprobs = {"content": [entry.raw for entry in choice.logprobs]} if choice.logprobs else None
    return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": choice.finish_reason}


def in_chunks(reply: Any, answer: Subject) -> list[Any]:
    """The reply in one piece as the chunks of a stream: for each choice what it says, and its end; then the usage."""
    first = answer.events[0].raw
    if "choices" not in reply:
        return [{**first, **reply, "idx": 0}]
    chunks = []
    for choice in reply["choices"]:
        delta = dict(choice["message"])
        if delta.get("tool_calls"):
            delta["tool_calls"] = [{**call, "index": place} for place, call in enumerate(delta["tool_calls"])]
        said = {"index": choice["index"], "delta": delta, "logprobs": choice.get("logprobs"), "finish_reason": None}
        end = {"index": choice["index"], "delta": {}, "finish_reason": choice["finish_reason"]}
        chunks += [{**first, "choices": [said]}, {**first, "choices": [end]}]
    usage = [{**first, "choices": [], "usage": reply["usage"]}] if reply.get("usage") else []
    return [*chunks, *usage]


def framed(events: Sequence[str]) -> bytes:
    return "".join(f"data: {event}\n\n" for event in events).encode()


def _spread(reads: tuple[tuple[int, int], ...], length: int) -> tuple[tuple[int, int], ...]:
    """The same arrival times over a body of another length."""
    whole = reads[-1][1] if reads else 0
    return tuple((at, length if offset == whole else offset * length // whole) for at, offset in reads)


@dataclass(frozen=True)
class Mutant:
    """A wrong server, as a change to what a right one said."""

    id: str
    name: str
    edit: Callable[[Draft], None]
    where: Callable[[Draft], bool]
    whatever: bool = False
    needs: str = ""

    def has_a_place_in(self, contract: Contract) -> bool:
        """The contract names the member of a chat request that the change is about, if it is about one."""
        return not self.needs or contract.names("chat", self.needs)

    def looks_at(self, answers: Sequence[Subject]) -> list[Subject]:
        """Those that its requirement judges; with `whatever`, those whose request it is about."""
        requirement = CATALOGUE[self.id]
        if requirement.of is None:
            return [each for each in answers if base_name(each.exchange.probe) in requirement.needs]
        of = requirement.of
        return [each for each in answers if of.matches_request(each) and (self.whatever or of.matches_reply(each))]

    def exchange(self, answer: Subject) -> Exchange:
        """The same request, as this server answers it."""
        if answer.exchange.reply is None:
            return answer.exchange
        draft = Draft(answer)
        if not self.where(draft):
            return answer.exchange
        self.edit(draft)
        return draft.finished()


MUTANTS: dict[str, list[Mutant]] = defaultdict(list)

SPARED: dict[str, list[Mutant]] = defaultdict(list)
"""Changes that a right server may make, by the requirement that must not mind."""


def breaks(
    id: str, *, where: Callable[[Draft], bool] = lambda draft: True, needs: str = ""
) -> Callable[[Callable[[Draft], None]], Callable[[Draft], None]]:
    """Register a mutant of the requirement `id`; it `needs` that the contract names a member of a chat request."""

    def register(edit: Callable[[Draft], None]) -> Callable[[Draft], None]:
        MUTANTS[id].append(Mutant(id, edit.__name__, edit, where, needs=needs))
        return edit

    return register


def spares(
    id: str, *, where: Callable[[Draft], bool] = lambda draft: True, whatever: bool = False
) -> Callable[[Callable[[Draft], None]], Callable[[Draft], None]]:
    """Register a change that the requirement `id` must not hold against a server.

    With `whatever` it is also made of replies that the requirement would not judge as they are.
    """

    def register(edit: Callable[[Draft], None]) -> Callable[[Draft], None]:
        SPARED[id].append(Mutant(id, edit.__name__, edit, where, whatever))
        return edit

    return register


def answered(status: int) -> Callable[[Draft], None]:
    """The change to this status, and to nothing else."""

    def edit(reply: Draft) -> None:
        reply.status = status

    edit.__name__ = f"it_is_answered_{status}"
    return edit


def load_all() -> dict[str, list[Mutant]]:
    """Every mutant of every module in this folder."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return MUTANTS
