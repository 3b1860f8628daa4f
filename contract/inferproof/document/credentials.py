"""What opens an operation: the security schemes of a contract, as the headers that a client sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Credential:
    """A header whose value is the key behind `prefix`: `Authorization: Bearer <key>`, `x-api-key: <key>`."""

    scheme: str  # the name of the security scheme
    header: str  # "Authorization"
    prefix: str  # "Bearer ", or "" where the key stands alone

    @property
    def kind(self) -> str:
        """`bearer` for a bearer token, else the header's name, in lower case."""
        return "bearer" if self.prefix == "Bearer " else self.header.lower()

    def value(self, key: str) -> str:
        return self.prefix + key


def schemes(document: Json) -> dict[str, Json]:
    """The security schemes that an operation refers to, in the order in which the document declares them."""
    known = document.get("components", {}).get("securitySchemes", {})
    operations = (
        operation
        for item in document.get("paths", {}).values()
        for operation in item.values()
        if isinstance(operation, dict)
    )
    needs = [document.get("security") or (), *(operation.get("security") or () for operation in operations)]
    used = {name for alternatives in needs for need in alternatives for name in need}
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
