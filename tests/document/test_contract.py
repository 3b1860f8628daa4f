import pytest

from inferproof.document import load
from inferproof.document.lint import read_events

ROLES = [
    "status",
    "chat",
    "attributes",
    "embeddings",
    "configs",
    "chat.openai-path",
    "chat.legacy",
    "chat.legacy.stream",
]


@pytest.fixture(scope="module")
def contract():
    return load("inflection")


def test_every_operation_of_the_document_has_a_role(contract):
    assert [operation.role for operation in contract.operations] == ROLES


def test_an_operation_knows_where_it_is_and_what_it_needs(contract):
    chat = contract.operation("chat")
    assert (chat.method, chat.path, chat.secured) == ("POST", "/v1/chat/completions", True)
    assert chat.statuses == (200, 400, 401, 403, 404, 413, 415, 422, 429, 500, 502, 503, 504)
    assert contract.at(chat.pointer) is chat.node


def test_health_is_open_and_everything_else_is_secured(contract):
    assert [operation.role for operation in contract.operations if not operation.secured] == ["status"]


def test_an_unknown_role_names_the_known_ones(contract):
    with pytest.raises(KeyError, match=r"no operation of role .*chat\.legacy"):
        contract.operation("audio")


def test_a_request_is_matched_by_method_and_path(contract):
    assert contract.match("post", "/v1/embeddings").role == "embeddings"
    assert contract.match("GET", "/v1/embeddings") is None
    assert contract.match("POST", "/v1/embeddings/") is None


def test_a_pointer_may_lead_through_a_reference(contract):
    chat = contract.operation("chat")
    schema = contract.at(f"{chat.pointer}/responses/422/content/application~1json/schema")
    assert schema == {"$ref": "#/components/schemas/HTTPValidationError"}
    assert not contract.validator(f"{chat.pointer}/responses/422/content/application~1json/schema").is_valid({})


def test_a_pointer_to_nothing_names_the_missing_part(contract):
    with pytest.raises(KeyError, match='"missing" is missing at "/components"'):
        contract.at("/components/missing/schemas")
    with pytest.raises(KeyError, match='"Nothing" is missing'):
        contract.validator("/components/schemas/Nothing")


def test_request_schemas_and_reply_schemas_stand_at_the_same_place_in_both_layers(contract):
    for operation in contract.operations:
        for pointer in filter(None, (operation.request_schema, operation.reply_schema)):
            assert contract.at(pointer, "published")
            assert contract.at(pointer, "corrected")


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("status", "configs")])
def test_every_request_example_must_be_accepted(contract, role):
    operation = contract.operation(role)
    media = contract.at(f"{operation.pointer}/requestBody/content/application~1json")
    for name in media.get("examples", [None]):
        example = contract.request_example(role, name)
        assert contract.validator(operation.request_schema).violations(example) == []
        assert contract.expects(operation.request_schema, example) == "accept"


def test_an_example_is_a_copy(contract):
    contract.request_example("chat")["model"] = "changed"
    assert contract.request_example("chat")["model"] != "changed"


def test_an_example_is_known_by_name(contract):
    assert contract.request_example("chat", "tools")["tools"]
    with pytest.raises(KeyError, match=r"no example nothing .*plain, stream, tools"):
        contract.request_example("chat", "nothing")


def test_every_documented_status_has_a_valid_example(contract):
    for operation in contract.operations:
        for status in operation.statuses:
            if status == 200 and operation.reply_schema is None:
                continue
            schema = f"{operation.pointer}/responses/{status}/content/application~1json/schema"
            assert contract.validator(schema).violations(contract.reply_example(operation.role, status)) == []


@pytest.mark.parametrize("role", ["chat", "chat.openai-path", "chat.legacy.stream"])
def test_a_stream_example_is_text_that_ends_with_done(contract, role):
    events, fault = read_events(contract.reply_example(role, media="text/event-stream"))
    assert fault is None
    assert events[-1] == "[DONE]"


def test_defaults_are_those_of_the_document(contract):
    defaults = dict(contract.defaults("/components/schemas/ChatCompletionRequest"))
    assert defaults["n"] == 1
    assert defaults["skip_special_tokens"] is True
    assert "temperature" not in defaults


def test_defaults_are_found_through_references(contract):
    assert dict(contract.defaults(contract.operation("chat.openai-path").request_schema)) == {"stream": False}


MINIMAL = {"messages": [{"role": "user", "content": "Hello."}]}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "accept"),
        ({"temperature": 1}, "accept"),
        ({"temperature": 7}, "either"),
        ({"temperature": "hot"}, "refuse"),
        ({"tools": []}, "accept"),
        ({"seed": -1}, "refuse"),
        ({"messages": []}, "either"),
        ({"messages": [{"role": "user"}]}, "either"),
        ({"messages": [{"content": "Hello."}]}, "refuse"),
        ({"continue_final_message": True, "add_generation_prompt": True}, "either"),
        ({"tool_choice": "required"}, "either"),
        ({"stream_options": {}}, "either"),
        ({"guided_regex": "a", "guided_choice": ["a"]}, "either"),
        ({"response_format": {"type": "json_schema"}}, "either"),
        ({"an_unknown_member": 1}, "accept"),
    ],
)
def test_between_the_two_layers_either_answer_is_right(contract, change, expected):
    assert contract.expects(contract.operation("chat").request_schema, {**MINIMAL, **change}) == expected


def test_a_correction_that_widens_the_document_demands_nothing(contract):
    turn = {"type": "Human", "text": "Hello.", "ts": 1735689600}
    body = {"config": "Pi-3.1", "context": [turn]}
    schema = contract.operation("chat.legacy").request_schema
    assert contract.validator(schema).is_valid(body)
    assert contract.expects(schema, body) == "either"


def test_the_legacy_path_ignores_what_it_does_not_support(contract):
    schema = contract.operation("chat.openai-path").request_schema
    assert contract.validator(schema).is_valid({**MINIMAL, "n": 3, "web_search": False, "logit_bias": {"1": 2}})


def test_attributes_need_a_message_of_the_assistant(contract):
    schema = contract.operation("attributes").request_schema
    assert contract.expects(schema, MINIMAL) == "either"
    assert (
        contract.expects(schema, {"messages": [*MINIMAL["messages"], {"role": "assistant", "content": "No."}]})
        == "accept"
    )
