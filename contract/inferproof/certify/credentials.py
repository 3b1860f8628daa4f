"""The secrets of a run: where they come from, how they get into requests, what keeps them out of everything else."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import replace

from inferproof.certify.target import ITS_OWN, Target, TargetFile, UsageError
from inferproof.judge.keys import (
    GIVEN,
    KEY,
    KINDS,
    LESS,
    SHORT,
    SHORT_KEY,
    SWAPPED,
    SWAPPED_KEY,
    WRONG_KEY,
    other_name,
    own_name,
)
from inferproof.wire.connection import Origin, Proxy
from inferproof.wire.exchange import Request
from inferproof.wire.redact import Redactor
from inferproof.wire.secrets import marker

SHORTEST = 6
"""Characters that a secret must have to be told from ordinary text; a shorter key protects nothing."""

TELLING = ("auth", "key", "token", "secret", "cookie", "pass", "pwd", "cred", "session", "signature", "jwt")
"""What the name of a header holds whose value is a credential."""


def authorized(request: Request, target: Target, seed: int = 0) -> Request:
    """The request with its key markers replaced; a target without a key gets no header for it."""
    key, given = target.key or "", _given(target)
    ours = {KEY: key, **{marker(name): secret for name, secret in _near(key).items()}}
    secrets = {WRONG_KEY: wrong_key(seed), **ours}

    def put_in(value: str) -> str:
        for stands, secret in secrets.items():
            value = value.replace(stands, secret)
        return GIVEN.sub(lambda found: given.get(found[1], found[0]), value)

    headers = tuple(
        (name, put_in(value)) for name, value in request.headers if key or not any(each in value for each in ours)
    )
    return replace(request, headers=headers, raw=request.raw and request.raw.replace(KEY.encode(), key.encode()))


def withheld(request: Request, target: Target) -> str:
    """Why the request cannot be sent: it takes a secret that the user did not give. Empty where it can be."""
    given, key = _given(target), target.key or ""
    for name, value in request.headers:
        if SHORT_KEY in value and 0 < len(key) < SHORTEST + LESS:
            return f"the key has fewer than {SHORTEST + LESS} characters: a part of it could be anything"
        if SWAPPED_KEY in value and key and key.swapcase() == key:
            return "the key has no letters, which could have another case"
        found = GIVEN.search(value)
        if found is not None and found[1] not in given:
            kind = next((kind for kind in KINDS if found[1] == other_name(kind)), None)
            if kind is not None:
                return f"no {kind} key is given: name its variable in [keys] of the target file"
            return (
                f"no key is given for the header {name}: name its variable in [credentials.{name}] of the target file"
            )
    return ""


def _given(target: Target) -> dict[str, str]:
    """The secrets that only some users give, by the name in their markers."""
    own = {own_name(kind): given.secret for kind, given in target.own_keys.items()}
    return own | {other_name(kind): given.secret for kind, given in target.other_keys.items()}


def _near(key: str) -> dict[str, str]:
    """What is nearly the key, by the name in its marker."""
    return {SHORT: key[:-LESS], SWAPPED: key.swapcase()}


def announced(target: Target, file: TargetFile) -> list[str]:
    """What a user must hear before anything is sent, where a file says where secrets go: what goes, and whereto."""
    home = file.kept_home(target.url)
    if home:
        names = " and ".join(home)
        return [f"{file.path} is for {file.url}: its {names} stay away from {target.url}, unless you name the file"]
    others = [each.variable for each in (*target.own_keys.values(), *target.other_keys.values())]
    variables = dict.fromkeys(([target.key_variable] if target.key else []) + others)
    goes = [f"the key in {variable}" for variable in variables]
    if target.headers:
        goes.append("the headers " + ", ".join(name for name, _ in target.headers))
    if not goes or not {"url", *ITS_OWN} & file.data.keys():
        return []
    return [f"{file.path} has {' and '.join(goes)} sent to {target.url}{_through(target)}"]


def _through(target: Target) -> str:
    try:
        proxy = Proxy.from_environment(Origin.of(target.url))
    except ValueError as error:
        raise UsageError(str(error)) from None
    return f" through the proxy {proxy.host}:{proxy.port}" if proxy else ""


def wrong_key(seed: int) -> str:
    """A key that looks like one and that no server has issued; it follows from the seed."""
    return "sk-" + hashlib.sha256(f"inferproof wrong key {seed}".encode()).hexdigest()[:40]


def redactor(target: Target, seed: int = 0) -> Redactor:
    """Takes the target's secrets out of everything that is kept or shown. Raises UsageError for an unusable one."""
    known = {"wrong-key": wrong_key(seed)} | ({"key": target.key} if target.key else {})
    known |= {name: value for name, value in _near(target.key or "").items() if value not in known.values()}
    known |= _given(target) | dict(_other_secrets(target))
    try:
        return Redactor({name: value for name, value in known.items() if len(value) >= SHORTEST})
    except ValueError as error:
        where = f"; the key is in {target.key_variable}" if target.key else ""
        raise UsageError(f"{error}{where}") from None


def _other_secrets(target: Target) -> Iterator[tuple[str, str]]:
    """The values of extra headers that look like credentials, and the proxy's password, by a name for their marker."""
    for name, value in target.headers:
        if any(word in name.lower() for word in TELLING):
            yield f"header-{name.lower()}", value
            yield f"password-{name.lower()}", _password(value)
    try:
        proxy = Proxy.from_environment(Origin.of(target.url))
    except ValueError as error:
        raise UsageError(str(error)) from None
    if proxy is not None and proxy.credentials:
        yield "proxy", proxy.credentials
        yield "proxy-password", _password(proxy.credentials)


def _password(value: str) -> str:
    """The password in the value of a header with Basic credentials (RFC 7617); empty where it is something else."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8", "replace").partition(":")[2]
    except binascii.Error:
        return ""
