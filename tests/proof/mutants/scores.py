"""Servers that score something else than they were asked to."""

import json

from tests.proof.mutants import breaks, spares


def _scores(reply):
    return json.loads(reply.json["choices"][0]["message"]["content"])


def _say(reply, scores):
    reply.json["choices"][0]["message"]["content"] = json.dumps(scores)


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


def _cut_short(reply):
    reply.json["choices"][0]["message"]["content"] = '{"'
    reply.json["choices"][0]["finish_reason"] = "length"


for _id in ("attributes.content.json", "attributes.content.values", "attributes.content.range"):
    spares(_id)(_cut_short)


@spares("attributes.content.values")
def the_content_is_too_deep(reply):
    reply.json["choices"][0]["message"]["content"] = "[" * 100_000
