"""An exchange as requirements read it: the request's JSON, the reply's JSON, the events of its stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from inferproof.document import Contract, Expectation, Layer, Operation, Violation, pointers
from inferproof.document.credentials import Credential
from inferproof.document.places import Path
from inferproof.judge import claims
from inferproof.judge.capabilities import not_claimed
from inferproof.judge.coercion import coerces
from inferproof.judge.value import Missing, NotClaimed, Skip, Value
from inferproof.wire.exchange import DEEPEST, Exchange, NotJson, Reply, deeper
from inferproof.wire.sse import EventStream, FramingFault, read_events

NOBODYS = "inferproof_"
"""How the members of a request begin that no server knows."""

DONE = "[DONE]"

REASONING = ("reasoning_content", "reasoning")
"""The names under which engines send what a model reasons: vLLM has the second since 0.11.2, and the first no more."""

TOO_DEEP = "the request is nested too deeply to say what is wrong with it"
"""Why a request is no evidence that none of the validators can explain."""


@dataclass(frozen=True)
class Subject:
    """One exchange, as a requirement reads it. What is not there is a Skip, whoever left it out."""

    exchange: Exchange
    contract: Contract
    declined: Mapping[str, str] = field(default_factory=dict)
    """Each capability that the target does not claim, with its reason."""

    known: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    """What was already asked of the request, by the name of the predicate (`oracle.once`)."""

    @property
    def reply(self) -> Reply:
        if self.exchange.reply is None:
            raise Skip("no reply")
        return self.exchange.reply

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def media_type(self) -> str:
        return self.reply.media_type

    @property
    def streamed(self) -> bool:
        """The answer came as an event stream."""
        return self.media_type == "text/event-stream"

    def header(self, name: str) -> str | None:
        return self.reply.header(name)

    @cached_property
    def body(self) -> Value:
        """The reply's body, to be read by type. Raises Missing where it is no JSON."""
        try:
            return Value(self.reply.json)
        except NotJson:
            raise Missing("JSON", "") from None

    @cached_property
    def request(self) -> Value:
        """The request's body where it is a JSON object, else an empty one, to be read by type."""
        try:
            body = self.sent
        except Missing:
            body = None
        return Value(body if isinstance(body, dict) else {})

    @cached_property
    def events(self) -> list[Value]:
        """The JSON of each event but `[DONE]`, `at` `events/3`.

        Raises Missing where an event is something else, and Skip where the end of the stream is lost to clients: what
        it said is unknown, and the framing is at fault, nothing else. A stream that we left is what it is.
        """
        if self.exchange.fault is None and any(_loses_words(fault, self.reply) for fault in self.stream.faults):
            raise Skip("the end of the stream is lost")
        said = [event.data for event in self.stream.events if event.data != DONE]
        return [_event(number, data) for number, data in enumerate(said)]

    @cached_property
    def role(self) -> str:
        """The operation's; empty where the contract has none of that role, as in a transcript of another contract."""
        role = self.exchange.role or ""
        return role if any(operation.role == role for operation in self.contract.operations) else ""

    @property
    def step(self) -> int:
        return self.exchange.step

    @property
    def operation(self) -> Operation:
        return self.contract.operation(self.role)

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """What opens the operation; for a request to none that the document knows, what opens one of its own."""
        return self.operation.credentials if self.role else self.contract.credentials

    @cached_property
    def key_lines(self) -> list[tuple[Credential, str]]:
        """The request's header lines that can hold a key, in their order: what each is for, and its value."""
        found = []
        for name, value in self.exchange.request.headers:
            ways = [each for each in self.credentials if each.header.lower() == name.lower()]
            if ways:
                found.append((next((each for each in ways if each.key_in(value) is not None), ways[0]), value))
        return found

    @property
    def sent(self) -> Any:
        """The request's body as JSON, of any type. Raises Missing where it is none."""
        try:
            return self.exchange.request.json
        except NotJson:
            raise Missing("JSON", "the request") from None

    def documents(self, member: str) -> bool:
        """The document names this member of the request, or says that others may be there."""
        return self.contract.takes(self.role, member)

    @cached_property
    def documented(self) -> bool:
        """The document names every member of the request, or says that others may be there.

        What says so of the body means it: its inner objects are not asked. Where it is silent, a server may refuse what
        it does not know. Among the others a server may know one, and refuse its value: only a name that nobody uses,
        one of ours, tells that others may be there.
        """
        body = self.request.raw
        if not self.contract.open(self.role):
            return self._documented(body, "")
        return all(self.contract.names(self.role, name) or name.startswith(NOBODYS) for name in body)

    @cached_property
    def form_is_claimed(self) -> bool:
        """The target offers the operation, and what the request asks for in the form in which it asks for it."""
        return claims.form_is_claimed(self.contract, self.role, self.request.raw, self.declined)

    @cached_property
    def refusable(self) -> str | None:
        """Why a server may refuse the body though it is valid (`claims.py`); None where it may not."""
        return claims.refusable(self.contract, self.role, self.request.raw, self.declined)

    def refusable_but(self, member: str) -> str | None:
        """The same of a body without this member."""
        rest = {name: value for name, value in self.request.raw.items() if name != member}
        return claims.refusable(self.contract, self.role, rest, self.declined)

    def _documented(self, value: Any, path: str) -> bool:
        if isinstance(value, list):
            return all(self._documented(each, f"{path}/[]") for each in value)
        if not isinstance(value, dict):
            return True
        takes = self.contract.takes
        return all(
            takes(self.role, name, path) and self._documented(inner, f"{path}/{pointers.escape(name)}")
            for name, inner in value.items()
        )

    @cached_property
    def expectation(self) -> Expectation:
        """What the contract expects for the request's body, whatever its headers. Raises Missing where that is no JSON.

        Kept, because many requirements ask, and validating is the dearest thing that a judge does.
        """
        schema = self.operation.request_schema
        return "either" if schema is None else self.contract.expects(schema, self.sent)

    @cached_property
    def allowed(self) -> bool:
        """The request's body is what both documents allow, so that a success is an answer to it; or there is none.

        What answers a body that one of them forbids proves no more than that it was not refused.
        """
        if not self.role or self.operation.request_schema is None:
            return True
        try:
            return self.expectation == "accept"
        except Missing:
            return False

    @cached_property
    def allowed_if_lax(self) -> Literal["by format", "by coercion", ""]:
        """How a lax reader would come to allow a body that both documents forbid. Raises Missing as above.

        By format: it takes `format` for an annotation (JSON Schema 2020-12 §7.2.1). By coercion: it takes `"0.5"` for a
        number, or 1 for true.
        """
        schema, body = self.operation.request_schema, self.sent
        if schema is None or self.expectation != "refuse":
            return ""
        if self.contract.only_by_format(schema, body):
            return "by format"
        return "by coercion" if coerces(body, lambda read: self.contract.expects(schema, read) != "refuse") else ""

    @cached_property
    def too_deep(self) -> bool:
        """The request's body is JSON, and nested more deeply than validators go."""
        try:
            return deeper(self.sent, DEEPEST)
        except Missing:
            return False

    @cached_property
    def halves_a_pair(self) -> bool:
        """The request's body is JSON, and a text of it has half of a surrogate pair, which no UTF-8 can say.

        What a server makes of it is its own choice (RFC 8259 §8.2), be it a refusal.
        """
        if b"\\u" not in self.exchange.request.body:
            return False
        try:
            json.dumps(self.sent, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return True
        except (Missing, RecursionError):
            pass
        return False

    @cached_property
    def doubtful(self) -> bool:
        """The two validators disagree about the request's body: nobody may be blamed for the answer to it."""
        if not self.role or self.operation.request_schema is None:
            return False
        try:
            return self.too_deep or self.contract.doubts(self.operation.request_schema, self.sent)
        except Missing:
            return False

    @cached_property
    def at_fault(self) -> set[str | int]:
        """The top-level members that the published document has something against. Raises Skip."""
        return {place[0] for place in self.wrong_places if place}

    @cached_property
    def wrong_places(self) -> frozenset[Path]:
        """Where the published document has something against the request's body. Raises Skip."""
        return self._wrong_places("published")

    @cached_property
    def corrected_places(self) -> frozenset[Path]:
        """Where the corrected document has something against the request's body. Raises Skip."""
        return self._wrong_places("corrected")

    def _wrong_places(self, layer: Layer) -> frozenset[Path]:
        schema = self.operation.request_schema
        if schema is None:
            return frozenset()
        try:
            return self.contract.validator(schema, layer).places(self.sent)
        except RecursionError:
            raise Skip(TOO_DEEP) from None

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """What the published document has against the request's body. Raises Skip."""
        schema = self.operation.request_schema
        if schema is None:
            return ()
        try:
            return tuple(self.contract.validator(schema, "published").violations(self.sent))
        except RecursionError:
            raise Skip(TOO_DEEP) from None

    @cached_property
    def stream(self) -> EventStream:
        return read_events(self.reply)

    @property
    def choices(self) -> list[Value]:
        """Raises Missing."""
        return self.body.items("/choices")

    @cached_property
    def folded(self) -> Folded:
        """What the chunks of the stream add up to. Raises Skip."""
        return folded(self.events)

    @property
    def text(self) -> str:
        """What a person would read: the first choice's content, or the legacy text; of a stream, its concatenation."""
        if self.streamed:
            return self.folded.text()
        whole = self.body
        found = whole.get("/text") if whole.has("/text") else whole.value("/choices/0/message/content").raw
        return found if isinstance(found, str) else ""

    @property
    def texts(self) -> dict[int, str]:
        """The text of each choice by its number, whatever the form; one where there are no choices. Raises Skip."""
        if self.streamed and self.folded.choices:
            return {index: choice.content for index, choice in self.folded.choices.items()}
        if self.streamed or self.body.has("/text"):
            return {0: self.text}
        return {number: choice.string("/message/content", "") for number, choice in enumerate(self.choices)}

    @property
    def usage(self) -> Value:
        """The usage of a reply, or of the last chunk that has one. Raises Skip."""
        if not self.streamed:
            return self.body.object("/usage")
        if self.folded.usage is None:
            raise Skip("no chunk has a usage")
        return self.folded.usage.object()

    @property
    def reasoning(self) -> str:
        """What the first choice reasons apart from its text, by either name; of a stream, its concatenation."""
        if self.streamed:
            return self.folded.choice(0).reasoning if self.folded.choices else ""
        message = self.body.find("/choices/0/message") or Value({})
        found = [message.get(f"/{name}") for name in REASONING]
        return next((text for text in found if isinstance(text, str) and text), "")

    @property
    def unanswered(self) -> bool:
        """The cap came before the answer: there is neither text nor call, as of a model that is still reasoning."""
        try:
            return self.finish_reason == "length" and not self.text and not self._calls
        except Skip:
            return False

    @property
    def short_of_room(self) -> bool:
        """The cap cut the answer, and a model that reasons first had filled a part of that room, or all of it."""
        try:
            return self.unanswered or (self.finish_reason == "length" and self.reasoning != "")
        except Skip:
            return False

    @property
    def called(self) -> list[tuple[Any, Any]]:
        """The name and the arguments of each call of the first choice, whatever they are. Raises Skip."""
        if self.streamed:
            made = self.folded.choices[0].tool_calls if 0 in self.folded.choices else {}
            return [(made[index].name, made[index].arguments) for index in sorted(made)]
        message = self.body.find("/choices/0/message") or Value({})
        calls = message.items("/tool_calls", optional=True)
        return [(call.get("/function/name"), call.get("/function/arguments")) for call in calls]

    @property
    def _calls(self) -> bool:
        if self.streamed:
            return self.folded.choice(0).tool_calls != {}
        return bool(self.body.get("/choices/0/message/tool_calls"))

    @property
    def finish_reason(self) -> Any:
        """The first choice's; of a stream, the last one given."""
        if self.streamed:
            return self.folded.choice(0).finish_reason
        return self.body.value("/choices/0/finish_reason").raw

    @property
    def whole_text(self) -> str:
        """`text`; raises Skip where the cap or a filter ended it, since what would have followed is unknown."""
        self.require_given()
        if self.finish_reason == "length":
            raise Skip("the text was cut short")
        return self.text

    @property
    def said(self) -> str:
        """`text`, to be compared: without the whitespace around it, which some hosts strip. Raises Skip if withheld."""
        self.require_given()
        return self.text.strip()

    def require_given(self) -> None:
        """Raises Skip where a filter ended the first choice, or the model refused: nothing is due then.

        A refusal stands in `refusal`, in place of text and calls (OpenAI's structured outputs), and ends with `stop`.
        """
        if self.streamed:
            first = self.folded.choices.get(0, FoldedChoice())
            reason, refusal = first.finish_reason, first.refusal
        else:
            reason = self.body.get("/choices/0/finish_reason")
            refusal = self.body.get("/choices/0/message/refusal")
        if reason == "content_filter":
            raise Skip("a filter ended the answer")
        if isinstance(refusal, str) and refusal:
            raise Skip("the model refused")


def _loses_words(fault: FramingFault, reply: Reply) -> bool:
    """An event without its blank line is lost; of a `[DONE]` that is no pity."""
    return fault.kind == "unterminated" and reply.body[fault.offset :].strip() != b"data: [DONE]"


def _event(number: int, data: str) -> Value:
    try:
        return Value(read_json(data), f"events/{number}")
    except NotJson as error:
        raise Missing("JSON", f"events/{number}") from error


@dataclass
class FoldedCall:
    """One tool call, put together from its deltas."""

    id: str | None = None
    name: str = ""
    arguments: str = ""


@dataclass
class FoldedChoice:
    """One choice, put together from its chunks."""

    role: str | None = None
    content: str = ""
    reasoning: str = ""
    refusal: str = ""
    finish_reason: str | None = None
    tool_calls: dict[int, FoldedCall] = field(default_factory=dict)
    logprobs: list[Value] = field(default_factory=list)


@dataclass
class Folded:
    """What a stream's chunks add up to. Nothing is invented: what no chunk said stays None or empty."""

    choices: dict[int, FoldedChoice]
    usage: Value | None
    legacy_text: str

    def choice(self, index: int) -> FoldedChoice:
        """Raises Missing."""
        if index not in self.choices:
            raise Missing("choice", f"/choices/{index}")
        return self.choices[index]

    def text(self, index: int = 0) -> str:
        return self.choice(index).content if self.choices else self.legacy_text


def folded(events: list[Value]) -> Folded:
    """Chat chunks (`choices[].delta`) or legacy chunks (`text`), folded by choice.

    Raises Skip where one says that the server failed: the rest of the answer is unknown.
    """
    if any(event.has("/error") for event in events):
        raise Skip("the server failed in mid-stream")
    result = Folded({}, None, "")
    for event in events:
        text = event.get("/text")
        result.legacy_text += text if isinstance(text, str) else ""
        result.usage = event.find("/usage") or result.usage
        for item in event.items("/choices", optional=True):
            _add(result.choices.setdefault(item.integer("/index"), FoldedChoice()), item)
    return result


def _add(choice: FoldedChoice, item: Value) -> None:
    choice.role = choice.role or item.string("/delta/role", None)
    choice.content += item.string("/delta/content", "")
    choice.reasoning += next((text for name in REASONING if isinstance(text := item.get(f"/delta/{name}"), str)), "")
    refusal = item.get("/delta/refusal")
    choice.refusal += refusal if isinstance(refusal, str) else ""
    choice.finish_reason = item.string("/finish_reason", "") or choice.finish_reason
    choice.logprobs += item.items("/logprobs/content", optional=True)
    for part in item.items("/delta/tool_calls", optional=True):
        call = choice.tool_calls.setdefault(part.integer("/index"), FoldedCall())
        call.id = call.id or part.string("/id", None)
        call.name += part.string("/function/name", "")
        call.arguments += part.string("/function/arguments", "")


def require_repeating(answer: Subject) -> None:
    """Raises NotClaimed where the target does not claim that a seed repeats an answer: twice may be by chance."""
    if why := not_claimed("sampling.seed", answer.declined):
        raise NotClaimed(f"sampling.seed: {why}")


def repeated(first: Subject, again: Subject) -> str:
    """What was `said` both times to the same request; raises Skip where it differs: then nothing compares.

    Raises NotClaimed as `require_repeating` does.
    """
    require_repeating(first)
    if first.said != again.said or first.finish_reason != again.finish_reason:
        raise Skip("the same request is answered differently each time")
    return first.said


def settled(first: Subject, *again: Subject) -> Subject:
    """The answer to a request that was sent once more if it was in doubt; raises Skip where the two differ."""
    if any(differ(first, each) for each in again):
        raise Skip("the same request is answered differently each time")
    return first


def differ(one: Subject, other: Subject) -> bool:
    """What was said, reasoned or called differs, or why it ended. Raises Skip where one of them was not answered."""
    first, second = (
        (answer.said, answer.reasoning.strip(), answer.finish_reason, answer.called) for answer in (one, other)
    )
    return first != second


def steps(answers: list[Subject], count: int) -> list[Subject]:
    """The answers to the `count` requests of a probe; raises Skip where it sent another number when it was recorded."""
    if len(answers) != count:
        raise Skip(f"it takes {count} requests to tell, and {len(answers)} are recorded")
    return answers


def read_json(text: str) -> Any:
    """One JSON value (RFC 8259); raises NotJson, also for NaN and Infinity."""
    return Reply(200, body=text.encode("utf-8", "surrogatepass")).json
