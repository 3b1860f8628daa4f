"""For people who live in schemathesis: the requirements as its checks, our reader of streams, the corrected document.

    SCHEMATHESIS_HOOKS=inferproof.generated.hooks schemathesis run openapi.yaml --url http://127.0.0.1:4010

    from inferproof.generated import hooks
    schema = hooks.schema("http://127.0.0.1:4010")       # then @schema.parametrize(), as always

Importing it registers everything. The target file (`inferproof.toml`, or the one that INFERPROOF_TARGET names) says the
key's variable, the models, and what the server does not claim; INFERPROOF_CONTRACT names another contract.
A failure at SHOULD is a ShouldWarning; with INFERPROOF_STRICT=1 it is a failure.
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

from inferproof.certify.target import Target, UsageError, contract_in, server_url, target_file, target_from
from inferproof.certify.ways import settled
from inferproof.document import Contract, Operation, load
from inferproof.document.credentials import preferred
from inferproof.document.names import requested
from inferproof.generated import adapter
from inferproof.generated.baselines import model_member
from inferproof.generated.coverage import BODIES, MADE
from inferproof.generated.exemptions import may_be_refused
from inferproof.generated.members import branches
from inferproof.judge.capabilities import own
from inferproof.judge.claims import is_streamed
from inferproof.judge.judge import Judgement, Outcome, judge
from inferproof.judge.oracle import must_accept, must_refuse
from inferproof.judge.requirement import MUST, SCHEMA, SHOULD, Requirement
from inferproof.judge.subject import DONE, Subject
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


class ShouldWarning(UserWarning):
    """A requirement at SHOULD does not hold. It gates nothing, unless INFERPROOF_STRICT is set."""


CONTRACT: Contract = load(os.environ.get("INFERPROOF_CONTRACT") or contract_in(os.environ.get("INFERPROOF_TARGET")))
FILE = target_file(os.environ.get("INFERPROOF_TARGET"), own(CONTRACT))
TARGET: Target = settled(CONTRACT, target_from(FILE.data, url=FILE.url or "http://127.0.0.1"))
"""What the target file says. Its URL is not used: schemathesis has its own."""

MADE_HERE = f"{CONTRACT.name} {secrets.token_hex(8)}"
"""How a document is known that this process made: no other one can say it, and no other one gets the key."""

STRICT = os.environ.get("INFERPROOF_STRICT", "") not in ("", "0")
CHECKS: tuple[Requirement, ...] = tuple(each for each in held(CONTRACT)[0] if each.of is not None)

_secret = {"key": TARGET.key} if TARGET.key and len(TARGET.key) >= SHORTEST else {}
_redactor = Redactor(_secret)
_last = threading.local()
_warned: set[str] = set()

if TARGET.key is None:
    warnings.warn(
        f"the environment variable {TARGET.key_variable} is not set: requests go out without a key, and what takes one "
        "to tell is not judged",
        stacklevel=1,
    )


def document() -> dict[str, Any]:
    """The corrected document as schemathesis can load it, for `schemathesis.openapi.from_dict`.

    It names no server, so that nobody is tested by accident. A body's conditions between members are left out, because
    schemathesis cannot make bodies that obey them; the checks know them all the same.
    """
    corrected = copy.deepcopy(CONTRACT.corrected)
    corrected.pop("servers", None)
    corrected[MADE] = MADE_HERE
    for operation in CONTRACT.operations:
        if operation.request_schema is not None:
            for _, body in branches(corrected, operation.request_schema):
                body.pop("allOf", None)
    return corrected


def schema(url: str) -> BaseSchema:
    """The contract as a schemathesis schema for the server at `url`."""
    return schemathesis.openapi.from_dict(document(), config=SchemathesisConfig.from_dict({"base-url": url}))


def exchange_of(case: Case, response: Response) -> Exchange:
    """What schemathesis sent and got, as the judge reads it, without the key."""
    return _redactor.exchange(adapter.exchange_of(case, response, CONTRACT))


def judgements(case: Case, response: Response) -> Mapping[str, Judgement]:
    """By id, the outcome of each requirement for this one exchange; kept for the checks that ask next.

    A body that a sane server may refuse, though the schema allows it, and that was refused, tells nothing.
    """
    if getattr(_last, "response", None) is not response:
        exchange = exchange_of(case, response)
        nothing = adapter.is_refused(exchange) and may_be_refused(Subject(exchange, CONTRACT, TARGET.declined))
        found = judge(CHECKS, [] if nothing else [exchange], CONTRACT, TARGET.declined)
        _last.response, _last.judgements = response, {each.requirement.id: each for each in found}
    kept: dict[str, Judgement] = _last.judgements
    return kept


def _check(requirement: Requirement) -> Callable[[CheckContext, Response, Case], bool | None]:
    def check(ctx: CheckContext, response: Response, case: Case) -> bool | None:
        if not _ours(case.operation):
            return True  # another API's schema in the same session
        found = judgements(case, response)[requirement.id]
        if found.outcome is Outcome.HARNESS_ERROR:
            raise RuntimeError(found.reason)
        if found.outcome is not Outcome.FAIL:
            return None if found.outcome is Outcome.PASS else True
        if all(TARGET.knows(requirement.id, failure, datetime.now(UTC).date()) for failure in found.failures):
            return True
        words = _words(found)
        if requirement.level is MUST or (STRICT and requirement.level is SHOULD):
            raise AssertionError(words)
        if requirement.level is SHOULD and requirement.id not in _warned:
            _warned.add(requirement.id)
            warnings.warn_explicit(f"{requirement.id}\n{words}", ShouldWarning, "inferproof", 0)
        return True

    check.__name__ = check.__qualname__ = requirement.id
    check.__doc__ = requirement.sentence
    return check


def _words(found: Judgement) -> str:
    finding = found.failures[0].finding
    return "\n".join(
        (
            f"{found.requirement.level} ({found.requirement.basis}): {found.requirement.sentence}",
            f"expected  {finding.expected}",
            f"found     {finding.found} at {finding.at or 'the reply'}",
        )
    )


for _each in CHECKS:
    schemathesis.check(_check(_each))


@schemathesis.deserializer("text/event-stream")
def events(ctx: DeserializationContext, response: Response) -> list[dict[str, str]]:
    """The events that a client sees, each as the document's `itemSchema` describes it.

    `[DONE]` and an error that ends the stream have no schema there; requirements speak of them and of framing faults.
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
        return TARGET.key

    def set(self, case: Case, data: str, context: AuthContext) -> None:
        operation = _ours(case.operation)
        if operation is not None and operation.secured and _is_for(case.operation.base_url):
            first = preferred(operation.credentials, TARGET.header)[0]
            case.headers[first.header] = first.value(data)


def _is_for(url: str | None) -> bool:
    """Whether the key may go to the server at `url`; said once where it may not."""
    try:
        home = FILE.kept_home(server_url(url)) if url else ()  # without a URL there is an app in this process
    except UsageError:
        return False
    if "key_variable" in home and "key" not in _warned:
        _warned.add("key")
        words = f"{FILE.path} is for {FILE.url}: its key stays away from {url}, unless INFERPROOF_TARGET names the file"
        warnings.warn(words, stacklevel=1)
    return "key_variable" not in home


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """A document of this API, be it the vendor's with its defects or the server's own, becomes the corrected one."""
    ours = {operation.path for operation in CONTRACT.operations}
    paths = raw_schema.get("paths")
    if raw_schema.get(MADE) not in (MADE_HERE, BODIES) and isinstance(paths, dict) and ours & paths.keys():
        raw_schema.clear()
        raw_schema.update(document())


@schemathesis.hook
def after_load_schema(context: HookContext, schema: BaseSchema) -> None:
    """Settings that fit this API, where the user's own say nothing."""
    config = schema.config
    if schema.raw_schema.get(MADE) != MADE_HERE:
        return
    if config.max_stream_events is None:
        config.max_stream_events = MOST_EVENTS
    if config.generation.database is None:
        config.generation.database = "none"  # with one, fuzzing takes five times as long


@schemathesis.hook
def map_body(context: HookContext, body: Any) -> Any:
    """Any text for a model becomes one that the server has, and every other conversation is asked for as a stream."""
    operation = _ours(context.operation) if context.operation is not None else None
    if operation is None or not isinstance(body, dict):
        return body
    changed: dict[str, Any] = {}
    member = model_member(CONTRACT, operation.role)
    model = TARGET.embedding_model if operation.role == "embeddings" else TARGET.chat_model
    model = model or next(iter(requested(CONTRACT, (operation.role,))), None)
    if isinstance(body.get(member), str) and model:
        changed[member] = model
    if _may_stream(operation.role, body) and zlib.crc32(json.dumps(body).encode()) % 2:
        changed["stream"] = True
    return {**body, **changed}


def _may_stream(role: str, body: Mapping[str, Any]) -> bool:
    if not CONTRACT.facts.operation(role).streams or body.get("stream") not in (None, False):
        return False
    used = (name for name, value in body.items() if value and name not in ("stream", "stream_options"))
    return all(is_streamed(CONTRACT, role, name, TARGET.declined) for name in used)


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """schemathesis' own word stands only where the published document agrees and any sane server would comply."""
    operation = _ours(case.operation)
    if operation is None:
        return True
    if failure.code == REPLY_SCHEMA:
        return STRICT or any(_breaks_a_schema(found) for found in judgements(case, response).values())
    if operation.request_schema is None or failure.code not in (SERVER_ERROR, ACCEPTED_NEGATIVE, REJECTED_POSITIVE):
        return True
    answer = Subject(exchange_of(case, response), CONTRACT, TARGET.declined)
    if failure.code == ACCEPTED_NEGATIVE:
        return must_refuse(answer) and not answer.doubtful
    usual = not may_be_refused(answer)
    if failure.code == SERVER_ERROR:
        return answer.status == 500 or usual
    return must_accept(answer) and not answer.doubtful and usual


def _breaks_a_schema(found: Judgement) -> bool:
    """In what the vendor published: at MUST, since what rests on a correction is less."""
    return found.outcome is Outcome.FAIL and found.requirement.level is MUST and found.requirement.basis is SCHEMA


def _ours(operation: APIOperation[Any, Any, Any, Any]) -> Operation | None:
    """The contract's operation, where the schema was made from the contract."""
    if operation.schema.raw_schema.get(MADE) != MADE_HERE:
        return None
    return CONTRACT.match(operation.method, operation.path)
