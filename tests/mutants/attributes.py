"""Servers that score wrongly, or something else."""

import json

from tests.mutants import breaks


def _scores(reply):
    return json.loads(reply.json["choices"][0]["message"]["content"])


def _say(reply, scores):
    reply.json["choices"][0]["message"]["content"] = json.dumps(scores)


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


@breaks("attributes.usage.total")
def the_total_is_off_by_one(reply):
    reply.json["usage"]["total_tokens"] += 1


@breaks("attributes.content.json")
def the_scores_are_prose(reply):
    reply.json["choices"][0]["message"]["content"] = "It is rather rude."


@breaks("attributes.content.json")
def the_scores_are_a_list(reply):
    _say(reply, [_scores(reply)])


@breaks("attributes.content.values")
def a_score_is_a_bare_number(reply):
    _say(reply, {name: value["score"] for name, value in _scores(reply).items()})


@breaks("attributes.content.values")
def positive_is_a_number(reply):
    _say(reply, {name: {**value, "positive": 1} for name, value in _scores(reply).items()})


@breaks("attributes.content.range")
def scores_are_percentages(reply):
    _say(reply, {name: {**value, "score": 1 + 99 * value["score"] + 1} for name, value in _scores(reply).items()})


@breaks("attributes.all-scored")
def the_last_attribute_is_forgotten(reply):
    _say(reply, dict(list(_scores(reply).items())[:-1]))


@breaks("attributes.filtered")
def the_filter_is_ignored(reply):
    _say(reply, {one["name"]: {"score": 0.5, "positive": True} for one in reply.asked["attributes"]})


@breaks("attributes.only-asked")
def the_default_set_is_scored_as_well(reply):
    _say(reply, {**_scores(reply), "Helpful to all": {"score": 0.5, "positive": True}})


@breaks("attributes.default-set")
def there_is_no_default_set(reply):
    _say(reply, {})


@breaks("attributes.positive.echoed")
def everything_is_positive(reply):
    _say(reply, {name: {**value, "positive": True} for name, value in _scores(reply).items()})


@breaks("attributes.prompt.disabled")
def the_prompt_is_always_added(reply):
    reply.json["usage"]["prompt_tokens"] = 99
