"""The gate: generated cases as probes, part of every certification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from inferproof.document import Contract
from inferproof.generated.cases import Case, cases
from inferproof.generated.members import members
from inferproof.generated.probe import GeneratedProbe
from inferproof.judge.claims import claim, is_claimed, is_streamed
from inferproof.probes.probe import Probe, RequestBuilder, Steps
from inferproof.wire.exchange import Origin


def gate(contract: Contract, seed: int, declined: Mapping[str, str]) -> tuple[Probe, ...]:
    """One probe for each member and kind of case: `gate.chat.temperature.refuses`; a case is one of its exchanges.

    Where a role can stream, every other case asks for it.
    """
    return tuple(probes(contract, cases(contract, seed), declined))


def probes(
    contract: Contract, found: Iterable[Case], declined: Mapping[str, str], prefix: str = "gate"
) -> Iterator[Probe]:
    known = {(member.role, member.name): member for member in members(contract)}
    turn: dict[str, int] = {}
    for (role, name, kind), group in groupby(found, key=lambda case: (case.role, case.name, case.kind)):
        if not is_claimed(contract, role, name, declined):
            continue
        streaming = is_streamed(contract, role, name, declined)
        sent = []
        for case in group:
            turn[role] = turn.get(role, 0) + streaming
            sent.append((case, streaming and turn[role] % 2 == 1))
        sentence = f"What `{name}` {kind} of {role}, as generated."
        id = known[role, name].id(kind)
        yield GeneratedProbe(
            f"{prefix}.{id}",
            _steps(sent),
            sentence,
            claim(contract, role, name),
            origin=Origin.GENERATED,
            requirement=id if kind != "lax" else "",
        )


class _steps:
    """Sends each case in turn; no request depends on an answer."""

    def __init__(self, sent: list[tuple[Case, bool]]) -> None:
        self._sent = sent

    def __call__(self, call: RequestBuilder) -> Steps:
        for case, stream in self._sent:
            model = call.embedding_model if case.role == "embeddings" else call.chat_model
            yield call.to(case.role, case.body(call.contract, model, stream=stream))
