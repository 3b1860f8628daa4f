"""What opens an operation is read from the document, and so is a key from a header."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.document.credentials import (
    Credential,
    alternatives,
    lets_strangers_in,
    of_operation,
    preferred,
    schemes,
)

BEARER = Credential("token", "Authorization", "Bearer ")
PLAIN = Credential("key", "x-api-key", "")


@pytest.mark.parametrize(
    ("credential", "value", "key"),
    [
        (BEARER, "Bearer k", "k"),
        (BEARER, "bearer k", "k"),
        (BEARER, "Bearer ", ""),
        (BEARER, "Bearer", ""),
        (BEARER, "Basic k", None),
        (BEARER, "", None),
        (PLAIN, "k", "k"),
        (PLAIN, "Bearer k", "Bearer k"),
        (PLAIN, "", ""),
    ],
)
def test_a_key_is_read_from_its_header(credential: Credential, value: str, key: str | None) -> None:
    assert credential.key_in(value) == key


def test_what_an_operation_does_not_insist_on_guards_nothing() -> None:
    operation = {"security": [{}, {"key": []}]}
    scheme = {"type": "apiKey", "in": "header", "name": "x-api-key"}
    document = {"components": {"securitySchemes": {"key": scheme}}, "paths": {"/a": {"get": operation}}}
    assert lets_strangers_in(document, operation)
    assert schemes(document) == {}
    del operation["security"][0]
    assert not lets_strangers_in(document, operation)
    assert schemes(document) == {"key": scheme}


KEY = {"type": "apiKey", "in": "header", "name": "x-api-key"}
TOKEN = {"type": "http", "scheme": "bearer"}
OAUTH = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.example/token", "scopes": {}}}}


def guarded(*names: str, **more: Any) -> dict[str, Any]:
    """A document with one operation, which any of these schemes opens."""
    components = {"securitySchemes": {"key": KEY, "token": TOKEN, "oauth": OAUTH, **more}}
    return {"components": components, "paths": {"/a": {"get": {"security": [{name: []} for name in names]}}}}


def test_alternatives_are_there_where_more_than_one_header_opens_an_operation() -> None:
    assert list(alternatives(guarded("token", "key"))) == ["key", "token"]
    assert alternatives(guarded("key")) == {}
    assert alternatives(guarded("token", "oauth")) == {}, "both are one header"


def test_two_schemes_of_one_header_are_one_way() -> None:
    document = guarded("token", "oauth", "key")
    found = of_operation(document, document["paths"]["/a"]["get"])
    assert [each.scheme for each in found] == ["token", "key"]


def test_what_nobody_can_satisfy_guards_nothing() -> None:
    assert list(schemes(guarded("oauth"))) == ["oauth"]
    assert schemes(guarded("none", none={"type": "oauth2", "flows": {}})) == {}


@pytest.mark.parametrize("name", ["x-api-key", "X-API-Key", "authorization", "bearer", None, "other"])
def test_the_header_that_is_preferred_comes_first(name: str | None) -> None:
    first = PLAIN if (name or "").lower() == "x-api-key" else BEARER
    assert preferred([BEARER, PLAIN], name)[0] == first
    assert set(preferred([BEARER, PLAIN], name)) == {BEARER, PLAIN}
