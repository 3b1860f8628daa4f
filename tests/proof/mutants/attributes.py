"""Servers that refuse good requests for scores, or answer in another form."""

from tests.proof.mutants import breaks, spares


@breaks("attributes.offered")
def the_operation_is_missing(reply):
    reply.status = 404


@breaks("attributes.request.accepted", where=lambda draft: "seed" in draft.asked)
def members_of_a_chat_request_are_refused(reply):
    reply.status = 422


@breaks("attributes.request.extra-members")
def unknown_members_are_refused(reply):
    reply.status = 422


@breaks("attributes.request.name")
def a_name_is_made_up(reply):
    reply.status = 200


@breaks("attributes.request.definition")
def definitions_do_not_matter(reply):
    reply.status = 200


@breaks("attributes.request.categories")
def any_category_will_do(reply):
    reply.status = 200


@breaks("attributes.request.filter-categories")
def any_filter_will_do(reply):
    reply.status = 200


@breaks("attributes.request.assistant")
def the_user_is_scored(reply):
    reply.status = 200


@breaks("attributes.request.stream")
def scores_are_streamed(reply):
    reply.header("content-type", "text/event-stream")


@breaks("attributes.reply.media-type")
def json_is_called_text(reply):
    reply.header("content-type", "text/plain")


@breaks("attributes.reply.schema")
def a_choice_has_no_index(reply):
    del reply.json["choices"][0]["index"]


@breaks("attributes.reply.corrected")
def the_id_is_missing(reply):
    del reply.json["id"]


@breaks("attributes.reply.finish-reason")
def scoring_is_cut_short(reply):
    reply.json["choices"][0]["finish_reason"] = "length"


@breaks("attributes.reply.created")
def created_is_in_milliseconds(reply):
    reply.json["created"] *= 1000


@breaks("attributes.reply.named")
def the_model_has_no_name(reply):
    reply.json["model"] = ""


@breaks("attributes.reply.choices")
def the_scores_come_twice(reply):
    reply.json["choices"] *= 2


@breaks("attributes.usage.completion")
def only_the_prompt_is_counted(reply):
    del reply.json["usage"]["completion_tokens"]


@breaks("attributes.usage.total")
def the_total_is_off_by_one(reply):
    reply.json["usage"]["total_tokens"] += 1


@breaks("attributes.prompt.disabled")
def the_prompt_is_always_added(reply):
    reply.json["usage"]["prompt_tokens"] = 99


def _cut_by(member, value):
    def edit(reply):
        reply.ask(**{member: value})
        reply.json["choices"][0]["finish_reason"] = "length"

    edit.__name__ = f"{member}_cuts_the_scores"
    return edit


for _member, _value in {"max_tokens": 3, "max_completion_tokens": 3, "stop": ["."], "n": 2, "stream": False}.items():
    spares("attributes.reply.finish-reason")(_cut_by(_member, _value))
