"""The scores of attributes: JSON text in the content of the reply, one score for each attribute asked for."""

from __future__ import annotations

import json
from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.requirement import CORRECTION, EXAMPLE, PROSE
from inferproof.judge.rules import Rules
from inferproof.judge.select import replies
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip, Value
from inferproof.requirements.attributes import ROLE, good

CONTENT = "/choices/0/message/content"


def _given(answer: Subject) -> list[Value]:
    """The attributes of the request, those that are objects. Raises Missing."""
    return [one for one in answer.request.items("/attributes", optional=True) if isinstance(one.raw, dict)]


def _words(value: Value, path: str) -> set[str]:
    """The strings of a list that may be absent. Raises Missing."""
    return {word.string() for word in value.items(path, optional=True)}


def scores(answer: Subject) -> dict[str, Value]:
    """The scores by attribute. Raises Skip where the content is not JSON text of an object."""
    found = _object(answer.body.string(CONTENT))
    if found is None:
        raise Skip("the content is not JSON text of an object")
    return {name: Value(score, f"{CONTENT}: {name}") for name, score in found.items()}


def _object(content: str) -> dict[str, Any] | None:
    """The object whose JSON text `content` is; None where it is none. Raises Skip for one nested too deeply to tell."""
    try:
        found = json.loads(content)
    except ValueError:
        return None
    except RecursionError:
        raise Skip("the content is nested too deeply to be read") from None
    return found if isinstance(found, dict) else None


def _whole(answer: Subject) -> bool:
    """The answer was not cut short by a cap: JSON that is, cannot be held against the server."""
    return bool(answer.body.value("/choices/0").get("/finish_reason") != "length")


OF_SCORES = ".scores#/choices .scores#/choices/[]/message .scores#/choices/[]/message/content"

rules = Rules("attributes", of=replies(ROLE), cites="attributes", claims=ROLE).with_notes(
    breaks="a model asked in words for JSON, which adds words of its own, leaves names out or invents some.",
    reference="the reply is constrained by a schema with exactly the attributes that are to be scored.",
)


@rules.must("content.json", PROSE, ".reply.prose", covers=OF_SCORES)
def the_content_is_json(reply: Subject, check: Check) -> None:
    """The content of the first choice is the text of a JSON object, unless a cap cut it off."""
    if not _whole(reply):
        return
    content = reply.body.value(CONTENT)
    check.that(_object(content.string()) is not None, "JSON text of an object", content)


@rules.must("content.values", PROSE, ".reply.prose", ".score#/*")
def each_value_is_a_score(reply: Subject, check: Check) -> None:
    """Each attribute's value is an object with a number `score` and a boolean `positive`."""
    for value in scores(reply).values():
        score, positive = value.get("/score"), value.get("/positive")
        number = isinstance(score, int | float) and not isinstance(score, bool)
        check.that(number and isinstance(positive, bool), '{"score": number, "positive": boolean}', value)


@rules.should("content.range", EXAMPLE, ".reply.example")
def a_score_lies_between_0_and_1(reply: Subject, check: Check) -> None:
    """A `score` is between 0 and 1."""
    for value in scores(reply).values():
        score = value.value("/score")
        check.that(0 <= score.number() <= 1, "0 to 1", score)


def _gives_some(answer: Subject) -> bool:
    return good(answer) and bool(_given(answer))


@rules.must("all-scored", PROSE, ".request.prose", where=_gives_some)
def every_attribute_is_scored(reply: Subject, check: Check) -> None:
    """Every attribute of the request has a score; with `filter_categories`, every one in those categories."""
    wanted = _words(reply.request, "/filter_categories")
    found = scores(reply)
    for one in _given(reply):
        if not wanted or wanted & _words(one, "/categories"):
            name = one.string("/name")
            check.that(name in found, f"a score of {name}", sorted(found), at=CONTENT)


def _filters(answer: Subject) -> bool:
    return bool(answer.request.get("/filter_categories")) and good(answer)


@rules.must("filtered", PROSE, ".request.prose", where=_filters)
def other_categories_are_not_scored(reply: Subject, check: Check) -> None:
    """With `filter_categories`, an attribute that has only other categories gets no score."""
    wanted = _words(reply.request, "/filter_categories")
    found = scores(reply)
    for one in _given(reply):
        categories = _words(one, "/categories")
        if categories and wanted.isdisjoint(categories):
            name = one.string("/name")
            check.that(name not in found, f"no score of {name}", sorted(found), at=CONTENT)


@rules.should("only-asked", EXAMPLE, ".reply.example", where=_gives_some)
def nothing_else_is_scored(reply: Subject, check: Check) -> None:
    """If the request has attributes, no other attribute gets a score."""
    asked, found = {one.string("/name") for one in _given(reply)}, scores(reply)
    check.that(found.keys() <= asked, "only " + ", ".join(sorted(asked)), sorted(found), at=CONTENT)


def _gives_none(answer: Subject) -> bool:
    return answer.request.get("/attributes") is None and not answer.request.get("/filter_categories") and good(answer)


@rules.must("default-set", PROSE, ".request.prose", ".request#/attributes", where=_gives_none)
def without_attributes_there_is_a_default_set(reply: Subject, check: Check) -> None:
    """Without `attributes`, a default set is scored: at least one attribute."""
    check.that(len(scores(reply)) > 0, "a score", reply.body.value(CONTENT))


def _says_what_is_positive(answer: Subject) -> bool:
    return any(isinstance(one.get("/positive"), bool) for one in _given(answer))


@rules.should("positive.echoed", CORRECTION, ".request#/attributes/[]/positive", where=_says_what_is_positive)
def an_explicit_positive_is_echoed(reply: Subject, check: Check) -> None:
    """If an attribute of the request says whether it is `positive`, its score says the same."""
    found = scores(reply)
    for one in _given(reply):
        positive = one.get("/positive")
        if isinstance(positive, bool) and (name := one.string("/name")) in found:
            check.equal(found[name].value("/positive"), positive)
