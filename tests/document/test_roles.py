"""Roles are checked when a contract is loaded, and its members are found wherever they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from inferproof.document import Contract, DocumentError, load
from inferproof.document.roles import ROLES
from inferproof.front.roles import HANDLERS

OK = {"200": {"description": "d"}}
BODY = {"content": {"application/json": {"schema": {"type": "object"}}}}


def loaded(folder: Path, paths: dict[str, Any], corrections: str = "", **document: Any) -> Contract:
    whole = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths, **document}
    (folder / "openapi.yaml").write_bytes(orjson.dumps(whole))
    (folder / "corrections.yaml").write_text(corrections)
    return load(str(folder))


def role(name: Any, **members: Any) -> dict[str, Any]:
    return {"x-inferproof-role": name, "responses": OK, **members}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))


def test_the_roles_are_those_that_the_front_answers() -> None:
    assert set(ROLES) == set(HANDLERS)


def test_every_role_is_told_in_one_sentence() -> None:
    assert all(words.endswith(".") and words.count(".") == 1 for words in ROLES.values())


def test_a_misspelt_role_is_refused_with_file_place_and_the_nearest_spelling(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as refused:
        loaded(tmp_path, {"/a": {"get": role("statsu")}})
    assert str(refused.value).startswith(f"{tmp_path}/openapi.yaml, /paths/~1a/get: ")
    assert 'did you mean "status"?' in str(refused.value)


def test_a_role_of_the_overlay_is_refused_in_its_file(tmp_path: Path) -> None:
    update = "overlay: 1.1.0\nactions:\n  - {target: $.paths.*.get, update: {x-inferproof-role: caht}}\n"
    with pytest.raises(DocumentError, match=r'corrections\.yaml, /paths/~1a/get: .*did you mean "chat"\?'):
        loaded(tmp_path, {"/a": {"get": {"responses": OK}}}, update)


@pytest.mark.parametrize("odd", ["zzz", "", None, 3, ["chat"], {"chat": True}])
def test_what_is_like_no_role_is_refused_with_the_known_ones(tmp_path: Path, odd: Any) -> None:
    with pytest.raises(DocumentError, match=r"Known are: chat, chat\.openai-path"):
        loaded(tmp_path, {"/a": {"get": role(odd)}})


def test_two_operations_of_one_role_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r'/paths/~1b/get: the role "status" is taken by /paths/~1a/get'):
        loaded(tmp_path, {"/a": {"get": role("status")}, "/b": {"get": role("status")}})


@pytest.mark.parametrize("body", [{}, {"requestBody": {}}, {"requestBody": {"content": {"application/json": {}}}}])
def test_a_chat_without_a_body_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    with pytest.raises(DocumentError, match=r'/paths/~1a/post: an operation of the role "chat" takes a body'):
        loaded(tmp_path, {"/a": {"post": role("chat", **body)}})


def test_a_document_without_roles_is_refused_with_a_line_that_declares_one(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"\$\.paths\['/my/chat'\]\.post.*x-inferproof-role: chat"):
        loaded(tmp_path, {"/my/list": {"get": {"responses": OK}}, "/my/chat": {"post": {"responses": OK}}})


def test_the_line_that_declares_a_role_does(tmp_path: Path) -> None:
    paths = {"/my/chat": {"post": {"responses": OK, "requestBody": BODY}}}
    with pytest.raises(DocumentError) as refused:
        loaded(tmp_path, paths)
    shown = [line[2:] for line in str(refused.value).splitlines() if line.startswith("  ")]
    assert list(loaded(tmp_path, paths, "\n".join(shown)).roles) == ["chat"]


@pytest.mark.parametrize("paths", [{}, {"/a": None}, {"/a": {"get": None}}, {"/a": []}])
def test_a_document_without_operations_is_refused(tmp_path: Path, paths: dict[str, Any]) -> None:
    with pytest.raises(DocumentError, match="no operation has a role"):
        loaded(tmp_path, paths)


@pytest.mark.parametrize("components", [{}, {"components": {"schemas": {"Other": {}}}}])
@pytest.mark.parametrize("reference", ["#/components/schemas/Request", "other.yaml#/Request", "#nowhere"])
def test_a_reference_that_leads_nowhere_is_refused_with_its_place(
    tmp_path: Path, components: dict[str, Any], reference: str
) -> None:
    body = {"content": {"application/json": {"schema": {"allOf": [{"$ref": reference}]}}}}
    with pytest.raises(DocumentError, match=r"/paths/~1a/post/requestBody/.*/allOf/0: \$ref .* leads nowhere"):
        loaded(tmp_path, {"/a": {"post": role("chat", requestBody=body)}}, **components)


def test_references_that_go_round_in_a_circle_are_refused(tmp_path: Path) -> None:
    round_ = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}
    with pytest.raises(DocumentError, match="go round in a circle"):
        loaded(tmp_path, {"/a": {"post": role("chat", requestBody=body)}}, components={"schemas": round_})


def test_a_reference_of_an_operation_without_a_role_is_nobodys_business(tmp_path: Path) -> None:
    other = {"get": {"responses": {"200": {"$ref": "#/components/responses/None"}}}}
    assert loaded(tmp_path, {"/a": {"get": role("status")}, "/b": other}).roles


COMPOSED = {
    "Sampling": {"type": "object", "properties": {"temperature": {"type": "number", "default": 0.5}}},
    "Request": {
        "allOf": [
            {"$ref": "#/components/schemas/Sampling"},
            {"type": "object", "properties": {"n": {"type": "integer", "default": 2}}},
        ],
        "properties": {"messages": {"type": "array"}, "again": {"$ref": "#/components/schemas/Request"}},
    },
    "Either": {
        "anyOf": [
            {"$ref": "#/components/schemas/Request"},
            {"oneOf": [{"type": "object", "properties": {"input": {"type": "string"}}}, {"type": "null"}]},
        ]
    },
}


def test_members_and_defaults_are_found_through_all_of_and_unions(tmp_path: Path) -> None:
    contract = loaded(tmp_path, {"/a": {"get": role("status")}}, components={"schemas": COMPOSED})
    assert dict(contract.defaults("/components/schemas/Request")) == {"temperature": 0.5, "n": 2}
    assert set(contract.members("/components/schemas/Either")) == {"messages", "again", "temperature", "n", "input"}
    assert contract.forms("/components/schemas/Request") == ["/components/schemas/Request"]
    assert len(contract.forms("/components/schemas/Either")) == 2


@pytest.mark.parametrize(
    ("media", "shown"),
    [
        ({"schema": {}}, []),
        ({"schema": {}, "example": {"a": 1}}, [{"a": 1}]),
        ({"schema": {}, "examples": {"one": {"value": 1}, "far": {"externalValue": "x"}, "two": {"value": 2}}}, [1, 2]),
    ],
)
def test_every_example_of_a_request_is_read_and_none_is_no_fault(tmp_path: Path, media: Any, shown: Any) -> None:
    body = {"content": {"application/json": media}}
    contract = loaded(tmp_path, {"/a": {"post": role("chat", requestBody=body)}})
    assert contract.request_examples("chat") == shown
