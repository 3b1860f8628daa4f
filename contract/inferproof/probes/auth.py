"""Probes of credentials: none, a wrong one, another scheme, several at once; on every secured operation.

Where more than one header opens an operation, each of them is tried, and each beside the one that the run uses.
"""

from inferproof.document.credentials import BEARER, Credential
from inferproof.document.names import LISTS
from inferproof.judge.keys import LONG_KEY, SHORT_KEY, SWAPPED_KEY, WRONG_KEY, own_key
from inferproof.probes.probe import PlannedRequest, RequestBuilder, Steps, probe, turn, user

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


def _in_each_form(call: RequestBuilder, role: str) -> list[PlannedRequest]:
    """The smallest good request of a role, and where the operation streams the same for a stream."""
    whole = plain(call, role)
    if not call.contract.facts.operation(role).streams:
        return [whole]
    return [whole, call.chat(user("hello"), role=role, max_tokens=4, stream=True)]


@probe("auth.missing", over=SECURED)
def missing(call: RequestBuilder, role: str) -> Steps:
    """A good request without credentials, also for a stream."""
    for ask in _in_each_form(call, role):
        if ask.credentials:
            yield ask.without_key()


@probe("auth.wrong", over=SECURED)
def wrong(call: RequestBuilder, role: str) -> Steps:
    """A good request with a key that nobody issued, also for a stream, in each header that opens the operation."""
    for ask in _in_each_form(call, role):
        for each in ask.credentials:
            yield ask.with_keys((each, WRONG_KEY))


@probe("auth.near", over=SECURED)
def near(call: RequestBuilder, role: str) -> Steps:
    """A good request with the run's key and a letter more, without its end, and with its letters in the other case."""
    ask = plain(call, role)
    if ask.credential is not None:
        for key in (LONG_KEY, SHORT_KEY, SWAPPED_KEY):
            yield ask.with_keys((ask.credential, key))


@probe("auth.empty", over=SECURED)
def empty(call: RequestBuilder, role: str) -> Steps:
    """A good request whose key has no characters, as a client sends whose variable is not set; in each header."""
    ask = plain(call, role)
    for each in ask.credentials:
        yield ask.with_keys((each, ""))


@probe("auth.other-scheme", over=SECURED)
def other_scheme(call: RequestBuilder, role: str) -> Steps:
    """A good request with Basic credentials, where a bearer token is wanted, and with the key under another scheme."""
    ask = plain(call, role)
    for each in _bearer(ask):
        yield ask.without_key().with_header(each.header, "Basic aW5mZXJwcm9vZjppbmZlcnByb29m")
        yield ask.without_key().with_header(each.header, f"Inferproof {ask.right_key(each)}")


@probe("auth.lower-case")
def lower_case(call: RequestBuilder) -> Steps:
    """A good request whose scheme is written `bearer`."""
    ask = plain(call, "chat")
    for each in _bearer(ask):
        yield ask.without_key().with_header(each.header, f"bearer {ask.right_key(each)}")


def _bearer(ask: PlannedRequest) -> list[Credential]:
    return [each for each in ask.credentials if each.kind == BEARER]


@probe("auth.alternative", claims="auth", over=SECURED)
def alternative(call: RequestBuilder, role: str) -> Steps:
    """A good request with the key in another header than the run uses, in each of them."""
    ask = plain(call, role)
    for each in ask.credentials[1:]:
        yield ask.with_keys((each, own_key(each)))


@probe("auth.agreeing", claims="auth", over=SECURED)
def agreeing(call: RequestBuilder, role: str) -> Steps:
    """A good request with a right key in two headers, the run's and each other one."""
    ask = plain(call, role)
    for first, other in _pairs(ask):
        yield ask.with_keys((first, ask.right_key(first)), (other, ask.right_key(other)))


@probe("auth.several", claims="auth", over=SECURED)
def several(call: RequestBuilder, role: str) -> Steps:
    """A good request with a right key in one header and a wrong one in another, the lines in either order."""
    ask = plain(call, role)
    for pair in _pairs(ask):
        for good, bad in (pair, pair[::-1]):
            lines = (good, ask.right_key(good)), (bad, WRONG_KEY)
            yield ask.with_keys(*lines)
            yield ask.with_keys(*reversed(lines))


def _pairs(ask: PlannedRequest) -> list[tuple[Credential, Credential]]:
    """The credential of the run with each other one that travels in another header."""
    return [
        (ask.credentials[0], each)
        for each in ask.credentials[1:]
        if each.header.lower() != ask.credentials[0].header.lower()
    ]
