"""Two contracts side by side: data in words, rows only for what differs, and figures that the catalogue gives."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from inferproof.catalogue.comparison import comparison
from inferproof.catalogue.shapes import shapes
from inferproof.cli import main
from inferproof.document import Contract, load
from inferproof.judge.requirement import held

Json = dict[str, Any]

ASK: Json = {
    "type": "object",
    "required": ["model", "messages"],
    "properties": {
        "model": {"type": "string"},
        "messages": {"type": "array", "items": {"type": "object", "properties": {"role": {}, "content": {}}}},
        "temperature": {"type": "number", "minimum": 0, "maximum": 2, "default": 1},
    },
}
ANSWER: Json = {
    "type": "object",
    "required": ["choices", "object"],
    "properties": {
        "object": {"const": "chat.completion"},
        "choices": {"type": "array", "items": {"type": "object", "properties": {"index": {"type": "integer"}}}},
    },
}


def contract(folder: Path, answer: Json, **asked: Any) -> Contract:
    """A contract with one chat operation; `asked` are members of its request."""
    folder.mkdir()
    body = {**ASK, "properties": {**ASK["properties"], **asked}}
    operation = {
        "x-inferproof-role": "chat",
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {"description": "d", "content": {"application/json": {"schema": answer}}},
            "422": {"description": "d"},
        },
    }
    document = {"openapi": "3.2.0", "info": {"title": "t", "version": "1"}, "paths": {"/chat": {"post": operation}}}
    (folder / "openapi.yaml").write_text(json.dumps(document))
    return load(str(folder))


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, "anything"),
        ({"type": "string"}, "string"),
        ({"type": ["null", "integer"], "minimum": 1}, "integer at least 1 or null"),
        ({"type": "number", "minimum": -1.0, "maximum": 2, "default": 0.5}, "number -1 to 2, default `0.5`"),
        ({"type": "number", "exclusiveMinimum": 0}, "number over 0"),
        ({"type": "string", "minLength": 1}, "string of at least 1 character"),
        ({"type": "array", "minItems": 1, "maxItems": 4}, "array of 1 to 4 items"),
        ({"type": "string", "pattern": "^a"}, "string by a pattern"),
        ({"enum": ["b", "a", None]}, '`"b"` or `"a"` or `null`'),
        ({"enum": list(range(20))}, "one of 20 values"),
        ({"const": "x"}, '`"x"`'),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}, {"type": "array"}], "default": None},
            "array or string or null, default `null`",
        ),
        ({"allOf": [{"type": "integer"}, {"minimum": 3}]}, "integer at least 3"),
        ({"$ref": "#/there"}, "boolean"),
    ],
)
def test_a_schema_in_words(schema: Json, words: str) -> None:
    document = {"schema": {"properties": {"a": schema}}, "there": {"type": "boolean"}}
    assert shapes(document, "/schema")["/a"] == words


def test_data_have_the_paths_of_citations_and_say_whether_they_are_required() -> None:
    document = {
        "schema": {
            "type": "object",
            "required": ["a"],
            "properties": {
                "a": {"type": "array", "items": {"anyOf": [{"$ref": "#/text"}, {"$ref": "#/image"}]}},
                "b": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
        },
        "text": {"type": "object", "required": ["type", "text"], "properties": {"type": {"const": "t"}, "text": {}}},
        "image": {"type": "object", "required": ["type"], "properties": {"type": {"const": "i"}, "url": {}}},
    }
    assert shapes(document, "/schema") == {
        "/a": "array, required",
        "/a/[]": "object",
        "/a/[]/type": '`"t"` or `"i"`, required',
        "/a/[]/text": "anything, required in some forms",
        "/a/[]/url": "anything",
        "/b": "object",
        "/b/{}": "integer",
    }


def test_a_schema_within_itself_is_followed_once() -> None:
    document = {"schema": {"type": "object", "properties": {"next": {"$ref": "#/schema"}, "id": {"type": "string"}}}}
    assert shapes(document, "/schema") == {"/next": "the same again", "/id": "string"}


def test_a_contract_does_not_differ_from_itself(tmp_path: Path) -> None:
    one = contract(tmp_path / "one", ANSWER)
    page = comparison(one, one)
    assert page.count("No differences.") == 2
    assert "`one` and SHOULD by correction in `one`: 0." in page


def test_members_that_are_absent_or_other_have_a_row_and_no_others(tmp_path: Path) -> None:
    one = contract(tmp_path / "one", ANSWER, seed={"type": "integer"}, deep={"properties": {"below": {}}})
    two = contract(tmp_path / "two", ANSWER, temperature={"type": "number", "minimum": 0})
    page = comparison(one, two)
    assert "| `seed` | integer | – |" in page
    assert "| `temperature` | number 0 to 2, default `1` | number at least 0 |" in page
    assert "| `deep` | object | – |" in page
    assert "deep/below" not in page, "the row of what is around it says that already"
    assert "| `model` |" not in page


def test_what_only_a_correction_says_is_marked(tmp_path: Path) -> None:
    one = contract(tmp_path / "one", ANSWER)
    folder = tmp_path / "two"
    contract(folder, {})
    overlay = {
        "overlay": "1.1.0",
        "info": {"title": "t", "version": "1"},
        "actions": [
            {
                "target": "$.paths['/chat'].post.responses['200'].content['application/json']",
                "update": {"schema": {**ANSWER, "properties": {"object": {"const": "other"}}}},
            }
        ],
    }
    (folder / "corrections.yaml").write_text(json.dumps(overlay))
    page = comparison(one, load(str(folder)))
    assert '| `object` | `"chat.completion"`, required | `"other"`, required † |' in page
    assert "- `one`: its vendor describes every reply: `chat.reply`." in page
    assert "- `two`: its vendor describes no reply; by correction only: `chat.reply`." in page
    lowered = re.search(r"^MUST in `one` and SHOULD by correction in `two`: (\d+)\. (.*)$", page, re.MULTILINE)
    assert lowered is not None
    ids = re.findall(r"`([^`]+)`", lowered[2])
    assert len(ids) == int(lowered[1])
    assert "chat.reply.schema" in ids


def test_the_figures_are_those_of_the_catalogue(tmp_path: Path) -> None:
    one, two = contract(tmp_path / "one", ANSWER), contract(tmp_path / "two", {})
    page = comparison(one, two)
    row = re.search(r"^\| for comparison: all that hold.*\| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    assert row is not None
    assert [int(figure) for figure in row.groups()] == [len(held(each)[0]) for each in (one, two)]


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    one, two = contract(tmp_path / "one", ANSWER), contract(tmp_path / "two", ANSWER)
    said = CliRunner().invoke(
        main, ["catalogue", "compare", "--contract", str(tmp_path / "one"), str(tmp_path / "two")]
    )
    assert said.exit_code == 0
    assert said.output == comparison(one, two)


def test_a_contract_that_is_not_there_is_named(tmp_path: Path) -> None:
    contract(tmp_path / "one", ANSWER)
    said = CliRunner().invoke(main, ["catalogue", "compare", "--contract", str(tmp_path / "one"), "nobody"])
    assert said.exit_code == 2
    assert 'no contract is named "nobody"' in said.output
