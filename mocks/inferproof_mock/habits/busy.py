"""Busy for a moment: replies that speak of load, time and the way there, and say nothing of the request.

One request in a hundred meets it, and which one follows from the seed; asked again, it is another draw.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace

from inferproof_mock.habits.door import page
from inferproof_mock.habits.exchange import HTML, JSON, Answer, Asked
from inferproof_mock.habits.habit import BODIES, answers

SHARE = 0.01


def _busy(asked: Asked, status: int, **headers: str) -> Answer | None:
    """A JSON error in the contract's own shape."""
    if not asked.chance(SHARE):
        return None
    answer = asked.refused("The server is busy; try again.", status=status)
    for name, value in headers.items():
        answer.set(name.replace("_", "-"), value)
    return answer


def _page(asked: Asked, status: int, title: str, **headers: str) -> Answer | None:
    if not asked.chance(SHARE):
        return None
    answer = Answer(status, [("content-type", HTML)], page(title))
    for name, value in headers.items():
        answer.set(name.replace("_", "-"), value)
    return answer


@answers()
def one_percent_503_with_a_time(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 503 with `Retry-After: 0`.

    Allowed: RFC 9110 §15.6.4: the server is overloaded for a moment.
    """
    return _busy(asked, 503, retry_after="0")


@answers()
def one_percent_503(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 503 without a Retry-After.

    Allowed: RFC 9110 §15.6.4: the header may be there.
    """
    return _busy(asked, 503)


@answers()
def one_percent_503_as_a_page(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 503 by a balancer, with a page.

    Allowed: RFC 9110 §15.6.4; a balancer without a healthy backend knows nothing of the API's errors.
    """
    return _page(asked, 503, "503 Service Temporarily Unavailable")


@answers()
def one_percent_502(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 502 by a gateway, with a page.

    Allowed: RFC 9110 §15.6.3: what stands behind it failed to answer.
    """
    return _page(asked, 502, "502 Bad Gateway")


@answers()
def one_percent_504(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 504 by a gateway, with a page.

    Allowed: RFC 9110 §15.6.5: what stands behind it did not answer in time.
    """
    return _page(asked, 504, "504 Gateway Time-out")


@answers()
def one_percent_429(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 429 with `Retry-After: 0`.

    Allowed: RFC 6585 §4: the server takes no more of this client for a moment.
    """
    return _busy(asked, 429, retry_after="0")


@answers()
def one_percent_529(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 529, overloaded.

    Allowed: RFC 9110 §15: a client treats an unknown status as the x00 of its class, a failure of the server.
    """
    return _busy(asked, 529)


@answers()
def one_percent_520_to_524(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 520 to 524 by the network before the server, with a page.

    Allowed: RFC 9110 §15: a client treats an unknown status as the x00 of its class, a failure on the way.
    """
    status = 520 + len(asked.body) % 5
    return _page(asked, status, f"Error {status}", server="edge")


@answers()
def one_percent_408(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 408, and the connection closed.

    Allowed: RFC 9110 §15.5.9: the server did not get the whole request within its time; the client may repeat it.
    """
    if not asked.chance(SHARE):
        return None
    return Answer(408, [("connection", "close")], b"")


@answers()
def one_percent_425(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 425.

    Allowed: RFC 8470 §5.2: the server does not risk a request that might be replayed; the client sends it again.
    """
    return _busy(asked, 425) if asked.nth == 0 else None


@answers()
def one_percent_503_twice(asked: Asked) -> Answer | None:
    """One request in a hundred is answered 503 at first and once again, each time with `Retry-After: 0`.

    Allowed: RFC 9110 §15.6.4: an overload lasts as long as it lasts.
    """
    drawn = replace(asked, nth=0).chance(SHARE)
    answer = asked.refused("The server is busy; try again.", status=503)
    answer.set("retry-after", "0")
    return answer if drawn and asked.nth < 2 else None


@answers(*BODIES)
class ColdStart:
    """The first three requests to a model are answered 503 with `Retry-After: 1`, while it is loaded.

    Allowed: RFC 9110 §15.6.4; the document's own 503 speaks of a server that is starting (project).
    """

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self, asked: Asked) -> Answer | None:
        self._asked += 1
        if self._asked > 3:
            return None
        answer = asked.refused("The model is loading.", status=503)
        answer.set("content-type", JSON)
        answer.set("retry-after", "1")
        return answer


@answers()
class FiftyEachSecond:
    """More than fifty requests within a second are answered 429 with `Retry-After: 1`.

    Allowed: RFC 6585 §4: how much a client may ask for is the host's.
    """

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=50)

    def __call__(self, asked: Asked) -> Answer | None:
        now = time.monotonic()
        if len(self._times) == self._times.maxlen and now - self._times[0] < 1:
            answer = asked.refused("Rate limit reached.", status=429)
            answer.set("retry-after", "1")
            return answer
        self._times.append(now)
        return None


@answers()
class ItRestartsOnce:
    """Eight requests in a row, after two hundred, meet a balancer whose backend is just restarted: 502 with a page.

    Allowed: RFC 9110 §15.6.3; a server is deployed now and then.
    """

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self, asked: Asked) -> Answer | None:
        self._asked += 1
        down = 200 < self._asked <= 208
        return Answer(502, [("content-type", HTML), ("retry-after", "1")], page("502 Bad Gateway")) if down else None
