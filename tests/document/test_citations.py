# ruff: noqa: E501 - a document in few lines reads better than one in many
"""A citation names a datum; each contract says where that stands, and in which layer."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from inferproof.document.citations import NotThere, Resolver, parse

BASE: dict[str, Any] = {
    "paths": {
        "/talk": {
            "post": {
                "description": "Talk.",
                "security": [{"key": []}],
                "parameters": [{"name": "dry", "in": "query", "schema": {"type": "boolean"}}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Talk"}, "example": {"n": 1}}}
                },
                "responses": {
                    "200": {"description": "Said.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Said"}}}},
                    "400": {"$ref": "#/components/responses/Bad"},
                },
            }
        }
    },
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "idle": {"type": "http", "scheme": "bearer"}},
        "responses": {"Bad": {"description": "No.", "content": {"application/json": {"schema": {"type": "object"}}}}},
        "schemas": {
            "Talk": {"allOf": [{"$ref": "#/components/schemas/Core"}, {"properties": {"n": {"type": "integer", "default": 2}}}]},
            "Core": {
                "required": ["messages"],
                "properties": {
                    "n": {"type": "number"},
                    "messages": {"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/User"}, {"$ref": "#/components/schemas/Tool"}]}},
                    "choice": {"anyOf": [{"const": "none"}, {"enum": ["auto", "any"]}, {"type": "object", "properties": {"name": {}}}]},
                    "bias": {"type": "object", "additionalProperties": {"type": "number"}},
                },
            },
            "User": {"properties": {"role": {"const": "user"}, "content": {"type": "string", "description": "What is said."}}},
            "Tool": {"properties": {"role": {"enum": ["tool"]}, "content": {"type": "array", "items": {"type": "string"}}}},
            "Said": {"properties": {"usage": {"anyOf": [{"$ref": "#/components/schemas/Usage"}, {"type": "null"}]}, "loop": {"$ref": "#/components/schemas/Said"}}},
            "Usage": {"properties": {"total": {"type": "integer"}, "prompt": {"type": "integer"}}},
        },
    },
}  # fmt: skip

CORE = "/components/schemas/Core/properties"


@pytest.fixture
def resolver() -> Resolver:
    corrected = copy.deepcopy(BASE)
    corrected["components"]["schemas"]["Usage"]["properties"]["extra"] = {"type": "integer"}
    return Resolver(BASE, corrected, {"chat": "/paths/~1talk/post"}, {"tool.message": "/components/schemas/Tool"})


@pytest.mark.parametrize(
    ("citation", "pointer"),
    [
        ("chat", "/paths/~1talk/post"),
        ("chat.prose", "/paths/~1talk/post/description"),
        ("chat.query#/dry", "/paths/~1talk/post/parameters/0"),
        ("chat.request", "/paths/~1talk/post/requestBody"),
        ("chat.request.example", "/paths/~1talk/post/requestBody/content/application~1json/example"),
        ("chat.request.example#/n", "/paths/~1talk/post/requestBody/content/application~1json/example/n"),
        ("chat.request#", "/paths/~1talk/post/requestBody/content/application~1json/schema"),
        ("chat.request#/", "/components/schemas/Talk"),
        ("chat.request#/messages", f"{CORE}/messages"),
        ("chat.request.required#|messages", "/components/schemas/Core/required"),
        ("chat.request#/messages/[role=tool]/content", "/components/schemas/Tool/properties/content"),
        ("chat.request#/messages/[role=user]/", "/components/schemas/User"),
        ("chat.request.prose#/messages/[role=user]/content", "/components/schemas/User/properties/content/description"),
        ("chat.request#/choice=any", f"{CORE}/choice/anyOf/1"),
        ("chat.request#/choice:object", f"{CORE}/choice/anyOf/2"),
        ("chat.request#/choice|name/name", f"{CORE}/choice/anyOf/2/properties/name"),
        ("chat.request#/bias/{}", f"{CORE}/bias/additionalProperties"),
        ("chat.reply#/usage", "/components/schemas/Said/properties/usage"),
        ("chat.reply#/usage/", "/components/schemas/Usage"),
        ("chat.reply#/usage/total", "/components/schemas/Usage/properties/total"),
        ("chat.reply#/loop/loop/usage/total", "/components/schemas/Usage/properties/total"),
        ("chat.invalid", "/paths/~1talk/post/responses/400"),
        ("error.400", "/components/responses/Bad"),
        ("credentials", "/components/securitySchemes/key"),
        ("credentials.x-key", "/components/securitySchemes/key"),
        ("tool.message#/content/[]", "/components/schemas/Tool/properties/content/items"),
        ("paths", "/paths"),
    ],
)
def test_a_citation_leads_to_one_node(resolver: Resolver, citation: str, pointer: str) -> None:
    assert [place.pointer for place in resolver.places(citation)] == [pointer]


def test_alternatives_are_the_schemes_of_what_several_headers_open() -> None:
    several = copy.deepcopy(BASE)
    several["paths"]["/talk"]["post"]["security"].append({"idle": []})
    anchors = {"credentials.order": "/components/securitySchemes/key/name"}
    resolver = Resolver(BASE, several, {"chat": "/paths/~1talk/post"}, anchors)
    schemes = "/components/securitySchemes"
    assert {(place.pointer, place.layer) for place in resolver.places("credentials.alternatives")} == {
        (f"{schemes}/key", "published"),
        (f"{schemes}/idle", "published"),
    }
    assert [place.pointer for place in resolver.places("credentials.order")] == [f"{schemes}/key/name"]


def test_what_refines_a_member_comes_before_what_it_refines(resolver: Resolver) -> None:
    [place] = resolver.places("chat.request.default#/n")
    assert place.pointer == "/components/schemas/Talk/allOf/1/properties/n/default"


def test_a_star_names_the_members_of_both_layers(resolver: Resolver) -> None:
    found = {place.pointer.rpartition("/")[2]: place.layer for place in resolver.places("chat.reply#/usage/*")}
    assert found == {"total": "published", "prompt": "published", "extra": "corrected"}


def test_what_only_a_correction_says_is_corrected(resolver: Resolver) -> None:
    assert [place.layer for place in resolver.places("chat.reply#/usage/extra")] == ["corrected"]


@pytest.mark.parametrize(
    "citation",
    [
        "embeddings.request#/input",
        "chat.request#/nothing",
        "chat.request#/messages/[role=nobody]",
        "chat.request#/choice=other",
        "chat.event#/choices",
        "chat.reply.example",
        "chat.request.example#/missing",
        "chat.query#/missing",
        "error.401",
        "credentials.bearer",
        "credentials.alternatives",
        "credentials.order",
        "chat.else",
        "nobody",
    ],
)
def test_what_a_contract_has_not_is_not_there(resolver: Resolver, citation: str) -> None:
    with pytest.raises(NotThere):
        resolver.places(citation)


@pytest.mark.parametrize("text", ["", "#/x", "chat.request#x"])
def test_what_is_no_citation_is_our_slip(text: str) -> None:
    with pytest.raises(ValueError, match="is no citation"):
        parse(text)


def test_references_in_a_circle_are_not_there() -> None:
    document = copy.deepcopy(BASE)
    document["components"]["schemas"]["Talk"] = {"$ref": "#/components/schemas/Talk"}
    with pytest.raises(NotThere, match="circle"):
        Resolver(document, document, {"chat": "/paths/~1talk/post"}).places("chat.request#/n")


def test_a_schema_that_contains_itself_ends() -> None:
    document = copy.deepcopy(BASE)
    document["components"]["schemas"]["Talk"] = {"anyOf": [{"$ref": "#/components/schemas/Talk"}, {"type": "null"}]}
    with pytest.raises(NotThere):
        Resolver(document, document, {"chat": "/paths/~1talk/post"}).places("chat.request#/n")


@pytest.mark.parametrize("citation", ["chat.reply#", "chat.reply#/"])
def test_a_schema_that_a_correction_gives_where_anything_was_allowed_is_the_corrections(citation: str) -> None:
    published, corrected = copy.deepcopy(BASE), copy.deepcopy(BASE)
    for document, schema in ((published, {}), (corrected, {"type": "object"})):
        document["paths"]["/talk"]["post"]["responses"]["200"]["content"]["application/json"]["schema"] = schema
    [place] = Resolver(published, corrected, {"chat": "/paths/~1talk/post"}).places(citation)
    assert place.layer == "corrected"
