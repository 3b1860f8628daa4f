"""Each rule of the linter: what it finds, and the legal documents that look like it and have no finding."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from inferproof.cli import main
from inferproof.document import DocumentError, pointers
from inferproof.document.lint import RULES, lint, lint_file

Json = dict[str, Any]

VENDORS = Path(__file__).parents[3] / "shared" / "upstream"
VERSIONS = ("3.0.3", "3.1.0", "3.2.0")

TEXT: Json = {"type": "string"}
ASK: Json = {"type": "object", "properties": {"model": TEXT, "prompt": TEXT}}
ANSWER: Json = {"type": "object", "properties": {"text": TEXT}}


def document(operation: Json | None = None, version: str = "3.1.0", **components: Any) -> Json:
    """A sound document with one operation, and what is to be changed in it."""
    sound = {
        "requestBody": {"content": {"application/json": {"schema": ASK}}},
        "responses": {"200": {"description": "d", "content": {"application/json": {"schema": ANSWER}}}},
    }
    made = {
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"post": sound | (operation or {})}},
        "components": components,
    }
    return copy.deepcopy(made)


def reply(schema: Any, media: str = "application/json", **shown: Any) -> Json:
    return {"description": "d", "content": {media: {"schema": schema, **shown}}}


def asked(properties: Json) -> Json:
    return {"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}}}


def found(made: Json) -> list[tuple[str, str]]:
    """(the end of the pointer, rule) of each finding."""
    return [(finding.pointer.removeprefix("/paths/~1a/post/"), finding.rule) for finding in lint(made)]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_document_that_all_tests_change_is_sound(version: str) -> None:
    assert lint(document(version=version)) == []


# --- Headers that OpenAPI ignores -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Authorization", "authorization", "Accept", "Content-Type"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_header_parameter_that_is_ignored_is_found(name: str, version: str) -> None:
    made = document({"parameters": [{"name": name, "in": "header", "schema": TEXT}]}, version)
    [finding] = lint(made)
    assert (finding.pointer, finding.rule) == ("/paths/~1a/post/parameters/0", "header")
    assert finding.message.startswith(f"{name} is a header that OpenAPI ignores as a parameter: ")


def test_one_that_several_operations_share_is_found_where_it_is_written() -> None:
    made = document(
        {"parameters": [{"$ref": "#/components/parameters/key"}]},
        parameters={"key": {"name": "Authorization", "in": "header", "schema": TEXT}},
    )
    made["paths"]["/b"] = copy.deepcopy(made["paths"]["/a"])
    made["paths"]["/c"] = {"parameters": [{"name": "Accept", "in": "header", "schema": TEXT}]}
    assert found(made) == [("/paths/~1c/parameters/0", "header"), ("/components/parameters/key", "header")]


def test_a_content_type_among_the_headers_of_a_response_is_found() -> None:
    made = document({"responses": {"200": {**reply(ANSWER), "headers": {"Content-Type": {"schema": TEXT}}}}})
    assert found(made) == [("responses/200/headers/Content-Type", "header")]


@pytest.mark.parametrize("name", ["X-Authorization", "Accept-Language", "Proxy-Authorization", "X-Content-Type"])
def test_a_header_of_a_similar_name_is_legal(name: str) -> None:
    assert lint(document({"parameters": [{"name": name, "in": "header", "schema": TEXT}]})) == []


@pytest.mark.parametrize("where", ["query", "cookie"])
def test_an_ignored_name_elsewhere_than_in_a_header_is_legal(where: str) -> None:
    assert lint(document({"parameters": [{"name": "Accept", "in": where, "schema": TEXT}]})) == []


def test_a_component_and_a_header_of_a_response_may_have_these_names() -> None:
    accept = {"name": "X-Accept", "in": "header", "schema": TEXT}
    made = document(parameters={"Accept": accept}, headers={"Content-Type": {"schema": TEXT}})
    made["paths"]["/a"]["post"]["responses"]["200"]["headers"] = {"Authorization": {"schema": TEXT}}
    assert lint(made) == []


# --- Security schemes -------------------------------------------------------------------------------------------------

BAD_SCHEMES = {
    "oauth without a flow": ({"type": "oauth2", "flows": {}}, "", "without a flow"),
    "oauth without flows": ({"type": "oauth2"}, "", "without a flow"),
    "implicit without its URL": (
        {"type": "oauth2", "flows": {"implicit": {"scopes": {}}}},
        "/flows/implicit",
        "no auth",
    ),
    "an empty URL": (
        {"type": "oauth2", "flows": {"password": {"tokenUrl": "", "scopes": {}}}},
        "/flows/password",
        "has no tokenUrl",
    ),
    "a code without either URL": (
        {"type": "oauth2", "flows": {"authorizationCode": {"scopes": {}}}},
        "/flows/authorizationCode",
        "has no authorizationUrl and no tokenUrl",
    ),
    "OpenID Connect without its URL": ({"type": "openIdConnect"}, "", "has no openIdConnectUrl"),
    "HTTP without a scheme": ({"type": "http"}, "", "names no scheme of HTTP"),
    "a key without a name": ({"type": "apiKey", "in": "header"}, "", "does not name what carries the key"),
    "a key in a header of HTTP": (
        {"type": "apiKey", "in": "header", "name": "Content-Type"},
        "/name",
        "of HTTP itself",
    ),
    "a key in what is no header": ({"type": "apiKey", "in": "header", "name": "my key"}, "/name", "is no name of a"),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("scheme", "place", "words"), BAD_SCHEMES.values(), ids=BAD_SCHEMES)
def test_a_scheme_that_no_client_can_satisfy_is_found_once(scheme: Json, place: str, words: str, version: str) -> None:
    [finding] = lint(document(version=version, securitySchemes={"s": scheme}))
    assert (finding.pointer, finding.rule) == (f"/components/securitySchemes/s{place}", "security")
    assert words in finding.message


GOOD_SCHEMES: dict[str, Json] = {
    "a key named Authorization": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "a key in a query, of any name": {"type": "apiKey", "in": "query", "name": "auth[key]"},
    "a key in a cookie": {"type": "apiKey", "in": "cookie", "name": "SESSION"},
    "an unregistered scheme": {"type": "http", "scheme": "Acme-HMAC"},
    "a relative URL": {"type": "oauth2", "flows": {"password": {"tokenUrl": "token", "scopes": {}}}},
    "OpenID Connect": {"type": "openIdConnect", "openIdConnectUrl": "https://a.test/.well-known/openid-configuration"},
    "a flow of one's own": {"type": "oauth2", "flows": {"x-acme": {"how": "by letter"}}},
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scheme", GOOD_SCHEMES.values(), ids=GOOD_SCHEMES)
def test_a_scheme_that_a_client_can_satisfy_is_legal(scheme: Json, version: str) -> None:
    assert lint(document({"security": [{"x-s": []}, {}]}, version, securitySchemes={"x-s": scheme})) == []


def test_the_metadata_of_a_server_stand_for_the_flows_from_openapi_3_2_on() -> None:
    scheme = {
        "type": "oauth2",
        "flows": {},
        "oauth2MetadataUrl": "https://a.test/.well-known/oauth-authorization-server",
    }
    assert lint(document(version="3.2.0", securitySchemes={"s": scheme})) == []


def test_the_certificate_of_a_client_is_legal() -> None:
    assert lint(document({"security": [{"tls": []}]}, securitySchemes={"tls": {"type": "mutualTLS"}})) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_requirement_of_an_undeclared_scheme_is_found_with_the_nearest_name(version: str) -> None:
    bearer = {"type": "http", "scheme": "bearer"}
    made = document({"security": [{"bearerKy": []}]}, version, securitySchemes={"bearerKey": bearer})
    made["security"] = [{"bearerKey": []}, {"bearerKey": [], "gone": []}]
    first, second = lint(made)
    assert (first.pointer, second.pointer) == ("/security/1/gone", "/paths/~1a/post/security/0/bearerKy")
    assert 'did you mean "bearerKey"?' in second.message


def test_the_address_of_a_scheme_is_legal_from_openapi_3_2_on() -> None:
    assert lint(document({"security": [{"./shared.yaml#/components/securitySchemes/s": []}]}, "3.2.0")) == []


# --- An open operation that takes credentials -------------------------------------------------------------------------


def test_credentials_among_the_parameters_of_an_open_operation_are_found() -> None:
    made = document({"security": [], "parameters": [{"name": "x-api-key", "in": "header", "schema": TEXT}]})
    assert found(made) == [("security", "security")]


def test_the_parameter_of_a_declared_scheme_is_found_at_an_open_operation() -> None:
    scheme = {"type": "apiKey", "in": "query", "name": "pass"}
    made = document(
        {"security": [], "parameters": [{"name": "pass", "in": "query", "schema": TEXT}]}, securitySchemes={"s": scheme}
    )
    assert found(made) == [("security", "security")]


def test_credentials_in_the_sample_of_an_open_operation_are_found() -> None:
    sample = [{"lang": "python", "source": 'requests.post(url, headers={"Authorization": "Bearer " + key})'}]
    assert found(document({"security": [], "x-codeSamples": sample})) == [("security", "security")]


OPEN: dict[str, Json] = {
    "nothing is sent": {"security": []},
    "a header that is no credential": {
        "security": [],
        "parameters": [{"name": "X-Request-Id", "in": "header", "schema": TEXT}],
    },
    "credentials where the default is not overridden": {
        "parameters": [{"name": "x-api-key", "in": "header", "schema": TEXT}]
    },
    "a sample without credentials": {"security": [], "x-codeSamples": [{"source": "curl https://a.test/a"}]},
    "prose about credentials": {"security": [], "description": "Needs no Authorization: header."},
    "the token of another purpose": {
        "security": [],
        "parameters": [{"name": "X-Refresh-Token", "in": "header", "schema": TEXT}],
    },
    "a sample with credentials where some are optional": {
        "security": [{}, {"s": []}],
        "x-codeSamples": [{"source": "curl -H 'Authorization: Bearer k' https://a.test/a"}],
    },
}


@pytest.mark.parametrize("operation", OPEN.values(), ids=OPEN)
def test_an_operation_that_is_open_is_legal(operation: Json) -> None:
    assert lint(document(operation, securitySchemes={"s": {"type": "http", "scheme": "bearer"}})) == []


# --- Defaults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "default": '"float"'}, "is quoted twice"),
        ({"type": "string", "enum": ["a", "b"], "default": '"a"'}, "is quoted twice"),
        ({"anyOf": [{"const": "none"}, {"const": "auto"}, {"type": "null"}], "default": '"none"'}, "is quoted twice"),
        ({"type": "string", "enum": ["a", "b"], "default": "c"}, 'is "c"; expected "a" or "b"'),
        ({"type": "string", "enum": ["a", "b"], "default": '"c"'}, 'expected "a" or "b"'),
        ({"type": "integer", "default": 0.7}, "is 0.7; expected an integer"),
        ({"type": "integer", "minimum": 1, "default": 0}, "expected at least 1"),
        ({"type": "array", "items": {"type": "integer"}, "default": ["x"]}, "expected an integer"),
    ],
)
def test_a_default_that_cannot_be_meant_is_found_once(schema: Json, words: str) -> None:
    [finding] = lint(document(asked({"a": schema})))
    assert finding.pointer.endswith("/properties/a/default")
    assert finding.rule == "default"
    assert words in finding.message


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "default": "float"},
        {"type": "string", "enum": ['"a"', '"b"'], "default": '"a"'},
        {"type": "string", "const": '"a"', "default": '"a"'},
        {"type": "string", "pattern": '^".*"$', "default": '"a"'},
        {"type": "string", "contentMediaType": "application/json", "default": '"a"'},
        {"type": "string", "description": "The default, as a JSON literal.", "default": '"a"'},
        {"type": "string", "description": "An entity tag (ETag).", "default": '"a"'},
        {"type": "string", "default": '"'},
        {"type": "string", "default": '""'},
        {"type": "string", "default": '"a" or "b"'},
        {"type": "string", "default": "'a'"},
        {"type": "integer", "default": 7.0},
        {"type": "number", "default": 0.7},
        {"default": 0.7},
    ],
)
def test_a_default_that_looks_odd_is_legal(schema: Json) -> None:
    assert lint(document(asked({"a": schema}))) == []


def test_a_quoted_default_of_a_header_is_legal() -> None:
    etag = {"name": "If-None-Match", "in": "header", "schema": {"type": "string", "default": '"v1"'}}
    assert lint(document({"parameters": [etag]})) == []


def test_a_property_named_default_is_no_default() -> None:
    assert lint(document(asked({"default": {"type": "string", "examples": ['"a"']}}))) == []


# --- Examples ---------------------------------------------------------------------------------------------------------

LIST = '{"data": [1, 2]}'
CUT = '{"data": [\n1,\n...\n2]}'


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, None], ids=["anything", "an object", "no schema"])
@pytest.mark.parametrize(
    ("value", "words"), [(CUT, "is none, in its line 3, column 1"), (LIST, "show the object itself")]
)
def test_the_text_of_an_object_is_found_where_an_object_is_meant(schema: Any, value: str, words: str) -> None:
    answer = reply(schema, examples={"one": {"value": value}})
    if schema is None:
        del answer["content"]["application/json"]["schema"]
    [finding] = lint(document({"responses": {"200": answer}}))
    assert finding.rule == "example"
    assert words in finding.message


@pytest.mark.parametrize(
    ("schema", "media", "value"),
    [
        (TEXT, "application/json", LIST),
        ({"anyOf": [TEXT, {"type": "object"}]}, "application/json", LIST),
        ({}, "application/json", "done"),
        ({}, "application/json", "[note] see below"),
        ({}, "application/json", "{name}, welcome"),
        ({"type": "object"}, "application/xml", "<a/>"),
        ({"type": "object"}, "application/yaml", "data: [1]"),
        ({"type": "array", "items": TEXT}, "text/csv", "a,b"),
        ({"type": "integer"}, "text/plain", "5"),
        ({}, "text/plain", LIST),
    ],
)
def test_a_text_that_is_an_example_is_legal(schema: Any, media: str, value: str) -> None:
    assert lint(document({"responses": {"200": reply(schema, media, example=value)}})) == []


@pytest.mark.parametrize(("text", "faults"), [('{"text": "a"}', 0), ('{"text": 1}', 1), ("{text: a}", 1)])
def test_a_serialized_value_is_read_as_json(text: str, faults: int) -> None:
    answer = reply(ANSWER, examples={"one": {"serializedValue": text}})
    assert len(lint(document({"responses": {"200": answer}}, "3.2.0"))) == faults


def test_the_serialized_value_of_a_parameter_is_what_is_sent() -> None:
    parameter = {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}
    shown = {"one": {"dataValue": [1, 2], "serializedValue": "ids=1&ids=2"}}
    assert lint(document({"parameters": [{**parameter, "examples": shown}]}, "3.2.0")) == []


def test_an_example_that_several_places_show_has_one_finding() -> None:
    shown = {"one": {"$ref": "#/components/examples/one"}}
    replies = {status: reply(ANSWER, examples=shown) for status in ("200", "201")}
    made = document({"responses": replies}, examples={"one": {"value": {"text": 5}}})
    assert found(made) == [("/components/examples/one/value", "example")]


def test_a_member_that_is_only_read_or_only_written_may_be_missing_from_an_example() -> None:
    schema = {
        "type": "object",
        "required": ["id", "secret", "name"],
        "properties": {"id": {"type": "string", "readOnly": True}, "secret": {"writeOnly": True}, "name": TEXT},
    }
    assert lint(document({"responses": {"200": reply(schema, example={"name": "n"})}})) == []


def test_the_schemas_of_openapi_3_0_are_read_as_such() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "nullable": True, "default": None},
            "b": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "default": 1},
            "c": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "default": 0},
        },
    }
    made = document({"responses": {"200": reply(schema, example={"a": None})}}, "3.0.3")
    [finding] = lint(made)
    assert finding.pointer.endswith("/properties/c/default")


# --- Replies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["400", "404", "500", "4XX"])
def test_an_error_that_is_the_echo_of_the_request_is_found(status: str) -> None:
    echo = {"type": "object", "properties": {"prompt": {"type": "string"}, "model": {"type": "string", "example": "m"}}}
    made = document({"responses": {"200": reply(ANSWER), status: reply(echo)}})
    assert found(made) == [(f"responses/{status}/content/application~1json/schema", "echo")]


def test_an_echo_is_found_behind_references() -> None:
    made = document(schemas={"Ask": ASK}, responses={"Bad": reply({"$ref": "#/components/schemas/Ask"})})
    post = made["paths"]["/a"]["post"]
    post["requestBody"]["content"]["application/json"]["schema"] = {"allOf": [{"$ref": "#/components/schemas/Ask"}]}
    post["responses"]["404"] = {"$ref": "#/components/responses/Bad"}
    assert found(made) == [("/components/responses/Bad/content/application~1json/schema", "echo")]


NO_ECHO: dict[str, Json] = {
    "another form": {"responses": {"200": reply(ANSWER), "404": reply({"properties": {"error": TEXT}})}},
    "the resource as it is": {"responses": {"200": reply(ANSWER), "409": reply(ASK)}},
    "one form for all": {"responses": {"200": reply(ASK), "404": reply(ASK)}},
    "a request that reports an error": {
        **asked({"code": TEXT, "message": TEXT}),
        "responses": {"200": reply(ANSWER), "400": reply({"properties": {"code": TEXT, "message": TEXT}})},
    },
    "one member only": {
        **asked({"id": TEXT}),
        "responses": {"200": reply(ANSWER), "404": reply({"properties": {"id": TEXT}})},
    },
    "no schema": {"responses": {"200": reply(ANSWER), "404": {"description": "d"}}},
}


@pytest.mark.parametrize("operation", NO_ECHO.values(), ids=NO_ECHO)
def test_an_error_of_its_own_is_legal(operation: Json) -> None:
    assert lint(document(operation)) == []


SWITCH = {"type": "boolean", "description": "Whether the answer comes as server-sent events."}


@pytest.mark.parametrize(
    "properties",
    [
        {"stream": SWITCH},
        {"stream": {"type": "boolean"}, "stream_options": {"type": "object"}},
        {"stream": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "model": TEXT, "messages": {"type": "array"}},
    ],
)
def test_a_request_to_stream_that_no_reply_answers_is_found(properties: Json) -> None:
    assert found(document(asked(properties))) == [("requestBody/content/application~1json/schema", "stream")]


EVENTS = {"application/json": {"schema": ANSWER}, "text/event-stream": {"schema": TEXT}}

NO_STREAM: dict[str, Json] = {
    "there is one": {**asked({"stream": SWITCH}), "responses": {"200": {"description": "d", "content": EVENTS}}},
    "with another status": {
        **asked({"stream": SWITCH}),
        "responses": {"200": reply(ANSWER), "202": reply(TEXT, "text/event-stream")},
    },
    "as lines": {**asked({"stream": SWITCH}), "responses": {"200": reply(TEXT, "application/x-ndjson")}},
    "as bytes": {**asked({"stream": SWITCH}), "responses": {"200": reply({}, "*/*")}},
    "nothing is said of the reply": {**asked({"stream": SWITCH}), "responses": {"200": {"description": "d"}}},
    "its name": asked({"stream": {"type": "string"}, "model": TEXT, "prompt": TEXT}),
    "never": asked({"stream": {"type": "boolean", "const": False}, "model": TEXT, "prompt": TEXT}),
    "a subject of the API": asked({"stream": {"type": "boolean", "description": "A live camera."}, "title": TEXT}),
}


@pytest.mark.parametrize("operation", NO_STREAM.values(), ids=NO_STREAM)
def test_a_member_named_stream_is_legal(operation: Json) -> None:
    assert lint(document(operation)) == []


def test_an_object_as_plain_text_is_found() -> None:
    made = document({"responses": {"200": reply(ANSWER), "422": reply({"type": "object"}, "text/plain")}})
    assert found(made) == [("responses/422/content/text~1plain", "media")]


@pytest.mark.parametrize("schema", [TEXT, {"type": "integer"}, {}, {"type": ["string", "null"]}])
def test_plain_text_that_is_text_is_legal(schema: Json) -> None:
    assert lint(document({"responses": {"200": reply(schema, "text/plain; charset=utf-8")}})) == []


# --- Samples ----------------------------------------------------------------------------------------------------------


def sample(body: str) -> Json:
    return {
        "x-codeSamples": [{"source": f"curl https://a.test/a \\\n  -H 'Content-Type: application/json' \\\n  {body}"}]
    }


def test_a_sample_that_its_operation_refuses_is_found() -> None:
    [finding] = lint(document(sample("""-d '{"model": 5}'""")))
    assert (finding.pointer, finding.rule) == ("/paths/~1a/post/x-codeSamples/0/source", "sample")
    assert "/model is a number; expected a string" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        """-d '{"model": "m"}'""",
        """-d '{"model": "m", ...}'""",
        """-d '{"model": 5, "prompt": "<string>"}'""",
        """-d '{"model": 5, "prompt": "$PROMPT"}'""",
        "-d @body.json",
        "-d 'model=5'",
        "-d 'unfinished",
        """-d '{"model": 5}' && curl https://a.test/b""",
        "",
    ],
)
def test_a_sample_that_its_operation_takes_or_that_is_no_json_is_legal(body: str) -> None:
    assert lint(document(sample(body))) == []


# --- Servers ----------------------------------------------------------------------------------------------------------


def test_variables_of_servers_are_declared_and_their_defaults_are_values() -> None:
    made = document()
    made["servers"] = [
        {"url": "https://{host}/{version}", "variables": {"version": {"default": "v3", "enum": ["v1", "v2"]}}},
        {"url": "https://{host}/v1", "variables": {"host": {"default": "a.test"}}},
    ]
    assert found(made) == [("/servers/0/url", "server"), ("/servers/0/variables/version/default", "server")]


# --- The text of a file -----------------------------------------------------------------------------------------------


def test_a_file_that_is_not_json_by_a_comma_too_many_is_found(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document(), indent=1).replace('"version": "1"', '"version": "1",'))
    [finding] = lint_file(path)
    assert finding.rule == "json"
    assert finding.message.startswith("line 6, column ")


def test_json_in_utf_16_is_legal(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_bytes(json.dumps(document()).encode("utf-16"))
    assert lint_file(path) == []


def test_a_text_that_is_nested_too_deeply_is_refused_and_ends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_bytes(b'{"openapi": "3.1.0", "x": ' + b"[" * 50_000)
    with pytest.raises(DocumentError, match="nested more than"):
        lint_file(path)


def test_a_file_with_a_comma_too_few_gets_one_line_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document(), indent=1).replace('"title": "t",', '"title": "t"'))
    said = CliRunner().invoke(main, ["lint", str(path)])
    assert said.exit_code != 0
    with pytest.raises(DocumentError, match=r"openapi\.json, line 5, column \d+: not JSON: ") as caught:
        lint_file(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["openapi.json", "openapi.yaml"])
def test_a_member_that_stands_twice_is_found_with_its_lines(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    text = json.dumps(document(), indent=1)
    path.write_text(text.replace('"version": "1"', '"version": "1",\n"title": "t"'))
    [finding] = lint_file(path)
    assert (finding.pointer, finding.rule) == ("/info/title", "json")
    assert "in lines 4 and 6" in finding.message


def test_yaml_with_aliases_and_a_name_that_ends_otherwise_is_legal(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(
        "openapi: 3.1.0\npaths: {}\ninfo: &info {title: t, version: '1'}\n"
        "x-info: *info\nx-also: {<<: *info, title: u}\n"
    )
    assert lint_file(path) == []


def test_a_document_of_webhooks_alone_is_legal(tmp_path: Path) -> None:
    made = document()
    made["webhooks"] = made.pop("paths")
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(made))
    assert lint_file(path) == []


def test_a_time_in_yaml_is_a_text(tmp_path: Path) -> None:
    made = document({"responses": {"200": reply({"type": "object", "properties": {"a": TEXT}}, example={"a": "TIME"})}})
    path = tmp_path / "openapi.yaml"
    path.write_text(json.dumps(made, indent=1).replace('"TIME"', "18:00").replace('"openapi"', "openapi"))
    assert lint_file(path) == []


# --- All rules --------------------------------------------------------------------------------------------------------


def test_the_command_lists_every_rule() -> None:
    said = CliRunner().invoke(main, ["lint", "--rules"])
    assert said.exit_code == 0
    assert [line.split()[0] for line in said.output.splitlines()] == list(RULES)


@pytest.mark.parametrize("wrong", [None, 5, [], {"x": 5}], ids=str)
def test_a_broken_document_has_findings_and_breaks_nothing(wrong: Any) -> None:
    whole = document(
        {
            "security": [],
            "parameters": [{"name": "p", "in": "query", "schema": TEXT, "example": "a"}],
            "responses": {
                "200": {**reply(ANSWER, examples={"one": {"value": {}}}), "headers": {"X": {"schema": TEXT}}}
            },
            **sample("""-d '{"model": "m"}'"""),
        },
        securitySchemes={"s": {"type": "oauth2", "flows": {"password": {"tokenUrl": "t", "scopes": {}}}}},
    )
    whole["servers"] = [{"url": "https://{a}", "variables": {"a": {"default": "b"}}}]
    for pointer, _ in list(pointers.walk(whole)):
        if pointer not in ("", "/openapi", "/paths"):
            parent, _, last = pointer.rpartition("/")
            broken = copy.deepcopy(whole)
            node = pointers.resolve(broken, parent)
            node[int(last) if isinstance(node, list) else pointers.unescape(last)] = wrong
            assert all(finding.rule in RULES for finding in lint(broken))


# --- The documents of vendors -----------------------------------------------------------------------------------------

KNOWN = {
    "chat-completions.transcribed": ["header", "security", "stream"],
    "create-chat-completion": ["default", "default", "security", "security", "stream"],
    "create-embedding": ["default", "echo", "example", "sample", "security", "security"],
    "get-embedding-models-list": ["security", "security"],
    "get-models-list": ["example", "media", "security", "security"],
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_published_documents_have_their_known_faults(name: str) -> None:
    path = VENDORS / "io-intelligence" / f"{name}.json"
    if not path.is_file():
        pytest.skip("the vendor's published documents are not beside this checkout (../shared/upstream)")
    assert sorted(finding.rule for finding in lint_file(path)) == KNOWN[name]
