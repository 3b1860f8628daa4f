"""What opens an operation: the security schemes of a contract, as the headers that a client sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

BEARER = "bearer"
"""The kind of a bearer token (RFC 6750)."""


@dataclass(frozen=True)
class Credential:
    """A header whose value is the key behind `prefix`: `Authorization: Bearer <key>`, `x-api-key: <key>`."""

    scheme: str  # the name of the security scheme
    header: str  # "Authorization"
    prefix: str  # "Bearer ", or "" where the key stands alone

    @property
    def kind(self) -> str:
        """`bearer` for a bearer token, else the header's name, in lower case."""
        return BEARER if self.prefix == "Bearer " else self.header.lower()

    def value(self, key: str) -> str:
        """The header's value; an empty key leaves the scheme alone."""
        return self.prefix + key

    def key_in(self, value: str) -> str | None:
        """The key in a header's value, None in that of another scheme; its name has no case (RFC 9110 §11.1)."""
        scheme = self.prefix.strip()
        if value.strip().lower() == scheme.lower():
            return ""
        begins = value[: len(self.prefix)].lower() == self.prefix.lower()
        return value[len(self.prefix) :] if begins else None


def schemes(document: Json) -> dict[str, Json]:
    """The security schemes that guard an operation, in the order in which the document declares them.

    One that an operation takes and does not insist on guards nothing.
    """
    known = document.get("components", {}).get("securitySchemes", {})
    operations = (
        operation
        for item in document.get("paths", {}).values()
        for operation in item.values()
        if isinstance(operation, dict)
    )
    needs = [document.get("security") or (), *(operation.get("security") or () for operation in operations)]
    used = {name for alternatives in needs if {} not in alternatives for need in alternatives for name in need}
    return {name: scheme for name, scheme in known.items() if name in used}


def credential(name: str, scheme: Json) -> Credential | None:
    """The header of a scheme; None for what no header carries (a cookie, a query parameter, a client's certificate).

    OAuth 2.0 and OpenID Connect end in a bearer token (RFC 6750).
    """
    match scheme.get("type"):
        case "oauth2" | "openIdConnect":
            return Credential(name, "Authorization", "Bearer ")
        case "http" if str(scheme.get("scheme", "")).lower() == "bearer":
            return Credential(name, "Authorization", "Bearer ")
        case "apiKey" if scheme.get("in") == "header":
            return Credential(name, str(scheme.get("name")), "")
    return None


def lets_strangers_in(document: Json, operation: Json) -> bool:
    """It takes credentials and works without: one of its alternatives asks for nothing (`security: [{}, …]`)."""
    return {} in (operation.get("security", document.get("security")) or ())


def of_operation(document: Json, operation: Json) -> tuple[Credential, ...]:
    """Each header that opens the operation by itself, in the order in which the operation names them."""
    known = document.get("components", {}).get("securitySchemes", {})
    found = [
        made
        for need in operation.get("security", document.get("security")) or ()
        for name in need
        if (made := credential(name, known.get(name, {}))) is not None
    ]
    return tuple(dict.fromkeys(found))
