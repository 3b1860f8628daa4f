import pytest

from inferproof.document import overlay
from inferproof.document.errors import DocumentError


def applied(document, *actions):
    return overlay.apply(document, actions, "fix.yaml")


def test_an_object_is_merged_member_by_member():
    result = applied({"a": {"b": 1, "c": {"d": 2}}}, {"target": "$.a", "update": {"c": {"e": 3}, "f": 4}})
    assert result == {"a": {"b": 1, "c": {"d": 2, "e": 3}, "f": 4}}


def test_a_primitive_is_replaced():
    assert applied({"openapi": "3.1.0"}, {"target": "$.openapi", "update": "3.2.0"}) == {"openapi": "3.2.0"}


def test_an_array_grows_by_an_array():
    assert applied({"a": [1]}, {"target": "$.a", "update": [2, 3]}) == {"a": [1, 2, 3]}
    assert applied({"a": [1]}, {"target": "$", "update": {"a": [2]}}) == {"a": [1, 2]}


def test_an_array_grows_by_an_entry():
    assert applied({"a": [1]}, {"target": "$.a", "update": {"b": 2}}) == {"a": [1, {"b": 2}]}


def test_every_selected_node_is_updated_on_its_own():
    result = applied({"a": {}, "b": {}}, {"target": "$['a', 'b']", "update": {"list": []}})
    result["a"]["list"].append(1)
    assert result["b"] == {"list": []}


def test_removing_several_entries_of_an_array_removes_those_that_were_selected():
    assert applied({"a": [0, 1, 2, 3]}, {"target": "$.a[0, 2]", "remove": True}) == {"a": [1, 3]}


def test_a_node_is_copied_from_elsewhere_in_the_document():
    assert applied({"a": {"x": 1}, "b": {}}, {"target": "$.b", "copy": "$.a"}) == {"a": {"x": 1}, "b": {"x": 1}}


def test_the_document_that_was_given_stays_as_it_was():
    document = {"a": {"b": 1}}
    applied(document, {"target": "$.a", "update": {"b": 2}})
    assert document == {"a": {"b": 1}}


def test_actions_see_what_the_ones_before_them_did():
    actions = [{"target": "$.a", "remove": True}, {"target": "$", "update": {"a": {"c": 2}}}]
    assert applied({"a": [1]}, *actions) == {"a": {"c": 2}}


def test_a_target_that_selects_nothing_is_an_error_with_its_place():
    with pytest.raises(DocumentError, match=r"fix\.yaml, /actions/0: the target \$\.b selects nothing"):
        applied({"a": 1}, {"target": "$.b", "update": 1})


def test_a_target_that_is_no_json_path_is_an_error():
    with pytest.raises(DocumentError, match="no JSONPath expression"):
        applied({"a": 1}, {"target": "$.[", "update": 1})


def test_an_object_cannot_replace_a_primitive_unnoticed():
    with pytest.raises(
        DocumentError, match=r"\['b'\]: cannot merge an object into a primitive; remove the old node first"
    ):
        applied({"a": {"b": 1}}, {"target": "$.a", "update": {"b": {}}})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "not an OpenAPI Overlay"),
        ({"overlay": "1.1.0", "actions": {}}, "/actions: expected a list"),
        ({"overlay": "1.1.0", "actions": [{}]}, '/actions/0: an action needs a "target"'),
        ({"overlay": "1.1.0", "actions": [{"target": "$"}]}, 'needs one of "update", "copy" and "remove"'),
    ],
)
def test_what_is_no_overlay_is_an_error_that_says_what_is_missing(document, message):
    with pytest.raises(DocumentError, match=message):
        overlay.check(document, "fix.yaml")


def test_the_whole_document_cannot_be_removed():
    with pytest.raises(DocumentError, match="the whole document"):
        applied({"a": 1}, {"target": "$", "remove": True})


@pytest.mark.parametrize("document", [None, {"overlay": "1.1.0"}, {"overlay": "1.1.0", "actions": []}])
def test_an_overlay_without_actions_corrects_nothing(document):
    assert overlay.check(document, "fix.yaml") == []
