"""One certification from end to end: plan, preflight, run, judge."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inferproof.certify.budget import Estimate, span
from inferproof.certify.causes import Plain
from inferproof.certify.fuzz import Found, Pursuit, with_found
from inferproof.certify.interrupts import Interrupts
from inferproof.certify.known import Known, Scope, check_ids, day_of
from inferproof.certify.known import settled as called_known
from inferproof.certify.models import documented
from inferproof.certify.pace import Clock, Pace
from inferproof.certify.plan import Plan, estimate_of, plan, selected, without_generated
from inferproof.certify.preflight import embeds, preflight
from inferproof.certify.result import Result
from inferproof.certify.run import Recorder, client_of
from inferproof.certify.spending import Spending
from inferproof.certify.target import DEFAULT_KEY_VARIABLE, Target, UsageError, declined_in, read_target_file
from inferproof.certify.watchdog import Bounds
from inferproof.certify.ways import call_for, refuse_the_runs_model, settled
from inferproof.document import Contract
from inferproof.generated.baselines import base, model_member
from inferproof.generated.members import roles
from inferproof.generated.regressions import Kept, keep, kept_probes
from inferproof.generated.requirements import requirements_of
from inferproof.judge.capabilities import not_claimed, own
from inferproof.judge.claims import BODY
from inferproof.judge.judge import is_ours, judge
from inferproof.judge.requirement import Requirement
from inferproof.probes.probe import Probe, RequestBuilder
from inferproof.version import __version__
from inferproof.wire.exchange import Exchange
from inferproof.wire.transcript import Transcript, TranscriptError

REASONS = (
    "the model reasons before it answers, and 16 tokens were too few: `room` in [limits] of the target file gives it "
    "tokens for that, such as 512; what has no room is not verified"
)
"""What a run says before its plan where the model had not begun to answer."""

EMBEDDINGS = "embeddings"
"""The role, and the profile of it."""


@dataclass
class Progress:
    """What a person may watch: the plan with what it costs, each probe as it ends, how many exchanges are then judged,
    and for how many causes smaller requests are sent, and how many at most.

    `noted` is a sentence on what the run found out about the server: a limit, or what it needs. The default watches
    nothing.
    """

    planned: Callable[[Plan, Estimate], None] = field(default=lambda plan, estimate: None)
    done: Callable[[Probe], None] = field(default=lambda probe: None)
    judging: Callable[[int], None] = field(default=lambda exchanges: None)
    noted: Callable[[str], None] = field(default=lambda said: None)
    shrinking: Callable[[int, int], None] = field(default=lambda causes, most: None)


class Journal:
    """Takes a run's exchanges as they end, once there is something to record. The default keeps nothing."""

    def begin(self, header: Mapping[str, Any]) -> None:
        """The run is about to send its first probe; this will be its transcript's header."""

    def add(self, exchange: Exchange) -> None:
        """It has ended, and is redacted."""


@dataclass(frozen=True)
class Certification:
    """A result and the evidence that it rests on."""

    result: Result
    transcript: Transcript

    def ended_by(self, cause: str) -> Certification:
        """The same, called incomplete for that cause; itself where there is none, or another one was first."""
        if not cause or self.result.interrupted:
            return self
        footer = self.transcript.footer | {"interrupted": cause}
        return Certification(replace(self.result, interrupted=cause), replace(self.transcript, footer=footer))


@dataclass(frozen=True)
class Generated:
    """Whether the gate is sent, and the folder of the target's own cases."""

    gate: bool = False
    folder: Path | None = None

    def kept(self, contract: Contract) -> tuple[Probe, ...]:
        return kept_probes(contract, self.folder) if self.folder else ()

    def keep(self, found: Found, call: RequestBuilder) -> None:
        """Write what exploring found into the folder, one file each."""
        for exchange in found.reduced:
            if self.folder and exchange.name in found.from_exploring:
                keep(Kept.of(exchange, call), self.folder)


def certify(
    contract: Contract,
    target: Target,
    *,
    seed: int = 0,
    only: Sequence[str] = (),
    strict: bool = False,
    generated: bool = False,
    cases: Path | None = None,
    explore: float = 0.0,
    progress: Progress | None = None,
    interrupts: Interrupts | None = None,
    journal: Journal | None = None,
    clock: Clock = Clock(),  # noqa: B008 - frozen
) -> Certification:
    """Certify one server; with `generated`, by the gate too, and by the cases kept in the folder `cases`.

    `explore` is for how many seconds random requests are sent beyond that; what they break is kept in `cases`.

    Ctrl-C and SIGTERM end the run early; what was recorded is judged all the same, and called incomplete.

    `journal` is told of each exchange as it ends. `clock` is the one that waits between requests go by.

    Raises UsageError for a target that cannot be reached, refuses the key, or does not offer this API, and for a run
    that would take more than the target's budget allows.
    """
    check_known(contract, target.known)
    progress = progress or Progress()
    started, began = datetime.now(UTC), time.perf_counter()
    target = settled(contract, target)
    call = call_for(call_with(contract, target.chat_model, target.embedding_model, seed), target)
    header = {
        "inferproof": __version__,
        "contract": {"name": contract.name, "digest": contract.digest, "facts": contract.facts_digest},
        "target": {},
        "seed": seed,
        "started": started.isoformat(timespec="seconds"),
        "only": list(only),
        "strict": strict,
        "generated": generated,
    }
    pace = Pace(target.limits, clock)
    run = _Run(contract, target, call, only, progress, Generated(generated, cases), pace, header, journal or Journal())
    with Interrupts() if interrupts is None else nullcontext(interrupts) as interrupts:
        with suppress(asyncio.CancelledError):  # interrupted before there was anything to record
            asyncio.run(run.send(interrupts))
        seconds = time.perf_counter() - began
        footer = {
            "requests": run.requests,
            "seconds": round(seconds, 3),
            "interrupted": run.cut_off or interrupts.cause,
        }
        transcript = Transcript(run.header, tuple(run.exchanges()), footer)
        progress.judging(sum(each.fault is None or each.fault.kind != "stopped" for each in transcript.exchanges))
        certification = Certification(judged(contract, transcript, run.planned.requirements or None), transcript)
        if (generated or explore) and not footer["interrupted"]:
            certification = run.pursue(certification, explore, interrupts)
        result = replace(certification.result, waited=time.perf_counter() - began)
        certification = replace(certification, result=result)
    return certification.ended_by(interrupts.cause)


def judged(contract: Contract, transcript: Transcript, requirements: Sequence[Requirement] | None = None) -> Result:
    """The result of a transcript: the same live and offline. Raises TranscriptError for one that no run wrote."""
    header, footer = transcript.header, transcript.footer
    try:
        declined = {str(name): str(why) for name, why in dict(header["target"].get("declined", {})).items()}
        only = [str(glob) for glob in header.get("only", ())]
        known = tuple(Known.from_json(each) for each in header["target"].get("known", ()))
        day = day_of(header)
        requests, seconds = int(footer.get("requests", 0)), float(footer.get("seconds", 0.0))
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise TranscriptError(f"the transcript's header or footer is not as a run writes it: {error}") from error
    if requirements is None:
        requirements = selected(contract, only, generated=bool(header.get("generated", False)))
    judgements = judge(requirements, transcript.exchanges, contract, declined)
    scope = Scope(day, bool(header.get("generated", False)) and not only, bool(footer.get("interrupted", "")), declined)
    told, entries = called_known(judgements, known, transcript.exchanges, contract, scope)
    return Result(
        contract=contract.name,
        digest=contract.digest,
        target=header["target"],
        judgements=told,
        requests=requests,
        seconds=seconds,
        strict=bool(header.get("strict", False)),
        interrupted=str(footer.get("interrupted", "")),
        generated=bool(header.get("generated", False)),
        only=tuple(only),
        in_all=len(requirements_of(contract)),
        broken_probes=tuple(sorted(exchange.probe for exchange in transcript.exchanges if is_ours(exchange))),
        known=entries,
        plain=plain_of(contract, header["target"].get("models")),
        scope=scope,
    )


def check_known(contract: Contract, known: Sequence[Known]) -> None:
    """Raises UsageError for a known gap of a requirement that the contract has not."""
    check_ids(known, [each.id for each in requirements_of(contract)], lambda text: UsageError(f"[known]: {text}"))


def plain_of(contract: Contract, models: Any = None) -> Plain:
    """The known-good bodies of the contract's operations, and the models of a run."""
    bodies = {role: {model_member(contract, role): "", **base(contract, role, BODY)} for role in roles(contract)}
    named = models.values() if isinstance(models, dict) else ()
    return Plain(bodies, frozenset(name for name in named if isinstance(name, str)))


def trying(contract: Contract, transcript: Transcript, path: Path) -> Transcript:
    """The transcript as if the target had declared what the target file at `path` does, as of today.

    Raises UsageError.
    """
    data = read_target_file(path, own(contract))
    known = tuple(data.get("known", ()))
    check_known(contract, known)
    declared = {"declined": declined_in(data), "known": [each.to_json() for each in known]}
    header = transcript.header | {"target": transcript.header["target"] | declared}
    return replace(transcript, header=header | {"declared": datetime.now(UTC).date().isoformat()})


def described(target: Target, call: RequestBuilder) -> dict[str, Any]:
    """The target as a transcript's header shows it: no key, and no header values."""
    return {
        "url": target.url,
        "models": {"chat": call.chat_model, "embedding": call.embedding_model},
        "headers": sorted(name for name, _ in target.headers),
        **({"key_variable": target.key_variable} if target.key_variable != DEFAULT_KEY_VARIABLE else {}),
        **({"key_header": target.header} if target.header is not None else {}),
        "declined": dict(target.declined),
        **({"room": target.limits.room} if target.limits.room else {}),
        **({"known": [each.to_json() for each in target.known]} if target.known else {}),
    }


@dataclass
class _Run:
    """The network's side of a certification. It has a plan and a recorder once the target has said what it is."""

    contract: Contract
    target: Target
    call: RequestBuilder
    only: Sequence[str]
    progress: Progress
    generated: Generated
    pace: Pace
    about: dict[str, Any]
    """The header of the transcript; its target is known after the preflight."""
    journal: Journal
    planned: Plan = field(default_factory=lambda: Plan((), ()))
    recorder: Recorder | None = None

    def __post_init__(self) -> None:
        self.spending = Spending(self.target.budget)

    async def send(self, interrupts: Interrupts) -> None:
        """Raises CancelledError where it is interrupted before anything can be recorded."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def end() -> None:
            if self.recorder is None:
                task.cancel()
            else:
                self.recorder.bounds.end(interrupts.cause)

        with interrupts.ending(lambda: loop.call_soon_threadsafe(end)):
            await self._send()

    async def _send(self) -> None:
        async with client_of(self.target) as client:
            ready = await preflight(self.contract, self.target, self.call, client, self.pace)
            self.call = ready.call
            refuse_the_runs_model(self.call)
            if ready.reasons:
                self.progress.noted(REASONS)
            self.planned = plan(
                self.contract,
                self.call,
                self.target.declined,
                self.only,
                generated=self.generated.gate,
                kept=self.generated.kept(self.contract),
            )
            if self._embeds() and (said := await embeds(self.target, self.call, client, self.pace)):
                self.progress.noted(said)
            cost = estimate_of(self.planned, self.contract, self.call, self.target.limits, ready.speed)
            self.progress.planned(self.planned, cost)
            cost.refuse_beyond(self.target.budget)
            self.pace.learned = lambda per_minute: self._tell_pace(cost, per_minute)
            bounds = Bounds(self.target.limits, self.target.budget)
            self.journal.begin(self.header)
            self.recorder = Recorder(
                self.contract, self.target, self.call, client, bounds, self.pace, self.spending, self.journal.add
            )
            await self.recorder.send_all(self.planned.probes, self.progress.done)

    def _embeds(self) -> bool:
        """The plan has to do with embeddings, and the target claims them."""
        claimed = EMBEDDINGS in self.contract.roles and not_claimed(EMBEDDINGS, self.target.declined) is None
        return claimed and any(each.profile == EMBEDDINGS for each in self.planned.requirements)

    def _tell_pace(self, cost: Estimate, per_minute: float) -> None:
        """That the server sets a limit, and what it makes of the run: told once, as soon as it is known."""
        left = span(60.0 * max(0, cost.requests - self.pace.served) / per_minute)
        said = f"the server allows about {per_minute:.0f} requests a minute: {left} left"
        written = without_generated(self.planned, self.contract, self.call)
        if written < cost.requests:
            said += f"; --quick takes {span(60.0 * written / per_minute)} in all"
        self.progress.noted(said)

    def pursue(self, found: Certification, seconds: float, interrupts: Interrupts) -> Certification:
        """The certification with its failures made small, and with what exploring for some seconds broke."""
        pursued = asyncio.run(self._pursue(found.result, seconds, interrupts))
        self.generated.keep(pursued, self.call)
        exchanges = (*found.transcript.exchanges, *pursued.reduced)
        explored = {"explored": pursued.explored} if seconds else {}
        more = {"requests": found.result.requests + pursued.requests, **explored}
        transcript = replace(found.transcript, exchanges=exchanges, footer=found.transcript.footer | more)
        return Certification(with_found(found.result, pursued, exchanges, self.contract), transcript)

    async def _pursue(self, result: Result, seconds: float, interrupts: Interrupts) -> Found:
        self.pace.learned = lambda per_minute: None  # nobody can say what is left of it
        async with client_of(self.target) as client:
            pursuit = Pursuit(
                self.contract, self.target, self.call, client, result, self.pace, self.spending, self.journal.add
            )
            with interrupts.ending(pursuit.stop):
                await pursuit.shrink(self.progress.shrinking)
                if seconds:
                    await pursuit.explore(seconds, self.call.seed, self.planned.requirements)
            return pursuit.found

    @property
    def header(self) -> dict[str, Any]:
        return self.about | {"target": described(self.target, self.call)}

    @property
    def cut_off(self) -> str:
        """Why the run ended before its plan did; empty where it did not."""
        return self.recorder.bounds.cause if self.recorder else ""

    @property
    def requests(self) -> int:
        return self.recorder.requests if self.recorder else 0

    def exchanges(self) -> list[Exchange]:
        return self.recorder.exchanges(self.planned.probes) if self.recorder else []


def call_with(
    contract: Contract, chat: str | None = None, embedding: str | None = None, seed: int = 0
) -> RequestBuilder:
    """Requests name these models; where one is not given, that of the documented example, if there is one."""
    talks = (documented(contract, role) for role in contract.roles if role != "embeddings")
    chat = chat or documented(contract, "chat") or next(filter(None, talks), "")
    return RequestBuilder(contract, chat, embedding or documented(contract, "embeddings"), seed)
