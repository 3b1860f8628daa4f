import copy

import pytest

from inferproof.document import load
from inferproof.document.lint import lint, read_events
from tests.packs import SMALL


@pytest.fixture(scope="module")
def corrected():
    return load("inflection").corrected


def test_the_corrected_document_of_a_contract_is_sound(corrected):
    assert lint(corrected) == []
    assert lint(load(str(SMALL)).corrected) == []


def test_the_published_document_of_the_vendor_has_its_ten_known_faults(upstream):
    found = {(finding.rule, finding.pointer.split("/post/")[-1].split("/get/")[-1]) for finding in lint(upstream)}
    body, ok = "requestBody/content/application~1json", "responses/200/content"
    assert found == {
        ("ref", f"{body}/schema"),
        ("openapi", body),
        ("example", f"{ok}/application~1json/example"),
        ("stream", f"{ok}/text~1event-stream/example"),
        ("stream", f"{body}/schema"),
    }
    rules = [finding.rule for finding in lint(upstream)]
    assert (rules.count("ref"), rules.count("openapi"), rules.count("example"), rules.count("stream")) == (1, 1, 4, 4)


def minimal(**media):
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    ok = {"description": "d", "content": {"application/json": {"schema": schema, **media}}}
    return {
        "openapi": "3.2.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": ok}}}},
    }


def found(document):
    return [(finding.pointer.rpartition("json/")[2], finding.rule, finding.message) for finding in lint(document)]


def test_a_sound_document_has_no_findings():
    assert lint(minimal(example={"a": 1})) == []


def test_an_invalid_example_is_found():
    assert found(minimal(example={})) == [("example", "example", "/a is required, and missing")]


def test_an_invalid_named_example_is_found():
    document = minimal(examples={"one": {"value": {"a": 1}}, "two": {"value": {"a": "x"}}})
    assert found(document) == [("examples/two/value", "example", "/a is a string; expected an integer")]


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_members_that_openapi_does_not_know_are_named_in_plain_words(version):
    document = minimal() | {"openapi": version}
    document["paths"]["/a"]["get"] |= {"colour": 1, "size": 2}
    [finding] = lint(document)
    assert finding.message.startswith("'colour', 'size' are not members that OpenAPI knows here")


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_an_operation_that_is_broken_is_found_once(version):
    document = minimal() | {"openapi": version}
    document["paths"]["/a"]["get"]["responses"] = 5
    assert [(finding.pointer, finding.rule) for finding in lint(document)] == [("/paths/~1a/get/responses", "openapi")]


def test_a_reference_into_what_is_not_there_names_the_place():
    document = minimal(schema={"$ref": "#/components/schemas/Gone"})
    assert '"components" is missing at the top of the document' in lint(document)[0].message


def test_a_dangling_reference_is_found_and_spoils_nothing_else():
    document = minimal(example={"a": 1})
    document["components"] = {"schemas": {"Bad": {"$ref": "#/components/schemas/Gone"}}}
    findings = lint(document)
    assert ("/components/schemas/Bad", "ref") in [(finding.pointer, finding.rule) for finding in findings]
    assert "example" not in [finding.rule for finding in findings]


def test_a_property_named_example_is_no_example():
    document = minimal()
    document["components"] = {"schemas": {"A": {"properties": {"example": {"type": "string"}, "default": {}}}}}
    assert lint(document) == []


def test_examples_and_defaults_of_schemas_and_parameters_are_checked():
    document = minimal()
    document["components"] = {"schemas": {"A": {"type": "string", "examples": ["x", 1], "default": 2}}}
    document["paths"]["/a"]["get"]["parameters"] = [
        {"name": "p", "in": "query", "schema": {"type": "integer"}, "example": "many"}
    ]
    assert sorted((finding.rule, finding.pointer) for finding in lint(document)) == [
        ("default", "/components/schemas/A/default"),
        ("example", "/components/schemas/A/examples/1"),
        ("example", "/paths/~1a/get/parameters/0/example"),
    ]


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ('data: {"a": 1}\n\ndata: [DONE]\n\n', None),
        (': comment\nevent: chunk\ndata: {"a":\ndata: 1}\n\n', None),
        ('data: {\n  "a": 1\n}\n\n', "line 2 is no field of an event"),
        ('data: {"a": 1}', "the blank line after it is missing"),
        ("data: {\n\n", "event 0 is not JSON"),
        ("data: " + "[" * 100_000 + "\n\n", "event 0 is nested too deeply"),
        ("data: {}\n\n", "event 0: /a is required, and missing"),
        ("", "there is no event"),
        ({"a": 1}, "is not text"),
    ],
)
def test_a_stream_example_is_read_as_a_client_reads_it(example, message):
    document = minimal()
    content = document["paths"]["/a"]["get"]["responses"]["200"]["content"]
    event = {
        "type": "object",
        "properties": {"data": {"type": "string", "contentSchema": content["application/json"]["schema"]}},
    }
    content["text/event-stream"] = {"itemSchema": event, "examples": {"one": {"serializedValue": example}}}
    findings = [finding.message for finding in lint(document) if finding.rule == "stream"]
    assert len(findings) == (message is not None)
    assert message is None or message in findings[0]


def test_an_event_may_have_several_lines_of_data():
    assert read_events("data: a\ndata: b\n\n") == (["a\nb"], None)


def test_a_document_is_not_changed_by_linting(corrected):
    before = copy.deepcopy(corrected)
    lint(corrected)
    assert corrected == before


def test_a_schema_that_is_none_is_found_at_its_place():
    document = minimal()
    document["components"] = {"schemas": {"A": {"properties": {"b": {"minimum": "low"}}}}}
    assert [(finding.pointer, finding.rule) for finding in lint(document)] == [
        ("/components/schemas/A/properties/b/minimum", "schema")
    ]


def test_operations_of_the_same_name_are_found():
    document = minimal()
    document["paths"]["/a"]["get"]["operationId"] = "same"
    document["paths"]["/b"] = {"get": {"operationId": "same", "responses": {"200": {"description": "d"}}}}
    assert [finding.rule for finding in lint(document)] == ["openapi"]
