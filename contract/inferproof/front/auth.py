"""The API key of a request, in any of the headers that open its operation."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence

from inferproof.document.credentials import Credential
from inferproof.front.backend import Refusal


class Door:
    """What opens one operation: `credentials`, each by itself, with one of `keys`; without keys everybody is let in."""

    def __init__(self, credentials: Sequence[Credential], keys: Sequence[str]) -> None:
        self._credentials = credentials
        self._keys = [key.encode() for key in keys]
        self._names = _joined([one.header for one in credentials])
        self._cure = _joined([f"`{one.header}: {one.value('<API key>')}`" for one in credentials])
        # RFC 6750 §3: a challenge names the scheme, and a header with the key alone has none.
        challenged = any(one.kind == "bearer" for one in credentials)
        self._challenge = {"WWW-Authenticate": "Bearer"} if challenged else {}

    def key(self, header: Callable[[bytes], str | None]) -> str | None:
        """The key that the request has. `header` gives the value of a header by its lower-case name.

        Raises Refusal 401.
        """
        sent = [(one, value) for one in self._credentials if (value := header(one.header.lower().encode())) is not None]
        found = [key for one, value in sent if (key := _key(one, value))]
        if not self._keys or not self._credentials:
            return next(iter(found), None)
        if not sent:
            raise self._unauthorized(f"The {self._names} header is missing")
        if not found:
            raise self._unauthorized(_joined([_empty(one) for one, _ in sent], " and "))
        known = [key for key in found if self._knows(key)]
        if not known:
            raise self._unauthorized("The API key is not known to this server")
        return known[0]

    def _knows(self, key: str) -> bool:
        """Every key is compared, so that the time taken does not tell which one came close."""
        return True in [hmac.compare_digest(key.encode(), known) for known in self._keys]

    def _unauthorized(self, cause: str) -> Refusal:
        return Refusal(401, f"{cause}; send {self._cure}.", code="invalid_api_key", headers=self._challenge)


def _key(credential: Credential, value: str) -> str:
    """The key in the value of a header; the scheme before it is read in any case (RFC 9110 §11.1)."""
    if not credential.prefix:
        return value.strip()
    scheme, _, rest = value.partition(" ")
    return rest.strip() if scheme.lower() == credential.prefix.strip().lower() else ""


def _empty(credential: Credential) -> str:
    kind = "a bearer key" if credential.kind == "bearer" else "a key"
    return f"The {credential.header} header does not hold {kind}"


def _joined(words: Sequence[str], link: str = " or ") -> str:
    return link.join(dict.fromkeys(words))
