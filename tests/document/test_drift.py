import copy

import pytest

from inferproof.document import files
from inferproof.document.drift import drift

BASE = {
    "openapi": "3.1.0",
    "paths": {"/a": {"get": {"summary": "s", "responses": {"200": {"description": "d"}}}}},
    "components": {
        "schemas": {
            "A": {
                "properties": {"description": {"type": "string"}, "n": {"type": "integer", "maximum": 4.0}},
                "required": ["n", "description"],
                "example": {"n": 1, "text": "ours"},
            }
        }
    },
}


def changed(*path, to):
    document = copy.deepcopy(BASE)
    node = document
    for part in path[:-1]:
        node = node[part]
    if to is None:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return document


SCHEMA = ("components", "schemas", "A")


@pytest.mark.parametrize(
    "theirs",
    [
        changed("paths", "/a", "get", "summary", to="other words"),
        changed("paths", "/a", "get", "summary", to=None),
        changed(*SCHEMA, "title", to="A"),
        changed(*SCHEMA, "required", to=["description", "n"]),
        changed(*SCHEMA, "example", "text", to="theirs"),
        changed(*SCHEMA, "properties", "n", "maximum", to=4),
    ],
)
def test_words_and_order_do_not_count(theirs):
    assert drift(BASE, theirs) == []


@pytest.mark.parametrize(
    ("theirs", "kind", "pointer"),
    [
        (changed("paths", "/b", to={}), "added", "/paths/~1b"),
        (changed("paths", "/a", to=None), "removed", "/paths/~1a"),
        (
            changed(*SCHEMA, "properties", "n", "type", to="number"),
            "changed",
            "/components/schemas/A/properties/n/type",
        ),
        (
            changed(*SCHEMA, "properties", "description", to=None),
            "removed",
            "/components/schemas/A/properties/description",
        ),
        (changed(*SCHEMA, "required", to=["n"]), "changed", "/components/schemas/A/required"),
        (changed(*SCHEMA, "example", "n", to="one"), "changed", "/components/schemas/A/example/n"),
        (changed(*SCHEMA, "example", "more", to=1), "added", "/components/schemas/A/example/more"),
        (
            changed(*SCHEMA, "properties", "n", "maximum", to=True),
            "changed",
            "/components/schemas/A/properties/n/maximum",
        ),
    ],
)
def test_a_difference_of_structure_is_found(theirs, kind, pointer):
    assert [(change.kind, change.pointer) for change in drift(BASE, theirs)] == [(kind, pointer)]


def test_our_base_document_is_the_structure_of_the_published_one(upstream):
    assert drift(files.base_document("inflection"), upstream) == []


def test_a_change_reads_as_a_sentence():
    (change,) = drift(BASE, changed(*SCHEMA, "properties", "n", "type", to="number"))
    assert str(change) == '#/components/schemas/A/properties/n/type: ours has "integer", theirs "number"'
