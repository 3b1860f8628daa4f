"""Security schemes that no client could send are refused at load; what needs two of them opens nothing."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.document import DocumentError
from inferproof.document.credentials import Credential, of_operation, schemes


def document(scheme: Any, security: Any) -> dict[str, Any]:
    components = {"securitySchemes": scheme}
    return {"components": components, "paths": {"/talk": {"post": {"security": security}}}}


def header(name: str) -> dict[str, Any]:
    return {"a": {"type": "apiKey", "in": "header", "name": name}}


def read(odd: dict[str, Any]) -> None:
    of_operation(odd, odd["paths"]["/talk"]["post"])
    schemes(odd)


@pytest.mark.parametrize(
    ("scheme", "security", "said"),
    [
        (header("x\r\nEvil: y"), [{"a": []}], "/components/securitySchemes/a/name"),
        (header("x y"), [{"a": []}], "is no name of a header"),
        (header(""), [{"a": []}], "is no name of a header"),
        (header("Host"), [{"a": []}], "a header of HTTP itself"),
        (header("Content-Length"), [{"a": []}], "a header of HTTP itself"),
        ({"a": "x"}, [{"a": []}], "expected an object, found str"),
        (["a"], [{"a": []}], "expected an object"),
        (header("X-Key"), [None], "security"),
        (header("X-Key"), "k", "security"),
    ],
)
def test_it_is_refused_with_its_place(scheme: Any, security: Any, said: str) -> None:
    odd = document(scheme, security)
    with pytest.raises(DocumentError) as raised:
        read(odd)
    assert said in str(raised.value)
    assert "\r" not in str(raised.value)


def test_two_schemes_that_go_together_are_not_either_one() -> None:
    both = {"a": {"type": "http", "scheme": "bearer"}, "b": header("X-Key")["a"]}
    odd = document(both, [{"a": [], "b": []}, {"b": []}])
    assert of_operation(odd, odd["paths"]["/talk"]["post"]) == (Credential("b", "X-Key", ""),)
