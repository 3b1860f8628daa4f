"""An exchange as requirements read it: the request's JSON, the reply's JSON, the events of its stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from inferproof.document import Contract, Expectation, Layer, Operation, Violation
from inferproof.judge.coercion import coerces
from inferproof.wire.exchange import Exchange, NotJson, Reply
from inferproof.wire.sse import EventStream, FramingFault, read_events

DONE = "[DONE]"


@dataclass(frozen=True)
class Subject:
    """One exchange that got a reply. Reading a member that is not there raises LookupError or TypeError."""

    exchange: Exchange
    contract: Contract

    @property
    def reply(self) -> Reply:
        if self.exchange.reply is None:
            raise LookupError("no reply")
        return self.exchange.reply

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def media_type(self) -> str:
        return self.reply.media_type

    def header(self, name: str) -> str | None:
        return self.reply.header(name)

    @property
    def json(self) -> Any:
        """The reply's body; raises NotJson."""
        return self.reply.json

    @cached_property
    def role(self) -> str:
        return self.exchange.role or ""

    @property
    def step(self) -> int:
        return self.exchange.step

    @property
    def operation(self) -> Operation:
        return self.contract.operation(self.role)

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The request's body where it is a JSON object, else an empty one."""
        try:
            body = self.exchange.request.json
        except NotJson:
            return {}
        return body if isinstance(body, dict) else {}

    @cached_property
    def expectation(self) -> Expectation:
        """What the contract expects for the request's body, whatever its headers; raises NotJson.

        Kept, because many requirements ask, and validating is the dearest thing that a judge does.
        """
        schema = self.operation.request_schema
        return "either" if schema is None else self.contract.expects(schema, self.exchange.request.json)

    @cached_property
    def allowed_if_lax(self) -> Literal["by format", "by coercion", ""]:
        """How a lax reader would come to allow a body that both documents forbid; raises NotJson.

        By format: it takes `format` for an annotation (JSON Schema 2020-12 §7.2.1). By coercion: it takes `"0.5"` for a
        number, or 1 for true.
        """
        schema, body = self.operation.request_schema, self.exchange.request.json
        if schema is None or self.expectation != "refuse":
            return ""
        if self.contract.only_by_format(schema, body):
            return "by format"
        return "by coercion" if coerces(body, lambda read: self.contract.expects(schema, read) != "refuse") else ""

    @cached_property
    def doubtful(self) -> bool:
        """The two validators disagree about the request's body: nobody may be blamed for the answer to it."""
        if not self.role or self.operation.request_schema is None:
            return False
        try:
            return self.contract.doubts(self.operation.request_schema, self.exchange.request.json)
        except NotJson:
            return False

    @cached_property
    def at_fault(self) -> set[str | int]:
        """The top-level members that the published document has something against; raises NotJson."""
        schema = self.operation.request_schema
        if schema is None:
            return set()
        return self.contract.validator(schema, "published").at_fault(self.exchange.request.json)

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """What the published document has against the request's body; raises NotJson."""
        return self._violations("published")

    @cached_property
    def corrected_violations(self) -> tuple[Violation, ...]:
        """What the corrected document has against the request's body; raises NotJson."""
        return self._violations("corrected")

    def _violations(self, layer: Layer) -> tuple[Violation, ...]:
        schema = self.operation.request_schema
        if schema is None:
            return ()
        return tuple(self.contract.validator(schema, layer).violations(self.exchange.request.json))

    @cached_property
    def stream(self) -> EventStream:
        return read_events(self.reply)

    @cached_property
    def chunks(self) -> list[Any]:
        """The JSON of each event but `[DONE]`; raises NotJson where an event is something else.

        Raises LookupError where the end of the stream is lost to clients: what it said is unknown, and the framing is
        at fault, nothing else. A stream that we left is what it is.
        """
        if self.exchange.fault is None and any(_loses_words(fault, self.reply) for fault in self.stream.faults):
            raise LookupError("the end of the stream is lost")
        return [read_json(event.data) for event in self.stream.events if event.data != DONE]

    @property
    def choices(self) -> list[Any]:
        return list(self.json["choices"])

    @property
    def text(self) -> str:
        """What a person would read: the first choice's content, or the legacy text; of a stream, its concatenation."""
        if self.media_type == "text/event-stream":
            return folded(self.chunks).text()
        body = self.json
        found = body["text"] if "text" in body else body["choices"][0]["message"]["content"]
        return found if isinstance(found, str) else ""

    @property
    def finish_reason(self) -> Any:
        """The first choice's; of a stream, the last one given."""
        if self.media_type == "text/event-stream":
            return folded(self.chunks).choices[0].finish_reason
        return self.json["choices"][0]["finish_reason"]

    @property
    def whole_text(self) -> str:
        """`text`; raises LookupError where the cap or a filter ended it, since what would have followed is unknown."""
        if self.finish_reason in ("length", "content_filter"):
            raise LookupError("the text was cut short")
        return self.text


def _loses_words(fault: FramingFault, reply: Reply) -> bool:
    """An event without its blank line is lost; of a `[DONE]` that is no pity."""
    return fault.kind == "unterminated" and reply.body[fault.offset :].strip() != b"data: [DONE]"


@dataclass
class Choice:
    """One choice, put together from its chunks."""

    role: str | None = None
    content: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    tool_calls: dict[int, dict[str, Any]] = field(default_factory=dict)
    logprobs: list[Any] = field(default_factory=list)


@dataclass
class Folded:
    """What a stream's chunks add up to. Nothing is invented: what no chunk said stays None or empty."""

    choices: dict[int, Choice]
    usage: dict[str, Any] | None
    legacy_text: str

    def text(self, index: int = 0) -> str:
        return self.choices[index].content if self.choices else self.legacy_text


def folded(chunks: list[Any]) -> Folded:
    """Chat chunks (`choices[].delta`) or legacy chunks (`text`), folded by choice.

    Raises LookupError where one says that the server failed: the rest of the answer is unknown.
    """
    if any("error" in chunk for chunk in chunks):
        raise LookupError("the server failed in mid-stream")
    result = Folded({}, None, "")
    for chunk in chunks:
        if isinstance(chunk.get("text"), str):
            result.legacy_text += chunk["text"]
        if chunk.get("usage") is not None:
            result.usage = chunk["usage"]
        for item in chunk.get("choices") or ():
            _add(result.choices.setdefault(item["index"], Choice()), item)
    return result


def _add(choice: Choice, item: dict[str, Any]) -> None:
    delta = item.get("delta") or {}
    choice.role = choice.role or delta.get("role")
    choice.content += delta.get("content") or ""
    choice.reasoning += delta.get("reasoning_content") or ""
    choice.finish_reason = item.get("finish_reason") or choice.finish_reason
    choice.logprobs += (item.get("logprobs") or {}).get("content") or []
    for part in delta.get("tool_calls") or ():
        call = choice.tool_calls.setdefault(part["index"], {"id": None, "name": "", "arguments": ""})
        call["id"] = call["id"] or part.get("id")
        function = part.get("function") or {}
        call["name"] += function.get("name") or ""
        call["arguments"] += function.get("arguments") or ""


def repeated(first: Subject, again: Subject) -> str:
    """The text that the same request brought twice; raises LookupError where it differs: then nothing compares."""
    if first.text != again.text or first.finish_reason != again.finish_reason:
        raise LookupError("the same request is answered differently each time")
    return first.text


def read_json(text: str) -> Any:
    """One JSON value (RFC 8259); raises NotJson, also for NaN and Infinity."""
    return Reply(200, body=text.encode("utf-8", "surrogatepass")).json
