"""Servers that let bad requests pass, or refuse them badly."""

from tests.mutants import breaks


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


@breaks("errors.invalid.loc")
def loc_names_the_body_only(reply):
    for entry in reply.json["detail"]:
        entry["loc"] = ["body"]


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
