"""Probes of credentials: none, a wrong one, another scheme, the scheme in lower case; on every secured operation."""

from inferproof.document.credentials import BEARER
from inferproof.document.names import LISTS
from inferproof.probes.probe import KEY, WRONG_KEY, PlannedRequest, RequestBuilder, Steps, probe, turn, user

SECURED = ("chat", "chat.openai-path", "attributes", "embeddings", *LISTS, "chat.legacy", "chat.legacy.stream")


def plain(call: RequestBuilder, role: str) -> PlannedRequest:
    """The smallest good request of a role."""
    if role in LISTS:
        return call.to(role)
    if role == "embeddings":
        return call.embed("hello")
    if role.startswith("chat.legacy"):
        return call.legacy(turn("Human", "hello"), role=role, max_tokens=4)
    messages = [user("hello")] + ([{"role": "assistant", "content": "Hi."}] if role == "attributes" else [])
    return call.chat(*messages, role=role, max_tokens=4)


@probe("auth.missing", over=SECURED)
def missing(call: RequestBuilder, role: str) -> Steps:
    """A good request without credentials."""
    ask = plain(call, role)
    if ask.credentials:
        yield ask.without_key()


@probe("auth.wrong", over=SECURED)
def wrong(call: RequestBuilder, role: str) -> Steps:
    """A good request with a key that nobody issued."""
    ask = plain(call, role)
    if ask.credentials:
        yield ask.with_key(WRONG_KEY)


@probe("auth.empty", over=SECURED)
def empty(call: RequestBuilder, role: str) -> Steps:
    """A good request whose key has no characters, as a client sends whose variable is not set."""
    ask = plain(call, role)
    if ask.credentials:
        yield ask.with_key("")


@probe("auth.other-scheme", over=SECURED)
def other_scheme(call: RequestBuilder, role: str) -> Steps:
    """A good request with Basic credentials, where a bearer token is wanted."""
    ask = plain(call, role)
    if ask.credential is not None and ask.credential.kind == BEARER:
        yield ask.with_header(ask.credential.header, "Basic aW5mZXJwcm9vZjppbmZlcnByb29m")


@probe("auth.lower-case")
def lower_case(call: RequestBuilder) -> Steps:
    """A good request whose scheme is written `bearer`."""
    ask = plain(call, "chat")
    if ask.credential is not None and ask.credential.kind == BEARER:
        yield ask.with_header(ask.credential.header, f"bearer {KEY}")
