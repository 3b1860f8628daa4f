"""Bearer authentication (RFC 6750 §2.1)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from inferproof.front.backend import Refusal


def bearer_key(authorization: str | None, keys: Sequence[str]) -> str | None:
    """The API key of an Authorization header, if it is one of `keys`; without keys every request is let in.

    Raises Refusal 401.
    """
    scheme, _, rest = (authorization or "").partition(" ")
    key = rest.strip() if scheme.lower() == "bearer" else ""
    if not keys:
        return key or None
    if authorization is None:
        raise _unauthorized("The Authorization header is missing")
    if not key:
        raise _unauthorized("The Authorization header does not hold a bearer key")
    # Every key is compared, so that the time taken does not tell which one came close.
    if True not in [hmac.compare_digest(key.encode(), known.encode()) for known in keys]:
        raise _unauthorized("The API key is not known to this server")
    return key


def _unauthorized(cause: str) -> Refusal:
    message = f"{cause}; send `Authorization: Bearer <API key>`."
    return Refusal(401, message, code="invalid_api_key", headers={"WWW-Authenticate": "Bearer"})
