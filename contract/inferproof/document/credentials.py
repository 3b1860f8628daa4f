"""What opens an operation: the security schemes of a contract, as the headers that a client sends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from inferproof.document.errors import DocumentError

Json = dict[str, Any]

_SCHEMES = "/components/securitySchemes"
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What the name of a header is made of, and that of a method (RFC 9110 §5.6.2)."""

HTTPS_OWN = frozenset(
    {"connection", "content-length", "content-type", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""Headers of HTTP itself, which can carry no key."""

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

    def is_called(self, name: str | None) -> bool:
        """The name is that of the header or the kind, in any case."""
        return name is not None and name.lower() in (self.header.lower(), self.kind)

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

    One that an operation takes and does not insist on guards nothing, nor does one that nobody can satisfy.
    """
    needs = [_needs(document), *map(_needs, _operations(document))]
    used = {name for alternatives in needs if {} not in alternatives for need in alternatives for name in need}
    return {name: each for name, each in declared(document).items() if name in used and _can_be_satisfied(each)}


def alternatives(document: Json) -> dict[str, Json]:
    """The security schemes of the operations that more than one header opens, as `schemes` has them."""
    several: set[str] = set()
    for operation in _operations(document):
        found = of_operation(document, operation)
        if len({each.header.lower() for each in found}) > 1:
            several.update(each.scheme for each in found)
    return {name: scheme for name, scheme in schemes(document).items() if name in several}


def _operations(document: Json) -> Iterator[Json]:
    for item in document.get("paths", {}).values():
        yield from (operation for operation in item.values() if isinstance(operation, dict))


def _can_be_satisfied(scheme: Json) -> bool:
    """There is a way to come by what it asks for: OAuth 2.0 without a flow names none."""
    return scheme.get("type") != "oauth2" or scheme.get("flows") != {}


def declared(document: Json) -> dict[str, Json]:
    """The security schemes by name. Raises DocumentError for one that no client could send, or that is none."""
    found = _object(_object(document.get("components"), "/components").get("securitySchemes"), _SCHEMES)
    for name, each in found.items():
        place = f"{_SCHEMES}/{name}"
        scheme = _object(each, place)
        header = scheme.get("name") if scheme.get("type") == "apiKey" else None
        if header is not None and not (isinstance(header, str) and TOKEN.fullmatch(header)):
            raise DocumentError(f"#{place}/name: {header!r:.60} is no name of a header, a parameter or a cookie")
        if header is not None and scheme.get("in") == "header" and header.lower() in HTTPS_OWN:
            raise DocumentError(f"#{place}/name: {header!r} is a header of HTTP itself, and can carry no key")
    return found


def _needs(node: Json) -> list[Json]:
    """The alternatives of a `security`. Raises DocumentError where it is not a list of objects."""
    found = node.get("security") or []
    if not isinstance(found, list) or not all(isinstance(need, dict) for need in found):
        raise DocumentError(f"security: {found!r:.80} is no list of objects, each with the names of schemes")
    return found


def _object(value: Any, place: str) -> Json:
    if value is not None and not isinstance(value, dict):
        raise DocumentError(f"#{place}: expected an object, found {type(value).__name__}")
    return value or {}


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
    return {} in _needs(operation if "security" in operation else document)


def of_operation(document: Json, operation: Json) -> tuple[Credential, ...]:
    """Each header that opens the operation by itself, in the order in which the operation names them.

    That order is also which of them counts where a request has several. An alternative of several schemes that go
    together is none: nothing here sends two. Two schemes of one header, as a key and OAuth's token, are one.
    """
    known = declared(document)
    found = [
        made
        for need in _needs(operation if "security" in operation else document)
        for name in need
        if len(need) == 1 and (made := credential(name, known.get(name, {}))) is not None
    ]
    first: dict[tuple[str, str], Credential] = {}
    for each in found:
        first.setdefault((each.header.lower(), each.prefix), each)
    return tuple(first.values())


def preferred(credentials: Sequence[Credential], header: str | None) -> tuple[Credential, ...]:
    """The credentials, that of the header first, where one has it; a name of a header has no case."""
    return tuple(sorted(credentials, key=lambda each: not each.is_called(header)))
