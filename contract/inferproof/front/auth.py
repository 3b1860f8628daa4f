"""The API key of a request, in any of the headers that open its operation."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence

from inferproof.document.credentials import Credential
from inferproof.front.backend import Refusal


class Door:
    """What opens one operation: `credentials`, each by itself, with one of `keys`; without keys everybody is let in.

    Where a request has several, the first in the order of the credentials counts.
    A header that holds no key, being empty or of another scheme, is passed over. `revoked` keys are told apart from
    those that were never issued.
    """

    def __init__(self, credentials: Sequence[Credential], keys: Sequence[str], revoked: Sequence[str] = ()) -> None:
        self._credentials = credentials
        self._keys = [key.encode() for key in keys]
        self._revoked = [key.encode() for key in revoked]
        self._names = _joined([one.header for one in credentials])
        self._cure = _joined([f"`{one.header}: {one.value('<API key>')}`" for one in credentials])
        # RFC 6750 §3: a challenge names the scheme, and a header with the key alone has none.
        challenged = any(one.kind == "bearer" for one in credentials)
        self._challenge = {"WWW-Authenticate": "Bearer"} if challenged else {}

    def key(self, lines: Callable[[bytes], Sequence[str]]) -> str | None:
        """The key that counts. `lines` gives the values of a header by its lower-case name, one for each line.

        Raises Refusal 401, also for two lines of one header that differ: who stands between may have read the other.
        """
        sent = [(one, value) for one in self._credentials for value in lines(one.header.lower().encode())]
        key = next((key for one, value in sent if (key := _key(one, value))), None)
        if not self._credentials:
            return None
        if key is not None and _one_of(key, self._revoked):
            raise self._unauthorized("The API key was revoked", code="revoked_api_key")
        if not self._keys:
            return key
        if not sent:
            raise self._unauthorized(f"The {self._names} header is missing")
        if key is None:
            raise self._unauthorized(_joined([_empty(one) for one, _ in sent], " and "))
        for one in self._credentials:
            if len({value for other, value in sent if other is one}) > 1:
                raise self._unauthorized(f"The {one.header} header is there more than once")
        if not _one_of(key, self._keys):
            raise self._unauthorized("The API key is not known to this server")
        return key

    def _unauthorized(self, cause: str, code: str = "invalid_api_key") -> Refusal:
        return Refusal(401, f"{cause}; send {self._cure}.", code=code, headers=self._challenge)


def _one_of(key: str, known: Sequence[bytes]) -> bool:
    """Every key is compared, so that the time taken does not tell which one came close."""
    return True in [hmac.compare_digest(key.encode(), each) for each in known]


def _key(credential: Credential, value: str) -> str:
    """The key in the value of a header; the scheme before it is read in any case (RFC 9110 §11.1)."""
    if not credential.prefix:
        return value.strip(" \t")
    scheme, _, rest = value.partition(" ")
    return rest.strip(" \t") if scheme.lower() == credential.prefix.strip().lower() else ""


def _empty(credential: Credential) -> str:
    kind = "a bearer key" if credential.kind == "bearer" else "a key"
    return f"The {credential.header} header does not hold {kind}"


def _joined(words: Sequence[str], link: str = " or ") -> str:
    return link.join(dict.fromkeys(words))
