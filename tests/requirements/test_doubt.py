"""What is compared is asked for once more where it differs: chance is not held against a server, and a fault is."""

from __future__ import annotations

import json

import pytest

from inferproof.document import Contract
from inferproof.judge.judge import Outcome, judge
from inferproof.judge.subject import Subject
from inferproof.probes import PROBES
from inferproof.probes.probe import PlannedRequest, RequestBuilder
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, Reply

FREE, OTHERWISE, ANOTHER = "The sea is far away.", "The sea is near.", "A sea it is."

COMPARED = {
    "stream.equal.content": ("stream.equal:chat", (FREE, None, FREE)),
    "sampling.defaults": ("sampling.defaults", (FREE, FREE, None)),
    "sampling.temperature.zero": ("falsy.temperature", (FREE, FREE, None)),
    "stream.hang-up.text": ("stream.hang-up", (FREE, FREE, "The", None)),
}
"""The probe of a rule, and what its requests are answered: None is the answer that is compared."""


def answered(probe: str, step: int, ask: PlannedRequest, text: str) -> Exchange:
    """As a stream where the request wants one."""
    streamed = json.loads(ask.request.body).get("stream") is True
    key, media = ("delta", "text/event-stream") if streamed else ("message", "application/json")
    said = {"choices": [{"index": 0, key: {"role": "assistant", "content": text}, "finish_reason": "stop"}]}
    body = json.dumps(said).encode()
    reply = Reply(200, headers=(("Content-Type", media),), body=b"data: " + body + b"\n\n" if streamed else body)
    return Exchange(probe, step, ask.role, ask.request, reply)


def asked(contract: Contract, name: str, texts: tuple[str, ...]) -> list[Exchange]:
    """The exchanges of a probe whose requests are answered with these texts, as far as it sends any."""
    steps = PROBES[name].start(RequestBuilder(contract, "chat-model", "embedding-model"))
    exchanges: list[Exchange] = []
    ask: PlannedRequest | None = next(steps)
    for step, text in enumerate(texts):
        if ask is None:
            break
        exchanges.append(answered(name, step, ask, text))
        try:
            ask = steps.send(Subject(exchanges[-1], contract))
        except StopIteration:
            ask = None
    return exchanges


@pytest.mark.parametrize("id", COMPARED)
@pytest.mark.parametrize(
    ("answers", "requests", "expected"),
    [
        pytest.param((FREE, FREE), 1, Outcome.PASS, id="the same is not asked for again"),
        pytest.param((OTHERWISE, FREE), 2, Outcome.NOT_VERIFIED, id="by chance once"),
        pytest.param((OTHERWISE, ANOTHER), 2, Outcome.NOT_VERIFIED, id="by chance each time"),
        pytest.param((OTHERWISE, OTHERWISE), 2, Outcome.FAIL, id="each time the same"),
    ],
)
def test_what_differs_by_chance_is_no_alarm(
    id: str, answers: tuple[str, str], requests: int, expected: Outcome, contract: Contract
) -> None:
    probe, told = COMPARED[id]
    texts = tuple(answers[0] if text is None else text for text in told)
    exchanges = asked(contract, probe, (*texts, answers[1]))
    assert len(exchanges) == len(told) - 1 + requests
    [judgement] = judge([CATALOGUE[id]], exchanges, contract)
    assert judgement.outcome is expected, judgement.reason


@pytest.mark.parametrize(
    ("ends", "requests", "expected"),
    [
        pytest.param(("The", "The", "The"), 3, Outcome.PASS, id="before the stop"),
        pytest.param(("Fish", "The", "The", "The"), 4, Outcome.NOT_VERIFIED, id="by chance once"),
        pytest.param(("Fish", "Fish", "The", "The"), 4, Outcome.FAIL, id="each time the same"),
        pytest.param((FREE, FREE, FREE), 3, Outcome.FAIL, id="a stop that is ignored is plain at once"),
    ],
)
def test_an_end_that_differs_by_chance_is_no_alarm(
    ends: tuple[str, ...], requests: int, expected: Outcome, contract: Contract
) -> None:
    free = "The seas are far away."
    exchanges = asked(contract, "sampling.stop", (free, free, *(free if end is FREE else end for end in ends)))
    stop = json.loads(exchanges[2].request.body)["stop"]
    kept = free.partition(stop)[0]
    texts = (free, free, *({"The": kept, FREE: free}.get(end, end) for end in ends))
    exchanges = asked(contract, "sampling.stop", texts)
    assert len(exchanges) == 2 + requests
    [judgement] = judge([CATALOGUE["sampling.stop.prefix"]], exchanges, contract)
    assert judgement.outcome is expected, judgement.reason
