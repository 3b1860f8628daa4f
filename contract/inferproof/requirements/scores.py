"""The scores of attributes: JSON text in the content of the reply, one score for each attribute asked for.

Breaks: a model asked in words for JSON, which adds words of its own, leaves names out or invents some.
Reference: the reply is constrained by a schema with exactly the attributes that are to be scored.
"""

from __future__ import annotations

import json
from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.requirement import CORRECTION, EXAMPLE, MUST, PROSE, SHOULD, requirement
from inferproof.judge.select import replies
from inferproof.judge.subject import Subject
from inferproof.requirements.attributes import ATTRIBUTE, POST, REQUEST, ROLE, good

CONTENT = "/choices/0/message/content"


def _given(answer: Subject) -> list[Any]:
    """The attributes of the request, those that are objects."""
    attributes = answer.asked.get("attributes")
    return [one for one in attributes if isinstance(one, dict)] if isinstance(attributes, list) else []


def scores(answer: Subject) -> dict[str, Any]:
    """The scores by attribute; raises NotJson's kin, LookupError, where the content is not what it should be."""
    try:
        found = json.loads(answer.choices[0]["message"]["content"])
    except ValueError:
        raise LookupError("the content is not JSON") from None
    if not isinstance(found, dict):
        raise LookupError("the content is no object")
    return found


def _whole(answer: Subject) -> bool:
    """The answer was not cut short by a cap: JSON that is, cannot be held against the server."""
    return bool(answer.choices[0].get("finish_reason") != "length")


@requirement(
    "attributes.content.json",
    MUST,
    basis=PROSE,
    claims=ROLE,
    cites=(
        f"{POST}/responses/200/description",
        "inflection#/components/schemas/AttributesResponse/allOf/1/properties/choices",
        "inflection#/components/schemas/AttributesResponse/allOf/1/properties/choices/items/properties/message",
        "inflection#/components/schemas/AttributesResponse/allOf/1/properties/choices/items/properties/message/properties/content",
    ),
    of=replies(ROLE),
)
def the_content_is_json(reply: Subject, check: Check) -> None:
    """The content of the first choice's message is JSON text of an object, unless a cap cut it short."""
    if not _whole(reply):
        return
    content = reply.choices[0]["message"]["content"]
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    check.that(isinstance(found, dict), "JSON text of an object", content, at=CONTENT)


@requirement(
    "attributes.content.values",
    MUST,
    basis=PROSE,
    claims=ROLE,
    cites=(
        f"{POST}/responses/200/description",
        "inflection#/components/schemas/AttributeScore/properties/*",
    ),
    of=replies(ROLE),
)
def each_value_is_a_score(reply: Subject, check: Check) -> None:
    """Each attribute's value is an object with a number `score` and a boolean `positive`."""
    for name, value in scores(reply).items():
        score, positive = (value.get("score"), value.get("positive")) if isinstance(value, dict) else (None, None)
        number = isinstance(score, int | float) and not isinstance(score, bool)
        holds = number and isinstance(positive, bool)
        check.that(holds, '{"score": number, "positive": boolean}', value, at=f"{CONTENT}: {name}")


@requirement(
    "attributes.content.range",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites=f"{POST}/responses/200/content/application~1json/example",
    of=replies(ROLE),
)
def a_score_lies_between_0_and_1(reply: Subject, check: Check) -> None:
    """A `score` lies between 0 and 1."""
    for name, value in scores(reply).items():
        check.that(0 <= value["score"] <= 1, "0 to 1", value["score"], at=f"{CONTENT}: {name}/score")


@requirement(
    "attributes.all-scored",
    MUST,
    basis=PROSE,
    claims=ROLE,
    cites=f"{POST}/requestBody/description",
    of=replies(ROLE, where=lambda answer: good(answer) and bool(_given(answer))),
)
def every_attribute_is_scored(reply: Subject, check: Check) -> None:
    """Every attribute given is scored, or with `filter_categories` every one of those categories."""
    wanted = set(reply.asked.get("filter_categories") or ())
    found = scores(reply)
    for one in _given(reply):
        if not wanted or wanted.intersection(one.get("categories") or ()):
            check.that(one["name"] in found, f"a score of {one['name']}", sorted(found), at=CONTENT)


@requirement(
    "attributes.filtered",
    MUST,
    basis=PROSE,
    claims=ROLE,
    cites=f"{POST}/requestBody/description",
    of=replies(ROLE, where=lambda answer: bool(answer.asked.get("filter_categories")) and good(answer)),
)
def other_categories_are_not_scored(reply: Subject, check: Check) -> None:
    """With `filter_categories`, an attribute whose categories are all others is not scored."""
    wanted = set(reply.asked["filter_categories"])
    found = scores(reply)
    for one in _given(reply):
        if one.get("categories") and wanted.isdisjoint(one["categories"]):
            check.that(one["name"] not in found, f"no score of {one['name']}", sorted(found), at=CONTENT)


@requirement(
    "attributes.only-asked",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites=f"{POST}/responses/200/content/application~1json/example",
    of=replies(ROLE, where=lambda answer: good(answer) and bool(_given(answer))),
)
def nothing_else_is_scored(reply: Subject, check: Check) -> None:
    """Where the request gives attributes, no other one is scored."""
    asked = {one["name"] for one in _given(reply)}
    check.that(scores(reply).keys() <= asked, "only " + ", ".join(sorted(asked)), sorted(scores(reply)), at=CONTENT)


@requirement(
    "attributes.default-set",
    MUST,
    basis=PROSE,
    claims=ROLE,
    cites=(f"{POST}/requestBody/description", f"{REQUEST}/properties/attributes"),
    of=replies(
        ROLE,
        where=lambda answer: (
            answer.asked.get("attributes") is None and not answer.asked.get("filter_categories") and good(answer)
        ),
    ),
)
def without_attributes_there_is_a_default_set(reply: Subject, check: Check) -> None:
    """Without `attributes` a default set is scored: at least one."""
    check.that(len(scores(reply)) > 0, "a score", reply.choices[0]["message"]["content"], at=CONTENT)


@requirement(
    "attributes.positive.echoed",
    SHOULD,
    basis=CORRECTION,
    claims=ROLE,
    cites=f"{ATTRIBUTE}/properties/positive",
    of=replies(ROLE, where=lambda answer: any(isinstance(one.get("positive"), bool) for one in _given(answer))),
)
def an_explicit_positive_is_echoed(reply: Subject, check: Check) -> None:
    """An attribute that says whether it is `positive` is reported so."""
    found = scores(reply)
    for one in _given(reply):
        if isinstance(one.get("positive"), bool) and one["name"] in found:
            check.equal(found[one["name"]]["positive"], one["positive"], at=f"{CONTENT}: {one['name']}/positive")
