"""Servers whose embeddings request or reply is not as it should be."""

from tests.proof.mutants import breaks


@breaks("embeddings.offered")
def the_operation_is_missing(reply):
    reply.status = 404


@breaks("embeddings.request.accepted", where=lambda draft: isinstance(draft.asked["input"], list))
def lists_are_refused(reply):
    reply.status = 422


@breaks("embeddings.request.token-ids", where=lambda draft: isinstance(draft.asked["input"][0], list))
def lists_of_token_ids_are_refused(reply):
    reply.status = 400


@breaks("embeddings.request.messages")
def messages_are_refused(reply):
    reply.status = 422


@breaks("embeddings.request.extra-members")
def unknown_members_are_refused(reply):
    reply.status = 422


@breaks("embeddings.request.messages.invalid")
def a_conversation_may_have_any_members(reply):
    reply.status = 200


@breaks("embeddings.request.input", where=lambda draft: draft.asked["input"] == 7)
def a_number_is_embedded(reply):
    reply.status = 200


@breaks("embeddings.request.encoding-format")
def any_encoding_will_do(reply):
    reply.status = 200


@breaks("embeddings.request.truncate")
def any_truncation_will_do(reply):
    reply.status = 200


@breaks("embeddings.request.empty", where=lambda draft: draft.asked["input"] == [])
def an_empty_list_crashes_it(reply):
    reply.status = 500


@breaks("embeddings.request.empty", where=lambda draft: draft.asked["input"] == "")
def nothing_is_embedded(reply):
    reply.status = 200


@breaks("embeddings.reply.media-type")
def json_is_called_text(reply):
    reply.header("content-type", "text/plain")


@breaks("embeddings.reply.schema")
def an_item_has_no_index(reply):
    del reply.json["data"][0]["index"]


@breaks("embeddings.reply.object")
def an_item_does_not_say_what_it_is(reply):
    del reply.json["data"][0]["object"]


@breaks("embeddings.reply.model")
def the_model_has_no_name(reply):
    reply.json["model"] = ""


@breaks("embeddings.reply.created")
def created_is_in_milliseconds(reply):
    reply.json["created"] = 1000 * int(reply.json.get("created") or 1735689600)


@breaks("embeddings.reply.count", where=lambda draft: isinstance(draft.asked.get("input"), list))
def only_the_first_input_is_embedded(reply):
    del reply.json["data"][1:]


@breaks("embeddings.reply.count", where=lambda draft: isinstance(draft.asked.get("input"), str))
def each_word_is_embedded(reply):
    reply.json["data"] *= 3


@breaks("embeddings.reply.index")
def items_are_numbered_from_one(reply):
    for item in reply.json["data"]:
        item["index"] += 1


@breaks("embeddings.reply.object")
def the_reply_is_called_something_else(reply):
    reply.json["object"] = "embeddings"
