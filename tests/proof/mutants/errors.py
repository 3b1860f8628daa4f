"""Servers that let bad requests pass, or refuse them badly."""

from dataclasses import replace

from tests.proof.mutants import answered, breaks, spares


@breaks("errors.invalid.refused", where=lambda draft: draft.role == "chat")
def what_is_invalid_is_served(reply):
    reply.status = 200


@breaks("errors.invalid.status")
def validation_errors_are_400(reply):
    reply.status = 400


@breaks("errors.invalid.body")
def detail_is_a_string(reply):
    reply.json = {"detail": "bad request"}


@breaks("errors.invalid.detail")
def detail_is_empty(reply):
    reply.json = {"detail": []}


@spares("errors.invalid.loc")
def loc_names_the_body_only(reply):
    for entry in reply.json["detail"]:
        entry["loc"] = ["body"]


@breaks("errors.invalid.loc", where=lambda draft: "messages" in draft.asked)
def loc_names_the_model(reply):
    for entry in reply.json["detail"]:
        entry["loc"] = ["body", "model", *entry["loc"][1:]]


@breaks("errors.invalid.loc", where=lambda draft: isinstance(draft.asked.get("messages"), list))
def loc_names_another_message(reply):
    for entry in reply.json["detail"]:
        entry["loc"] = [part + 1 if isinstance(part, int) else part for part in entry["loc"]]


@breaks("errors.invalid.loc", where=lambda draft: _has_bad_content(draft))
def loc_names_the_role(reply):
    for entry in reply.json["detail"]:
        entry["loc"] = ["body", "messages", 0, "role"]


def _has_bad_content(draft):
    messages = draft.asked.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    return isinstance(first, dict) and first.get("role") == "user" and first.get("content", "") in (1, {}, None)


@spares("errors.invalid.loc")
def loc_ends_at_the_member(reply):
    for entry in reply.json["detail"]:
        entry["loc"] = entry["loc"][:2]


@spares("errors.invalid.loc")
def loc_is_without_the_body(reply):
    for entry in reply.json["detail"]:
        entry["loc"] = entry["loc"][1:] or entry["loc"]


@spares("errors.invalid.loc")
def loc_is_one_text(reply):
    for entry in reply.json["detail"]:
        entry["loc"] = [".".join(map(str, entry["loc"]))]


@spares("errors.invalid.loc")
def loc_has_indexes_in_brackets(reply):
    for entry in reply.json["detail"]:
        words = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in entry["loc"]]
        entry["loc"] = ["".join(words).lstrip(".")]


@spares("errors.invalid.loc")
def loc_names_the_branches_that_were_tried(reply):
    for entry in reply.json["detail"]:
        loc = entry["loc"]
        entry["loc"] = [*loc[:3], "UserMessage", *loc[3:], "list[union[TextPart,ImagePart]]", 0, "function-wrap[f()]"]


@breaks("errors.malformed.refused")
def broken_json_crashes_it(reply):
    reply.status = 500


@breaks("errors.invalid.refused", where=lambda draft: draft.asked.get("n") == 1.5)
def fractions_are_rounded(reply):
    reply.status = 200


@breaks("errors.empty-body.refused", where=lambda draft: draft.role == "embeddings")
def no_body_crashes_it(reply):
    reply.status = 500


@breaks("errors.media-type.refused")
def any_media_type_is_read(reply):
    reply.status = 200


@breaks("errors.path.unknown")
def every_path_is_there(reply):
    reply.status = 200


@breaks("errors.method.unknown")
def every_method_is_taken(reply):
    reply.status = 200


@breaks("errors.method.allow")
def a_405_without_allow(reply):
    reply.header("allow", None)


@breaks("errors.method.allow")
def a_405_allows_what_it_refuses(reply):
    reply.header("allow", reply.request.method)


@breaks("errors.invalid.detail")
def a_422_has_no_detail(reply):
    reply.json = {"error": {"message": "invalid"}}


@breaks("errors.no-crash", where=lambda draft: draft.role == "embeddings")
def a_request_crashes_it(reply):
    reply.status = 500


@breaks("errors.body.shape")
def errors_are_plain_text(reply):
    reply.header("content-type", "text/plain")


@breaks("errors.model.unknown")
def another_model_answers(reply):
    reply.status = 200


STATUSES = {
    "errors.malformed.refused": (400, 422),
    "errors.media-type.refused": (400, 415, 422),
    "errors.empty-body.refused": (400, 411, 415, 422),
    "errors.path.unknown": (401, 403, 404),
    "errors.method.unknown": (401, 403, 404, 405, 501),
    "errors.model.unknown": (400, 403, 404, 422),
}
"""What a right server may answer."""

for _id, _codes in STATUSES.items():
    for _code in _codes:
        spares(_id)(answered(_code))


def _in_plain_text(status):
    def edit(reply):
        reply.status = status
        reply.header("content-type", "text/plain")

    edit.__name__ = f"a_{status}_is_plain_text"
    return edit


def _in_another_shape(status):
    def edit(reply):
        reply.status = status
        reply.header("content-type", "application/json")
        reply.json = {"message": "No."}

    edit.__name__ = f"a_{status}_has_a_shape_of_its_own"
    return edit


for _code in (400, 404, 415, 500):
    breaks("errors.body.shape")(_in_plain_text(_code))
for _code in (401, 403, 413, 429, 502, 503, 504):
    spares("errors.body.shape")(_in_plain_text(_code))
for _code in (400, 401, 403, 404, 413, 415, 429, 500, 502, 503, 504):
    breaks("errors.body.shape")(_in_another_shape(_code))
    spares("errors.body.shape", where=lambda draft: draft.status in (401, 404))(answered(_code))


@spares("errors.body.shape")
def it_is_the_detail_of_a_framework(reply):
    reply.header("content-type", "application/json")
    reply.json = {"detail": "Not authenticated"}


@spares("errors.body.shape")
def its_code_is_a_number(reply):
    reply.header("content-type", "application/json")
    reply.json = {"error": {"message": "No.", "type": "BadRequestError", "param": None, "code": 400}}


@spares("errors.invalid.body", where=lambda draft: draft.role == "", whatever=True)
def an_unknown_path_is_invalid(reply):
    reply.status = 422
    reply.header("content-type", "application/json")
    reply.json = {"detail": [{"loc": ["path"], "msg": "no such path", "type": "value_error"}]}


@breaks("errors.invalid.body")
def validation_errors_are_plain_text(reply):
    reply.header("content-type", "text/plain")


@breaks("errors.invalid.detail")
def an_entry_has_no_loc(reply):
    del reply.json["detail"][0]["loc"]


@spares("errors.malformed.refused")
def no_operation_is_there(reply):
    reply.role = ""
    reply.status = 200


@spares("errors.media-type.refused")
def there_is_no_body_of_any_type(reply):
    reply.request = replace(reply.request, body=b"")
    reply.status = 200


@spares("errors.media-type.refused")
def the_request_names_no_type(reply):
    headers = tuple(each for each in reply.request.headers if each[0].lower() != "content-type")
    reply.request = replace(reply.request, headers=headers)
    reply.status = 200


@spares("errors.invalid.loc")
def another_status_has_another_body(reply):
    reply.status = 400
    reply.json = {"detail": [{"loc": ["body"], "msg": "m", "type": "t"}]}


def _by(method):
    def edit(reply):
        reply.request = replace(reply.request, method=method)
        reply.status = 200

    edit.__name__ = f"{method}_is_taken_everywhere"
    return edit


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    breaks("errors.method.unknown")(_by(_method))


@spares("errors.invalid.body", where=lambda draft: draft.role == "configs", whatever=True)
def what_documents_no_422_is_answered_with_one(reply):
    an_unknown_path_is_invalid(reply)


@breaks(
    "errors.media-type.refused",
    where=lambda draft: (draft.request.header("content-type") or "").startswith("application/xml"),
)
def xml_is_read_as_nothing(reply):
    reply.status = 200
