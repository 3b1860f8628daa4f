"""A probe: a named sequence of requests. It asserts nothing; what comes back is judged later.

A probe is a generator function. It yields requests and receives their answers, so that it needs no network to be
read, planned or tested:

    @probe("tools.round-trip", claims="tools.required", over=CHAT)
    def round_trip(call):
        answer = yield call.chat(user("Weather in Paris?"), tools=[WEATHER], tool_choice="required")
        ...
"""

from __future__ import annotations

import hashlib
import inspect
import json
import traceback
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from inferproof.document import Contract, Operation
from inferproof.document.credentials import Credential, preferred
from inferproof.judge.capabilities import CAPABILITIES, not_claimed
from inferproof.judge.claims import form_is_claimed, is_supported
from inferproof.judge.keys import KEY, own_key
from inferproof.judge.subject import NOBODYS, Subject, differ
from inferproof.judge.value import Skip
from inferproof.wire.exchange import Headers, Request

ROOM_TO_REASON = 1024
"""Tokens for a model that was still reasoning where others have answered. Who has not begun by then leaves it open."""

UNREAD = 4
"""Tokens, at most, of an answer that nobody reads: whether it came is what its probe is about."""


@dataclass(frozen=True)
class PlannedRequest:
    """A request and how to send it.

    `hang_up_after` closes the connection after that many events; `read_pause` is the seconds that a slow reader waits
    between reads. Bytes that are no request at all go into `request.raw`. `credentials` are what opens the operation,
    the one that the run uses first. With `at_once` a 429 is the answer, and not waited for.
    """

    role: str | None
    request: Request
    hang_up_after: int | None = None
    read_pause: float = 0.0
    credentials: tuple[Credential, ...] = ()
    at_once: bool = False

    def with_header(self, name: str, value: str | None) -> PlannedRequest:
        """The same request with that header set, or without it."""
        kept = tuple(pair for pair in self.request.headers if pair[0].lower() != name.lower())
        headers = kept if value is None else (*kept, (name, value))
        return replace(self, request=replace(self.request, headers=headers))

    @property
    def credential(self) -> Credential | None:
        """The one that the request is sent with, None where the operation takes none."""
        return self.credentials[0] if self.credentials else None

    def without_key(self) -> PlannedRequest:
        """The same request without any credentials."""
        bare = self
        for each in self.credentials:
            bare = bare.with_header(each.header, None)
        return bare

    def with_key(self, key: str) -> PlannedRequest:
        """The same request with that key in place of the target's; itself where the operation takes none."""
        return self if self.credential is None else self.with_keys((self.credential, key))

    def with_keys(self, *sent: tuple[Credential, str]) -> PlannedRequest:
        """The same request with these keys and no others, in lines of this order."""
        bare = self.without_key()
        lines = tuple((credential.header, credential.value(key)) for credential, key in sent)
        return replace(bare, request=replace(bare.request, headers=(*bare.request.headers, *lines)))

    def right_key(self, credential: Credential) -> str:
        """The target's key for that header: that of the run in the one that the run uses."""
        return KEY if credential == self.credential else own_key(credential)

    def with_room(self, tokens: int) -> PlannedRequest:
        """The same request with at least that `max_tokens`; itself where it sets none."""
        body = json.loads(self.request.body)
        if "max_tokens" not in body:
            return self
        return self.with_body(_dump({**body, "max_tokens": max(tokens, body["max_tokens"])}))

    def with_body(self, body: bytes) -> PlannedRequest:
        """The same request with other bytes for its body."""
        return replace(self, request=replace(self.request, body=body))


@dataclass(frozen=True)
class RequestBuilder:
    """Makes requests for one contract and target. Everything in them follows from the arguments and `seed`.

    `header` is the one that the key travels in, where the user chose it; `without` are the kinds of credentials that
    the target does not take. `allowed_model` is the one that the user's restricted key may use. `declined` maps each
    capability that the target does not claim to its reason. `room` are the tokens that the model takes to reason: an
    answer that is read gets them on top of its `max_tokens`.
    """

    contract: Contract
    chat_model: str
    embedding_model: str
    seed: int = 0
    extra_headers: Headers = ()
    header: str | None = None
    without: tuple[str, ...] = ()
    allowed_model: str = ""
    declined: Mapping[str, str] = field(default_factory=dict)
    room: int = 0

    def to(self, role: str, body: Any = None, *, query: str = "") -> PlannedRequest:
        """A request to the operation of that role, with the key where the operation is secured.

        Members that rest on what the target does not claim are left out: it is not asked for that.
        """
        operation = self._operation(role)
        if isinstance(body, dict) and self.declined:
            body = {name: value for name, value in body.items() if self._is_claimed(role, name)}
        return self._ask(role, operation.method, operation.path + query, body, operation.credentials)

    def _is_claimed(self, role: str, name: str) -> bool:
        capability = self.contract.member_facts(role, name).capability
        return capability is None or not_claimed(capability, self.declined) is None

    def forms(self, ask: PlannedRequest) -> Iterator[PlannedRequest]:
        """The request as it is and as a stream, if the target offers one."""
        yield ask
        yield from self.streamed(ask)

    def streamed(self, ask: PlannedRequest) -> Iterator[PlannedRequest]:
        """The request as a stream, with its usage where the operation has that; nothing where none is offered."""
        role, body = ask.role or "", json.loads(ask.request.body)
        facts = self.contract.facts.operation(role)
        asked = {**body, "stream": True}
        if not facts.streams or not form_is_claimed(self.contract, role, asked, self.declined):
            return
        if (
            is_supported(self.contract, role, "stream_options")
            and not_claimed("streaming.usage", self.declined) is None
        ):
            asked["stream_options"] = {"include_usage": True}
        yield ask.with_body(_dump(asked))

    def supported(self, role: str, **members: Any) -> dict[str, Any]:
        """Those of the members that the operation supports, and the target claims."""
        return {
            name: value
            for name, value in members.items()
            if is_supported(self.contract, role, name) and self._is_claimed(role, name)
        }

    def at(self, method: str, target: str, body: Any = None) -> PlannedRequest:
        """A request to any path, with the key."""
        operation = self.contract.match(method, target.partition("?")[0])
        role, own = (operation.role, operation.credentials) if operation else (None, ())
        return self._ask(role, method, target, body, own or self.contract.credentials)

    def chat(
        self,
        *messages: Mapping[str, Any],
        role: str = "chat",
        max_tokens: int | None = 24,
        others: Collection[str] = (),
        **members: Any,
    ) -> PlannedRequest:
        """A chat request; 24 tokens are enough for every check and cheap on a real engine.

        Of the members, `others` are sent also where the document only says that others may be there.
        """
        cap = {} if max_tokens is None else {"max_tokens": max_tokens}
        return self._known(role, {"model": self.chat_model, "messages": list(messages), **cap, **members}, others)

    def legacy(
        self, *turns: Mapping[str, Any], role: str = "chat.legacy", others: Collection[str] = (), **members: Any
    ) -> PlannedRequest:
        """A request of the native operations; `others` as in `chat`."""
        body = {"config": self.chat_model, "context": list(turns), "max_tokens": 24, "web_search": False, **members}
        return self._known(role, body, others)

    def embed(self, input: Any, **members: Any) -> PlannedRequest:
        return self._known("embeddings", {"model": self.embedding_model, "input": input, **members})

    def _known(self, role: str, body: dict[str, Any], others: Collection[str] = ()) -> PlannedRequest:
        """Without members of which the document says nothing: a server may refuse them, or mean something else by them.

        Where it says that others may be there, those that no server knows are sent, too.
        """
        names, is_open = self.contract.names, self.contract.open(role)
        kept = {
            name for name in body if names(role, name) or (is_open and (name in others or name.startswith(NOBODYS)))
        }
        return self.to(role, {name: self._roomy(name, value) for name, value in body.items() if name in kept})

    def _roomy(self, name: str, value: Any) -> Any:
        """The value of a member; with room to reason before an answer that is read."""
        is_cap = name == "max_tokens" and isinstance(value, int) and value > UNREAD
        return value + self.room if is_cap else value

    def examples(self, role: str) -> Iterator[PlannedRequest]:
        """The first documented request of a role, if any, with the target's model in place of the documented one."""
        try:
            body = self.contract.request_example(role)
        except KeyError:
            return
        if not isinstance(body, dict):
            return
        body[self.contract.facts.operation(role).model] = self.model(role)
        yield self.to(role, body)

    def ways(self, credentials: tuple[Credential, ...]) -> tuple[Credential, ...]:
        """Those of the credentials that the target takes, the one that the run uses first."""
        return preferred([each for each in credentials if each.kind not in self.without], self.header)

    def model(self, role: str) -> str:
        """The model that a request to the operation of that role names."""
        return self.embedding_model if role == "embeddings" else self.chat_model

    def token(self, name: str, length: int = 16) -> str:
        """A word that follows from the seed and `name`, unlike anything a server would say by itself."""
        return hashlib.sha256(f"{self.seed}/{name}".encode()).hexdigest()[:length]

    def _operation(self, role: str) -> Operation:
        """Raises Skip for a role that this contract has not."""
        try:
            return self.contract.operation(role)
        except KeyError as error:
            raise Skip(str(error.args[0])) from error

    def _ask(
        self, role: str | None, method: str, target: str, body: Any, credentials: tuple[Credential, ...]
    ) -> PlannedRequest:
        headers: list[tuple[str, str]] = [*self.extra_headers]
        credentials = self.ways(credentials)
        if credentials:
            headers.append((credentials[0].header, credentials[0].value(KEY)))
        content = b""
        if body is not None:
            headers.append(("Content-Type", "application/json"))
            content = _dump(body)
        return PlannedRequest(role, Request(method, target, tuple(headers), content), credentials=credentials)


Steps = Generator[PlannedRequest, Subject, None]


class ProbeFailed(Exception):
    """A probe raised what it should not: a bug of ours, and no server's fault."""

    def __init__(self, error: Exception) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        super().__init__(f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}: {str(error)!a}")


@dataclass(frozen=True)
class Probe:
    """`roles` are the operations that it is sent to: where a contract has not all of them, it is not sent.

    `exclusive` probes run alone, one after the other: they compare generations, timing or limits. `last` ones run alone
    too, after all others: they may keep a server busy for longer than anybody waits. `steps` takes the RequestBuilder,
    and `role` where the probe is one of several that differ in their role only.
    """

    name: str
    steps: Callable[..., Steps] = field(repr=False)
    sentence: str
    claims: str = "core"
    role: str | None = None
    exclusive: bool = False
    last: bool = False
    roles: tuple[str, ...] = ()

    def fits(self, contract: Contract) -> bool:
        """The contract has every operation that the probe is sent to."""
        return contract.roles.keys() >= set(self.roles)

    def start(self, call: RequestBuilder) -> Steps:
        """Its requests, which takes their answers.

        Raises Skip where a reply lacks what the next request is made from, and ProbeFailed where the probe is at fault.
        """
        try:
            yield from self.steps(call) if self.role is None else self.steps(call, self.role)
        except Skip:
            raise
        except Exception as error:
            raise ProbeFailed(error) from error


PROBES: dict[str, Probe] = {}


def probe(
    name: str,
    *,
    claims: str = "core",
    to: tuple[str, ...] = ("chat",),
    over: tuple[str, ...] = (),
    exclusive: bool = False,
    last: bool = False,
) -> Callable[[Callable[..., Steps]], Callable[..., Steps]]:
    """Put a probe into the catalogue; its docstring says what it sends.

    `to` names the roles of the operations that it is sent to; `over` makes it one probe for each of those roles.
    """

    def register(steps: Callable[..., Steps]) -> Callable[..., Steps]:
        sentence = " ".join((inspect.getdoc(steps) or "").split())
        if not sentence or claims not in CAPABILITIES or ":" in name:
            raise ValueError(f"probe {name!r}: it needs a docstring, a known capability and a name without ':'")
        for role in over or (None,):
            full = name if role is None else f"{name}:{role}"
            if full in PROBES:
                raise ValueError(f"probe {full!r}: the name is taken")
            roles = to if role is None else (role,)
            PROBES[full] = Probe(full, steps, sentence, claims, role, exclusive or last, last, roles)
        return steps

    return register


def patiently(ask: PlannedRequest) -> Generator[PlannedRequest, Subject, Subject]:
    """The answer to a request; what was cut because a model reasons first is asked for once more, with more room.

    answer = yield from patiently(call.chat(user("Weather in Paris?"), tools=[WEATHER]))
    """
    answer = yield ask
    if answer.short_of_room:
        answer = yield ask.with_room(ROOM_TO_REASON)
    return answer


def in_doubt(answer: Subject, expected: Subject) -> bool:
    """It is not what it should be the same as: sent once more, it shows whether chance has a part in that."""
    try:
        return differ(answer, expected)
    except Skip:
        return False


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def system(content: Any) -> dict[str, Any]:
    return {"role": "system", "content": content}


def assistant(content: Any, **members: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **members}


def turn(type: str, text: str, **members: Any) -> dict[str, Any]:
    """A turn of the native operations: `Human`, `AI`, `Instruction`, `Tool`."""
    return {"type": type, "text": text, **members}


def _dump(body: Any) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which a server sent and gets back
        return json.dumps(body, separators=(",", ":")).encode()
