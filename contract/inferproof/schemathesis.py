"""For people who live in schemathesis: the requirements as its checks, our reader of streams, the corrected document.

    SCHEMATHESIS_HOOKS=inferproof.hooks schemathesis run openapi.yaml --url http://127.0.0.1:4010

    from inferproof.schemathesis import install
    schema = install().schema("http://127.0.0.1:4010")      # then @schema.parametrize(), as always

A failure at SHOULD is a ShouldWarning; where `strict`, it is a failure.
"""

from __future__ import annotations

import copy
import json
import os
import secrets
import threading
import warnings
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import schemathesis
from schemathesis.config import SchemathesisConfig

from inferproof.certify.lookup import looked_up
from inferproof.certify.target import Target, TargetFile, UsageError, server_url, target_from
from inferproof.certify.ways import settled
from inferproof.document import Contract, Operation, load
from inferproof.document.credentials import preferred
from inferproof.document.names import requested
from inferproof.generated import adapter
from inferproof.generated.baselines import model_member
from inferproof.generated.coverage import BODIES, MADE
from inferproof.generated.exemptions import may_be_refused
from inferproof.generated.members import branches
from inferproof.judge.claims import is_streamed
from inferproof.judge.judge import Judgement, Outcome, judge
from inferproof.judge.oracle import must_accept, must_refuse
from inferproof.judge.requirement import MUST, SCHEMA, SHOULD, Requirement
from inferproof.judge.subject import DONE, Subject
from inferproof.reports.failures import told
from inferproof.requirements import held
from inferproof.wire.exchange import Exchange, Reply
from inferproof.wire.redact import Redactor
from inferproof.wire.secrets import SHORTEST
from inferproof.wire.sse import read_events

if TYPE_CHECKING:
    from schemathesis import AuthContext, HookContext, Response
    from schemathesis import Case as AnyCase
    from schemathesis.checks import CheckContext
    from schemathesis.core.deserialization import DeserializationContext
    from schemathesis.core.failures import Failure
    from schemathesis.schemas import APIOperation, BaseSchema

    Case = AnyCase[Any]

MOST_EVENTS = 10_000
"""Events of a stream to read; schemathesis stops at 20, and then nobody can tell how a stream ends."""

SERVER_ERROR, REPLY_SCHEMA, ACCEPTED_NEGATIVE, REJECTED_POSITIVE = "ST101", "ST108", "ST201", "ST202"
"""schemathesis' own failures that can be wrong here: it knows one document, and nothing of what a body asks for."""

_installed: list[Hooks] = []
"""What this process has: schemathesis forgets no check that was registered."""


class ShouldWarning(UserWarning):
    """A requirement at SHOULD does not hold. It gates nothing, unless it was to be strict."""


def install(
    contract: Contract | str | None = None, target: Target | None = None, *, strict: bool | None = None
) -> Hooks:
    """Make the requirements of a contract checks of schemathesis, for good; a second call must say the same.

    The key of the target goes to the target's own server only. Without one, the target file counts that
    INFERPROOF_TARGET names, or `inferproof.toml`; its URL is not used, because schemathesis has its own. By default
    INFERPROOF_CONTRACT names the contract, and INFERPROOF_STRICT says whether a failure at SHOULD is one.
    Raises UserError.
    """
    named = contract.name if isinstance(contract, Contract) else contract or os.environ.get("INFERPROOF_CONTRACT")
    if target is None:
        loaded, file = looked_up(named, os.environ.get("INFERPROOF_TARGET"))
        target = target_from(file.data, url=file.url or "http://127.0.0.1")
    else:
        loaded = contract if isinstance(contract, Contract) else load(named)
        file = TargetFile({"url": target.url, "key_variable": target.key_variable})
    if strict is None:
        strict = os.environ.get("INFERPROOF_STRICT", "") not in ("", "0")
    hooks = Hooks(contract if isinstance(contract, Contract) else loaded, target, file, strict=strict)
    if not _installed:
        _register(hooks)
        _installed.append(hooks)
    elif not hooks.like(_installed[0]):
        raise UsageError("schemathesis has the checks of another contract or target already: install them once")
    return _installed[0]


class Hooks:
    """What schemathesis knows of one contract and one target. `install` makes it."""

    def __init__(self, contract: Contract, target: Target, file: TargetFile, *, strict: bool) -> None:
        self.contract, self.target, self.strict = contract, settled(contract, target), strict
        self.checks: tuple[Requirement, ...] = tuple(each for each in held(contract)[0] if each.of is not None)
        self.warned: set[str] = set()
        self.made_here = f"{contract.name} {secrets.token_hex(8)}"
        """How a document is known that this process made: no other one can say it, and no other one gets the key."""
        key = self.target.key
        self._file = file
        self._redactor = Redactor({"key": key} if key and len(key) >= SHORTEST else {})
        self._last = threading.local()
        if key is None:
            warnings.warn(
                f"the environment variable {self.target.key_variable} is not set: requests go out without a key, and "
                "what takes one to tell is not judged",
                stacklevel=3,
            )

    def like(self, other: Hooks) -> bool:
        """It says the same of the same contract and target."""
        mine, theirs = ((each.contract.digest, each.target, each.strict) for each in (self, other))
        return mine == theirs

    def document(self) -> dict[str, Any]:
        """The corrected document as schemathesis can load it, for `schemathesis.openapi.from_dict`.

        It names no server, so that nobody is tested by accident. A body's conditions between members are left out,
        because schemathesis cannot make bodies that obey them; the checks know them all the same.
        """
        corrected = copy.deepcopy(self.contract.corrected)
        corrected.pop("servers", None)
        corrected[MADE] = self.made_here
        for operation in self.contract.operations:
            if operation.request_schema is not None:
                for _, body in branches(corrected, operation.request_schema):
                    body.pop("allOf", None)
        return corrected

    def schema(self, url: str) -> BaseSchema:
        """The contract as a schemathesis schema for the server at `url`."""
        return schemathesis.openapi.from_dict(self.document(), config=SchemathesisConfig.from_dict({"base-url": url}))

    def exchange_of(self, case: Case, response: Response) -> Exchange:
        """What schemathesis sent and got, as the judge reads it, without the key."""
        return self._redactor.exchange(adapter.exchange_of(case, response, self.contract))

    def judgements(self, case: Case, response: Response) -> Mapping[str, Judgement]:
        """By id, the outcome of each requirement for this one exchange; kept for the checks that ask next.

        A body that a sane server may refuse, though the schema allows it, and that was refused, tells nothing.
        """
        if getattr(self._last, "response", None) is not response:
            exchange = self.exchange_of(case, response)
            nothing = adapter.is_refused(exchange) and may_be_refused(
                Subject(exchange, self.contract, self.target.declined)
            )
            found = judge(self.checks, [] if nothing else [exchange], self.contract, self.target.declined)
            self._last.response, self._last.judgements = response, {each.requirement.id: each for each in found}
        kept: dict[str, Judgement] = self._last.judgements
        return kept

    def ours(self, operation: APIOperation[Any, Any, Any, Any]) -> Operation | None:
        """The contract's operation, where the schema was made from the contract."""
        if operation.schema.raw_schema.get(MADE) != self.made_here:
            return None
        return self.contract.match(operation.method, operation.path)

    def may_stream(self, role: str, body: Mapping[str, Any]) -> bool:
        if not self.contract.facts.operation(role).streams or body.get("stream") not in (None, False):
            return False
        used = (name for name, value in body.items() if value and name not in ("stream", "stream_options"))
        return all(is_streamed(self.contract, role, name, self.target.declined) for name in used)

    def is_for(self, url: str | None) -> bool:
        """Whether the key may go to the server at `url`; said once where it may not."""
        try:
            home = self._file.kept_home(server_url(url)) if url else ()  # without a URL there is an app in this process
        except UsageError:
            return False
        if "key_variable" in home and "key" not in self.warned:
            self.warned.add("key")
            whose, cure = "the target", ""
            if self._file.path is not None:
                whose, cure = str(self._file.path), ", unless INFERPROOF_TARGET names the file"
            warnings.warn(f"{whose} is for {self._file.url}: its key stays away from {url}{cure}", stacklevel=1)
        return "key_variable" not in home


def _check(hooks: Hooks, requirement: Requirement) -> Callable[[CheckContext, Response, Case], bool | None]:
    def check(ctx: CheckContext, response: Response, case: Case) -> bool | None:
        if not hooks.ours(case.operation):
            return True  # another API's schema in the same session
        found = hooks.judgements(case, response)[requirement.id]
        if found.outcome is Outcome.HARNESS_ERROR:
            raise RuntimeError(found.reason)
        if found.outcome is not Outcome.FAIL:
            return None if found.outcome is Outcome.PASS else True
        if all(hooks.target.knows(requirement.id, failure, datetime.now(UTC).date()) for failure in found.failures):
            return True
        words = told(found)
        if requirement.level is MUST or (hooks.strict and requirement.level is SHOULD):
            raise AssertionError(words)
        if requirement.level is SHOULD and requirement.id not in hooks.warned:
            hooks.warned.add(requirement.id)
            warnings.warn_explicit(f"{requirement.id}\n{words}", ShouldWarning, "inferproof", 0)
        return True

    check.__name__ = check.__qualname__ = requirement.id
    check.__doc__ = requirement.sentence
    return check


def _register(hooks: Hooks) -> None:
    """Tell schemathesis of them."""
    for each in hooks.checks:
        schemathesis.check(_check(hooks, each))

    @schemathesis.deserializer("text/event-stream")
    def events(ctx: DeserializationContext, response: Response) -> list[dict[str, str]]:
        """The events that a client sees, each as the document's `itemSchema` describes it.

        `[DONE]` and an error that ends the stream have no schema there; requirements speak of them, and of framing.
        """
        stream = read_events(Reply(response.status_code, body=response.content))
        return [
            {"data": event.data, "event": event.type}
            for event in stream.events
            if event.data != DONE and not adapter.is_error(event)
        ]

    @schemathesis.auth(refresh_interval=None)
    class TargetKey:
        """Sends the target's key where the operation takes one, unless the target file has it for another server."""

        def get(self, case: Case, context: AuthContext) -> str | None:
            return hooks.target.key

        def set(self, case: Case, data: str, context: AuthContext) -> None:
            operation = hooks.ours(case.operation)
            if operation is not None and operation.secured and hooks.is_for(case.operation.base_url):
                first = preferred(operation.credentials, hooks.target.header)[0]
                case.headers[first.header] = first.value(data)

    @schemathesis.hook
    def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
        """A document of this API, the vendor's with its defects or the server's own, becomes the corrected one."""
        ours = {operation.path for operation in hooks.contract.operations}
        paths = raw_schema.get("paths")
        if raw_schema.get(MADE) not in (hooks.made_here, BODIES) and isinstance(paths, dict) and ours & paths.keys():
            raw_schema.clear()
            raw_schema.update(hooks.document())

    @schemathesis.hook
    def after_load_schema(context: HookContext, schema: BaseSchema) -> None:
        """Settings that fit this API, where the user's own say nothing."""
        config = schema.config
        if schema.raw_schema.get(MADE) != hooks.made_here:
            return
        if config.max_stream_events is None:
            config.max_stream_events = MOST_EVENTS
        if config.generation.database is None:
            config.generation.database = "none"  # with one, fuzzing takes five times as long

    @schemathesis.hook
    def map_body(context: HookContext, body: Any) -> Any:
        """Any text for a model becomes one that the server has, and every other chat is asked for as a stream."""
        operation = hooks.ours(context.operation) if context.operation is not None else None
        if operation is None or not isinstance(body, dict):
            return body
        changed: dict[str, Any] = {}
        member = model_member(hooks.contract, operation.role)
        model = hooks.target.embedding_model if operation.role == "embeddings" else hooks.target.chat_model
        model = model or next(iter(requested(hooks.contract, (operation.role,))), None)
        if isinstance(body.get(member), str) and model:
            changed[member] = model
        if hooks.may_stream(operation.role, body) and zlib.crc32(json.dumps(body).encode()) % 2:
            changed["stream"] = True
        return {**body, **changed}

    @schemathesis.hook
    def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
        """schemathesis' own word stands only where the published document agrees and any sane server would comply."""
        operation = hooks.ours(case.operation)
        if operation is None:
            return True
        if failure.code == REPLY_SCHEMA:
            return hooks.strict or any(_breaks_a_schema(found) for found in hooks.judgements(case, response).values())
        if operation.request_schema is None or failure.code not in (SERVER_ERROR, ACCEPTED_NEGATIVE, REJECTED_POSITIVE):
            return True
        answer = Subject(hooks.exchange_of(case, response), hooks.contract, hooks.target.declined)
        if failure.code == ACCEPTED_NEGATIVE:
            return must_refuse(answer) and not answer.doubtful
        usual = not may_be_refused(answer)
        if failure.code == SERVER_ERROR:
            return answer.status == 500 or usual
        return must_accept(answer) and not answer.doubtful and usual


def _breaks_a_schema(found: Judgement) -> bool:
    """In what the vendor published: at MUST, since what rests on a correction is less."""
    return found.outcome is Outcome.FAIL and found.requirement.level is MUST and found.requirement.basis is SCHEMA
