"""Limits as servers set them: the run waits as it is told, and the verdict is the server's own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from inferproof.front.serve import running
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.certify.limiters import Limit, Limited, Refusal, Seen, after
from tests.conftest import FIRST, contract_of
from tests.proof.findings.verdicts.expected import Both, Innocent, Says
from tests.proof.findings.verdicts.finding import LIMIT, Finding
from tests.proof.findings.verdicts.servers import Server

SOME = ("chat.reply.*",)
MORE = ("chat.*", "sampling.*", "auth.*")


@dataclass
class Bucket:
    """So many at once, and `rate` more each second by the wall's clock; who is refused is told to wait a second."""

    most: int
    rate: float
    told: str = "1"

    def __post_init__(self) -> None:
        self._left, self._at = float(self.most), time.monotonic()

    def __call__(self, seen: Seen, at: float) -> Refusal | None:
        now = time.monotonic()
        self._left, self._at = min(float(self.most), self._left + (now - self._at) * self.rate), now
        if self._left < 1:
            return after(self.told)
        self._left -= 1
        return None


@dataclass
class Window:
    """So many in each `seconds` by the wall's clock; who is refused is told its end."""

    most: int
    seconds: float

    def __post_init__(self) -> None:
        self._end, self._count = 0.0, 0

    def __call__(self, seen: Seen, at: float) -> Refusal | None:
        now = time.monotonic()
        if now >= self._end:
            self._end, self._count = now + self.seconds, 0
        if self._count >= self.most:
            return after(f"{int(self._end - now) + 1}")
        self._count += 1
        return None


@dataclass
class OneWait:
    """The tenth request meets a limit that lasts, and says for how many seconds."""

    seconds: int

    def __post_init__(self) -> None:
        self._count, self._until = 0, 0.0

    def __call__(self, seen: Seen, at: float) -> Refusal | None:
        self._count += 1
        if self._count == 10:
            self._until = time.monotonic() + self.seconds
        left = self._until - time.monotonic()
        return after(f"{int(left) + 1}") if left > 0 else None


def _one_at_a_time(seen: Seen, at: float) -> Refusal | None:
    return Refusal(headers=(("Retry-After", "1"),)) if seen.under_way else None


class _FiveBadKeys:
    def __init__(self) -> None:
        self._bad = 0

    def __call__(self, seen: Seen, at: float) -> Refusal | None:
        if not seen.headers.get("authorization") or DEFAULT_KEY in seen.headers["authorization"]:
            return None
        self._bad += 1
        return after("900") if self._bad > 5 else None


def behind(limit: type[Limit] | object, *sizes: float) -> Server:
    """The mock behind a limit that begins anew for each judge."""

    @contextlib.contextmanager
    def start() -> Iterator[str]:
        made = limit(*sizes) if isinstance(limit, type) else limit
        with running(Limited(mock(contract_of(FIRST)), made)) as url:
            yield url

    return start


LIMITED = Innocent()
TOLD = Both((LIMITED, Says((r"requests a minute",), "nothing is held against it, and the pace is told")))

FINDINGS = (
    Finding(
        "a-bucket",
        LIMIT,
        "Twenty requests are served at once and ten more each second; others are told to wait a second.",
        behind(Bucket, 20, 10.0),
        LIMITED,
        only=SOME,
    ),
    Finding(
        "a-window",
        LIMIT,
        "Thirty requests are served in every five seconds; others are told when the next window begins.",
        behind(Window, 30, 5.0),
        LIMITED,
        only=SOME,
    ),
    Finding(
        "sixty-a-minute",
        LIMIT,
        "Sixty requests a minute are served; others are told to wait a second.",
        behind(Bucket, 60, 1.0),
        TOLD,
        only=SOME,
        slow=True,
    ),
    Finding(
        "a-fixed-minute",
        LIMIT,
        "Sixty requests are served in each minute; others are told when it ends.",
        behind(Window, 60, 60.0),
        TOLD,
        only=SOME,
        slow=True,
    ),
    Finding(
        "a-wait-of-more-than-a-minute",
        LIMIT,
        "Once, in the midst of the run, the server asks all to wait for 61 seconds.",
        behind(OneWait, 61),
        LIMITED,
        only=SOME,
        slow=True,
    ),
    Finding(
        "one-at-a-time",
        LIMIT,
        "One request is served at a time; others are told to wait a second.",
        behind(_one_at_a_time),
        LIMITED,
        only=SOME,
    ),
    Finding(
        "five-bad-keys-and-a-long-wait",
        LIMIT,
        "Who gives five bad keys is told to wait for a quarter of an hour; good keys are served on.",
        behind(_FiveBadKeys),
        LIMITED,
        only=("auth.*",),
    ),
)
