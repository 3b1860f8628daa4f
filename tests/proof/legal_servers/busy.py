"""Servers that are busy now and then, or work in another rhythm."""

from __future__ import annotations

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.limits import OPENAI_PATH, refuse
from tests.proof.legal_servers.reply import Reply, every_reply

JSON = ("content-type", "application/json")


@variant(of=lambda reply: reply.status == 200 and bool(reply.request.body))
class EveryThirdRequestHasToWait:
    """Every third request is answered 429 at first, with `Retry-After: 0`."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, bytes], int] = {}

    def __call__(self, reply: Reply) -> None:
        place = self._seen.setdefault((reply.request.target, reply.request.body), len(self._seen))
        if place % 3 == 0:
            self._seen[reply.request.target, reply.request.body] = 1
            reply.status, reply.reason, reply.headers = 429, "Too Many Requests", [JSON, ("Retry-After", "0")]
            reply.framing = "length"
            reply.json = {"error": {"message": "Slow down.", "type": "rate_limit_error"}}


@variant(of=every_reply)
def replies_take_their_time(reply: Reply) -> None:
    """The head of each reply comes a few milliseconds before its body."""
    reply.pause = 0.004


def invalid_in_one_of_two_places(reply: Reply) -> bool:
    """Another request has a seed as bad; the same request for a stream goes to the other path."""
    return reply.asked.get("seed") == -1 or (reply.path == OPENAI_PATH and reply.asked.keys() == {"model", "stream"})


@variant(of=invalid_in_one_of_two_places)
class SomeRequestsMeetABusyServer:
    """Two requests that are invalid besides meet a busy server at first: 503 speaks of the load, not of the request."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def __call__(self, reply: Reply) -> None:
        if reply.request.body not in self._seen:
            self._seen.add(reply.request.body)
            refuse(reply, 503, "Service Unavailable", "Too many requests are under way.")


@variant(of=every_reply)
class ALongPromptKeepsItBusy:
    """A prompt of 400 kB is refused only after a long time; who asks meanwhile is answered 503."""

    def __init__(self) -> None:
        self._busy = False

    def __call__(self, reply: Reply) -> None:
        if len(reply.request.body) > 400_000:
            self._busy = True
            refuse(reply, 413, "Content Too Large", "The prompt is too long.")
        elif self._busy:
            refuse(reply, 503, "Service Unavailable", "Another request is read.")
