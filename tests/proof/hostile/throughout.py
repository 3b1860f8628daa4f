"""The mock behind something that spoils connections, or adds to replies what changes nothing, from the first on."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import trustme

from inferproof.certify.target import Limits
from tests.proof.hostile.hostility import sentence_of
from tests.proof.hostile.server import Behaviour, Peer, hostile


@dataclass(frozen=True)
class Throughout:
    """`codes` are the exit codes that a run may end with, `says` what it must then say."""

    name: str
    sentence: str
    behave: Behaviour
    codes: tuple[int, ...]
    says: str
    accepts: Callable[[int], bool]
    certificate: Callable[[], ssl.SSLContext] | None

    limits: ClassVar[Limits] = Limits()
    """The usual ones."""

    def serving(self, upstream: str) -> AbstractContextManager[str]:
        tls = self.certificate() if self.certificate else None
        return hostile(self.behave, upstream, accepts=self.accepts, tls=tls)


THROUGHOUT: dict[str, Throughout] = {}


def throughout(
    codes: tuple[int, ...],
    says: str = "",
    *,
    accepts: Callable[[int], bool] = lambda number: True,
    certificate: Callable[[], ssl.SSLContext] | None = None,
) -> Callable[[Behaviour], Behaviour]:
    """Register a server. `accepts`: which connections it takes, by their number."""

    def register(behave: Behaviour) -> Behaviour:
        name = behave.__name__
        THROUGHOUT[name] = Throughout(name, sentence_of(behave), behave, codes, says, accepts, certificate)
        return behave

    return register


LOOPBACK = "127.0.0.1"
TRUSTED = trustme.CA()
"""The authority that the client is told to trust."""


def _certificate(name: str, signed_by: trustme.CA = TRUSTED, **until: Any) -> Callable[[], ssl.SSLContext]:
    def made() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        signed_by.issue_cert(name, **until).configure_cert(context)
        return context

    return made


@throughout((0,))
async def trailers(peer: Peer) -> None:
    """Has trailers behind each reply, which are legal (RFC 9112 §7.1.2): a client may drop them."""
    await peer.relay(b"0\r\nX-Checksum: abc\r\nServer-Timing: total;dur=5\r\n\r\n")


@throughout((0,))
async def pipelined_garbage(peer: Peer) -> None:
    """Sends another reply, that nobody asked for, behind each one."""
    await peer.relay(b"0\r\n\r\nHTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nno!")


@throughout((0, 3), accepts=lambda number: number % 3 != 0)
async def every_third_connection_is_refused(peer: Peer) -> None:
    """Closes every third connection before a byte of a reply."""
    await peer.relay()


@throughout((2,), "--ca-file", certificate=_certificate(LOOPBACK, trustme.CA()))
async def a_certificate_of_an_unknown_authority(peer: Peer) -> None:
    """Has a TLS certificate that nobody the client trusts has signed."""
    await peer.relay()


@throughout((2,), "Use the host name", certificate=_certificate("inference.example"))
async def a_certificate_of_another_host(peer: Peer) -> None:
    """Has the TLS certificate of another host."""
    await peer.relay()


@throughout((2,), "needs a new one", certificate=_certificate(LOOPBACK, not_after=datetime(2020, 1, 1, tzinfo=UTC)))
async def a_certificate_of_the_past(peer: Peer) -> None:
    """Has a TLS certificate that has run out."""
    await peer.relay()
