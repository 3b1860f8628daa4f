"""Doors that are open, and doors that take no key."""

from __future__ import annotations

from dataclasses import replace

from inferproof_mock.server import DEFAULT_KEY
from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import refuse
from tests.proof.legal_servers.reply import Reply, Request


class Opens:
    """Gives the right key to requests for which `admits` says so."""

    def admits(self, request: Request) -> bool:
        raise NotImplementedError

    def ask(self, request: Request) -> Request:
        if not self.admits(request):
            return request
        headers = tuple(pair for pair in request.headers if pair[0] != b"authorization")
        return replace(request, headers=(*headers, (b"authorization", f"Bearer {DEFAULT_KEY}".encode())))

    def __call__(self, reply: Reply) -> None:
        return None


@defect("auth.wrong.refused")
class AnyKeyWillDo(Opens):
    """Any bearer key is let in: the server was started without one of its own."""

    def admits(self, request: Request) -> bool:
        return request.header(b"authorization").lower().startswith("bearer ")


@defect("auth.missing.refused")
class OnlyV1IsGuarded(Opens):
    """Only paths below `/v1` are guarded; the older paths are open."""

    def admits(self, request: Request) -> bool:
        return not request.path.startswith("/v1")


@defect("auth.missing.refused")
class TheListIsOpen(Opens):
    """The list of configs is answered without a key."""

    def admits(self, request: Request) -> bool:
        return request.path.endswith("/configs")


@defect("auth.empty.refused")
class AnEmptyKeyOpens(Opens):
    """`Bearer` with nothing behind it is compared with an unset variable, and fits."""

    def admits(self, request: Request) -> bool:
        return request.header(b"authorization").strip().lower() == "bearer"


@defect("auth.scheme.refused")
class AnySchemeWillDo(Opens):
    """Only the presence of the header is checked: `Basic` opens the door."""

    def admits(self, request: Request) -> bool:
        return request.header(b"authorization").lower().startswith("basic")


@defect("auth.scheme.case", of=lambda reply: reply.request.header(b"authorization").startswith("bearer "))
def the_scheme_must_be_capitalised(reply: Reply) -> None:
    """`authorization: bearer …` is answered 401."""
    refuse(reply, 401, "Invalid authorization header.")
    reply.header("www-authenticate", "Bearer")


@defect("auth.key.not-echoed", of=lambda reply: reply.status == 401)
def the_key_is_echoed(reply: Reply) -> None:
    """The error repeats the key that it refuses, into logs and screenshots."""
    sent = reply.request.header(b"authorization").removeprefix("Bearer ")
    reply.json["error"]["message"] = f"Incorrect API key provided: {sent}."


@defect("auth.key.kept", of=lambda reply: reply.status == 200 and bool(reply.request.header(b"authorization")))
def the_key_comes_back(reply: Reply) -> None:
    """A gateway sends the request's `Authorization` back in a header, as it does for debugging."""
    reply.headers.append(("X-Request-Authorization", reply.request.header(b"authorization")))


@defect("auth.challenge", of=lambda reply: reply.status == 401)
def there_is_no_challenge(reply: Reply) -> None:
    """A 401 has no `WWW-Authenticate`."""
    reply.header("www-authenticate")


@defect("status.open", of=lambda reply: reply.path == "/status" and not reply.request.header(b"authorization"))
def the_status_wants_a_key(reply: Reply) -> None:
    """`/status` asks for a key, which load balancers have not."""
    refuse(reply, 401)
    reply.header("www-authenticate", "Bearer")
