"""What opens an operation is read from the document, and so is a key from a header."""

from __future__ import annotations

import pytest

from inferproof.document.credentials import Credential, lets_strangers_in, schemes

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
