"""Security schemes that no client can satisfy, requirements that name none, and credentials of an open operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from inferproof.document import pointers
from inferproof.document.credentials import HTTPS_OWN, TOKEN
from inferproof.document.errors import nearest
from inferproof.document.lint.finding import Finding
from inferproof.document.lint.operations import Operation, at, children, named, operations, place
from inferproof.document.lint.samples import code

_SCHEMES = "/components/securitySchemes"

_ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "implicit": ("authorizationUrl",),
    "password": ("tokenUrl",),
    "clientCredentials": ("tokenUrl",),
    "authorizationCode": ("authorizationUrl", "tokenUrl"),
    "deviceAuthorization": ("deviceAuthorizationUrl", "tokenUrl"),
}
"""OAuth Flow Object: what each flow of OAuth 2.0 needs."""

_CREDENTIALS = frozenset(
    {"access-token", "api-key", "apikey", "authorization", "proxy-authorization"}
    | {"x-access-token", "x-api-key", "x-apikey", "x-auth-token", "x-authorization"}
)
"""Headers that nothing but credentials travels in."""

_SENT = re.compile(r"\b(?:authorization|x-api-key|api-key)[\"']?\s*:\s*[\"']?\s*\S", re.IGNORECASE)
"""A header with credentials, as the samples of all languages write it."""


def security(document: dict[str, Any]) -> Iterator[Finding]:
    for name, _ in named(at(document, _SCHEMES)):
        here = place(document, pointers.join(_SCHEMES, name))
        scheme = at(document, here) if here is not None else None
        if here is not None and isinstance(scheme, dict):
            yield from (Finding(pointers.join(here, *path), "security", words) for path, words in _faults(scheme))
    yield from _undeclared(document)
    for operation in operations(document):
        if operation.node.get("security") == []:
            yield from _open(document, operation)


def _faults(scheme: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """(path below the scheme, what is wrong) for each reason why no client can satisfy a scheme."""
    match scheme.get("type"):
        case "oauth2":
            yield from _of_oauth(scheme)
        case "openIdConnect" if not _text(scheme, "openIdConnectUrl"):
            yield (
                (),
                "has no openIdConnectUrl: nothing tells a client where to ask for a token, and none can satisfy it",
            )
        case "http" if not TOKEN.fullmatch(_text(scheme, "scheme")):
            yield (), "names no scheme of HTTP, as basic or bearer: no client can know how to send the credentials"
        case "apiKey" if not _text(scheme, "name"):
            yield (), "does not name what carries the key: no client can send it"
        case "apiKey" if scheme.get("in") == "header" and _text(scheme, "name").lower() in HTTPS_OWN:
            yield ("name",), f"{scheme['name']} is a header of HTTP itself, and can carry no key"
        case "apiKey" if scheme.get("in") in ("header", "cookie") and not TOKEN.fullmatch(_text(scheme, "name")):
            yield ("name",), f"{scheme['name']!r:.60} is no name of a header or a cookie: no client can send it"


def _of_oauth(scheme: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    flows = scheme.get("flows")
    if _text(scheme, "oauth2MetadataUrl"):
        return  # OpenAPI 3.2: the server's metadata has the addresses
    if not isinstance(flows, dict) or not flows:
        yield (), "is OAuth 2.0 without a flow: nothing tells a client where to get a token, and none can satisfy it"
        return
    for name, flow in children(flows):
        missing = [each for each in _ADDRESSES.get(name, ()) if not (isinstance(flow, dict) and _text(flow, each))]
        if missing:
            yield (
                ("flows", name),
                f"has no {' and no '.join(missing)}: no client can get a token, or satisfy the scheme",
            )


def _text(node: dict[str, Any], member: str) -> str:
    value = node.get(member)
    return value.strip() if isinstance(value, str) else ""


def _undeclared(document: dict[str, Any]) -> Iterator[Finding]:
    declared = [name for name, _ in named(at(document, _SCHEMES))]
    urls = str(document.get("openapi", "")).startswith("3.2")
    places = [("/security", document.get("security"))]
    places += [(pointers.join(each.pointer, "security"), each.node.get("security")) for each in operations(document)]
    for pointer, needs in places:
        for index, need in enumerate(needs if isinstance(needs, list) else ()):
            for name in need if isinstance(need, dict) else ():
                if name in declared or (urls and re.search(r"[/#:.]", name)):
                    continue  # from OpenAPI 3.2 on it may be the address of a scheme
                known = f"; declared: {', '.join(declared)}" if declared else "; the document declares none"
                yield Finding(
                    pointers.join(pointer, index, name),
                    "security",
                    f"there is no security scheme {name!r}{nearest(name, declared) or known}"
                    f"{'' if nearest(name, declared) else '.'} No client can satisfy what asks for it",
                )


def _open(document: dict[str, Any], operation: Operation) -> Iterator[Finding]:
    """`security: []` where credentials are sent all the same: as parameters, or in the operation's samples."""
    pointer = pointers.join(operation.pointer, "security")
    sent = list(_credentials(document, operation))
    shown = next((where for where, text in code(operation) if _SENT.search(text)), None)
    if sent:
        yield Finding(
            pointer,
            "security",
            f"says that no credentials are needed, and the parameters have {', '.join(sent)}: "
            "a client made from the document sends none, and no tool tests what happens without",
        )
    elif shown:
        yield Finding(
            pointer,
            "security",
            f"says that no credentials are needed, and the sample at #{shown} sends some: "
            "a client made from the document sends none",
        )


def _credentials(document: dict[str, Any], operation: Operation) -> Iterator[str]:
    """The names of the parameters that carry credentials: by a name of their own, or by that of a declared scheme."""
    keys = {
        (str(scheme.get("in")), str(scheme.get("name")).lower())
        for name, _ in named(at(document, _SCHEMES))
        if isinstance(scheme := at(document, pointers.join(_SCHEMES, name)), dict) and scheme.get("type") == "apiKey"
    }
    for parent in (operation.item, operation.pointer):
        listed = at(document, pointers.join(parent, "parameters"))
        for index in range(len(listed) if isinstance(listed, list) else 0):
            parameter = at(document, pointers.join(parent, "parameters", index))
            if isinstance(parameter, dict) and isinstance(parameter.get("name"), str):
                where, name = str(parameter.get("in")), parameter["name"].lower()
                if (where, name) in keys or (where == "header" and name in _CREDENTIALS):
                    yield parameter["name"]
