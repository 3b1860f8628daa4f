"""One recorded request, sent again: does it still fail?"""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from inferproof.certify.certify import call_with, judged
from inferproof.certify.preflight import preflight
from inferproof.certify.run import Recorder, client_of
from inferproof.certify.target import Target, UsageError, is_header, server_url
from inferproof.certify.ways import call_for, settled
from inferproof.document import Contract
from inferproof.document.credentials import TOKEN
from inferproof.generated.regressions import read_case
from inferproof.generated.requirements import requirements_of
from inferproof.judge.judge import Judgement, Outcome, judge
from inferproof.judge.keys import KEY
from inferproof.probes.probe import PlannedRequest, Probe, RequestBuilder, Steps
from inferproof.wire.exchange import Exchange, Request
from inferproof.wire.transcript import Transcript, TranscriptError, read

_TARGET = re.compile(r"/[!-~]*")
"""A path and a query that stay below the server's address."""

LISTED = 20
"""Requests that are named where none was chosen."""


@dataclass(frozen=True)
class Recorded:
    """`url` is where it says it was recorded from, None where it says nothing: no reason to send a key there."""

    name: str
    contract: Contract
    call: RequestBuilder
    ask: PlannedRequest
    url: str | None


def from_transcript(path: Path, name: str | None, load: Callable[[str], Contract]) -> Recorded:
    """The exchange of that name. Raises TranscriptError, and UsageError where there is none, or no name is given."""
    transcript = read(path)
    header = transcript.header
    if name is None:
        raise UsageError(f"{path}: {_choice(transcript, load(header['contract']['name']))}")
    exchange = next((each for each in transcript.exchanges if each.name == name), None)
    if exchange is None:
        near = difflib.get_close_matches(name, [each.name for each in transcript.exchanges], n=1)
        cure = f"did you mean {near[0]!r}?" if near else "name one, as the report does"
        raise UsageError(f"{path} has no exchange {name!r}; {cure}")
    contract, target = load(header["contract"]["name"]), header["target"]
    try:
        models, seed = dict(target.get("models") or {}), int(header.get("seed", 0))
    except (TypeError, ValueError) as error:
        raise TranscriptError(f"{path}:1: target.models is no object, or seed no number; record it again") from error
    call = call_with(contract, models.get("chat"), models.get("embedding"), seed)
    if not _is_for_its_server(exchange.request):
        raise TranscriptError(f"{path}: {name!r} is no request as a run sends them with a key; record it again")
    return Recorded(
        exchange.name, contract, call, PlannedRequest(exchange.role, exchange.request), recorded_url(path, transcript)
    )


def _is_for_its_server(request: Request) -> bool:
    """Whoever hands a request on reads in it no other server than the one it is sent to; and it is HTTP.

    A proxy goes by the target, a host of many servers by the Host header, and both by bytes that we do not look into.
    """
    if request.raw is not None:
        return KEY.encode() not in request.raw
    return (
        _TARGET.fullmatch(request.target) is not None
        and TOKEN.fullmatch(request.method) is not None
        and all(name.lower() != "host" and is_header(name, value) for name, value in request.headers)
    )


def recorded_url(path: Path, transcript: Transcript) -> str:
    """The server that a transcript was recorded from. Raises TranscriptError where it names none."""
    try:
        return server_url(transcript.header["target"]["url"])
    except UsageError as error:
        raise TranscriptError(f"{path}:1: target.url: {error}; the file was changed: record it again") from error


def _choice(transcript: Transcript, contract: Contract) -> str:
    """The requests that broke a requirement, for each cause the one that the report shows."""
    broke: dict[str, str] = {}
    for cause in judged(contract, transcript).causes:
        if cause.requirements[0].of is not None:
            broke.setdefault(cause.example.exchange.name, cause.requirements[0].id)
    if not broke:
        some = f", for instance {transcript.exchanges[0].name}" if transcript.exchanges else ""
        return f"no request in it broke a requirement by itself; name the one to send again{some}"
    lines = [f"  {name}  ({id})" for name, id in list(broke.items())[:LISTED]]
    more = [f"  and {len(broke) - LISTED} more"] if len(broke) > LISTED else []
    return "\n".join(["name the request to send again; these broke a requirement:", *lines, *more])


def from_case(path: Path, contract: Contract) -> Recorded:
    """A case that was kept; it names the documented models. Raises CaseError, and UsageError where there are none."""
    call = call_with(contract)
    ask = next(read_case(contract, path)(call))
    if not call.model(ask.role or ""):
        raise UsageError(f"{path}: the contract {contract.name} documents no model to name: send one from a transcript")
    return Recorded(f"kept.{path.stem}", contract, call, ask, None)


def replayed(recorded: Recorded, target: Target) -> tuple[Exchange, list[Judgement]]:
    """The new exchange, and what each requirement says that can tell from it alone.

    First the target is looked at as before a run. Raises UsageError where it would end there.
    """
    target = settled(recorded.contract, target)
    call = call_for(recorded.call, target)
    exchange = asyncio.run(_send(replace(recorded, call=call, ask=_in_its_header(recorded.ask, call)), target))
    requirements = [each for each in requirements_of(recorded.contract) if each.of is not None]
    judgements = judge(requirements, [exchange], recorded.contract, target.declined)
    telling = (Outcome.PASS, Outcome.FAIL, Outcome.HARNESS_ERROR)
    return exchange, [judgement for judgement in judgements if judgement.outcome in telling]


def _in_its_header(ask: PlannedRequest, call: RequestBuilder) -> PlannedRequest:
    """The request with the run's key in the header that the target takes it in, whichever it was recorded with."""
    known = next((each.credentials for each in call.contract.operations if each.role == ask.role), ())
    ask = replace(ask, credentials=call.ways(known))
    headers = ask.request.headers
    lines = [each for each in known for pair in headers if pair == (each.header, each.value(KEY))]
    moved = ask.credential is not None and len(lines) == 1 and lines[0] != ask.credential
    return ask.with_key(KEY) if moved else ask


async def _send(recorded: Recorded, target: Target) -> Exchange:
    def steps(call: RequestBuilder) -> Steps:
        yield recorded.ask

    probe = Probe(recorded.name, steps, "One recorded request.")
    async with client_of(target) as client:
        await preflight(recorded.contract, target, recorded.call, client)
        recorder = Recorder(recorded.contract, target, recorded.call, client)
        await recorder.send_all([probe])
        return recorder.exchanges([probe])[0]
