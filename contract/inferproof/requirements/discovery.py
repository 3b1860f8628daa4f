"""Discovery: the configs that a key may name as `model`.

Breaks: a list kept by hand that names models which were renamed, and defaults outside their own ranges.
Reference: the list is written from the catalogue that the model of every request is looked up in.
"""

from __future__ import annotations

from typing import Any

from inferproof.judge.check import Check
from inferproof.judge.oracle import keyed, must_accept
from inferproof.judge.requirement import EXAMPLE, MUST, PROJECT, PROSE, SCHEMA, SHOULD, requirement
from inferproof.judge.select import JSON, Of, replies
from inferproof.judge.subject import Subject

GET = "inflection#/paths/~1v1~1discovery~1configs/get"
CONFIG = "inflection#/components/schemas/ConfigForOrgResponse"
LIST_EXAMPLE = f"{GET}/responses/200/content/application~1json/example"
ROLE = "configs"

LISTED = "inferproof-listed-config"
"""The `user` of a chat request whose model was read from the list; so a transcript tells it from others."""

NAMED = tuple(code for code in range(200, 500) if code not in (401, 408, 429))
"""Statuses that say whether a model may be named; the others speak of keys, load and failures."""

ITEM = CONFIG.partition("#")[2]


def _items(answer: Subject) -> list[tuple[str, dict[str, Any]]]:
    """(JSON pointer, config) of each item that is an object."""
    return [(f"/{index}", item) for index, item in enumerate(answer.json) if isinstance(item, dict)]


def _parameters(answer: Subject) -> list[tuple[str, Any]]:
    """(JSON pointer, parameter) of every default parameter of every config."""
    return [
        (f"{at}/default_parameters/{name}", parameter)
        for at, item in _items(answer)
        for name, parameter in item["default_parameters"].items()
    ]


listed = replies(ROLE, where=keyed)


@requirement("discovery.offered", MUST, basis=SCHEMA, claims="discovery", cites=GET, of=Of((ROLE,), None, where=keyed))
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The list of configs is there: not missing (404, 405, 501), not elsewhere (3xx), not answered without it (204)."""
    there = reply.status == 200 or (reply.status >= 400 and reply.status not in (404, 405, 501))
    check.that(there, "200", reply.status, at="status")


@requirement(
    "discovery.reply.media-type",
    MUST,
    basis=SCHEMA,
    claims="discovery",
    cites=(
        f"{GET}/responses/200/content/application~1json",
        "inflection#/paths/~1v1~1discovery~1configs/get/responses/200",
    ),
    of=replies(ROLE, media=None),
)
def the_list_is_json(reply: Subject, check: Check) -> None:
    """The list comes as `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@requirement(
    "discovery.reply.list",
    MUST,
    basis=SCHEMA,
    claims="discovery",
    cites=f"{GET}/responses/200/content/application~1json/schema",
    of=listed,
)
def the_reply_is_a_list_of_objects(reply: Subject, check: Check) -> None:
    """The reply is a list of objects."""
    found = reply.json
    check.that(isinstance(found, list) and all(isinstance(item, dict) for item in found), "a list of objects", found)


@requirement(
    "discovery.config.members",
    MUST,
    basis=SCHEMA,
    claims="discovery",
    cites=tuple(
        f"{CONFIG}/properties/{name}"
        for name in (
            "name",
            "alias",
            "default_parameters",
            "description",
            "tags",
            "is_external",
            "is_playground",
        )
    ),
    of=listed,
)
def a_config_says_what_the_prose_names(reply: Subject, check: Check) -> None:
    """A config has name, alias, default parameters and description, and every documented member has its type."""
    documented = reply.contract.at(f"{ITEM}/properties", "published")
    for at, item in _items(reply):
        for name in ("name", "alias", "default_parameters", "description"):
            check.that(name in item, f"`{name}`", sorted(item), at=at)
        for name in documented.keys() & item.keys():
            check.valid(item[name], f"{ITEM}/properties/{name}", at=f"{at}/{name}")


@requirement(
    "discovery.config.schema",
    SHOULD,
    basis=SCHEMA,
    claims="discovery",
    cites=f"{CONFIG}/required",
    of=listed,
)
def a_config_is_valid(reply: Subject, check: Check) -> None:
    """A config is valid by its schema, which asks for `tags` and `is_external` too, as the example does not."""
    for at, item in _items(reply):
        check.valid(item, ITEM, at=at)


@requirement("discovery.configs.some", SHOULD, basis=PROSE, claims="discovery", cites=f"{GET}/description", of=listed)
def there_is_a_config(reply: Subject, check: Check) -> None:
    """The list is not empty: a key that may chat may name a model."""
    check.that(len(reply.json) > 0, "a config", reply.json)


@requirement(
    "discovery.names.unique", SHOULD, basis=PROJECT, claims="discovery", cites=f"{CONFIG}/properties/name", of=listed
)
def names_are_unique(reply: Subject, check: Check) -> None:
    """No two configs have one name."""
    names = [item["name"] for _, item in _items(reply)]
    check.equal(len(set(names)), len(names), at="different names")


@requirement(
    "discovery.names.usable",
    MUST,
    basis=PROSE,
    claims="discovery",
    cites=(
        f"{GET}/description",
        "inflection#/paths/~1v1~1discovery~1configs/get/responses/200/description",
    ),
    of=Of(("chat",), NAMED, where=lambda answer: answer.asked.get("user") == LISTED and must_accept(answer)),
)
def names_are_usable(reply: Subject, check: Check) -> None:
    """A listed name is accepted as the `model` of a chat completion."""
    check.equal(reply.status, 200, at=f"status, with model {reply.asked['model']}")


@requirement(
    "discovery.parameters.shape",
    SHOULD,
    basis=EXAMPLE,
    claims="discovery",
    cites=(
        LIST_EXAMPLE,
        "inflection#/components/schemas/ConfigParameter/properties/*",
    ),
    of=listed,
)
def parameters_have_a_range_and_a_value(reply: Subject, check: Check) -> None:
    """Each of the `default_parameters` has a list `range` and a `value`."""
    for at, parameter in _parameters(reply):
        holds = isinstance(parameter, dict) and isinstance(parameter.get("range"), list) and "value" in parameter
        check.that(holds, '{"range": […], "value": …}', parameter, at=at)


@requirement(
    "discovery.parameters.range",
    SHOULD,
    basis=EXAMPLE,
    claims="discovery",
    cites=f"{CONFIG}/properties/default_parameters",
    of=listed,
)
def ranges_hold_their_values(reply: Subject, check: Check) -> None:
    """A range of two numbers is in order, and a number that is the `value` lies in it."""
    for at, parameter in _parameters(reply):
        bounds, value = parameter["range"], parameter["value"]
        if len(bounds) != 2 or not all(_number(bound) for bound in bounds):
            continue
        low, high = bounds
        check.that(low <= high, "the lower bound first", bounds, at=f"{at}/range")
        check.that(not _number(value) or low <= value <= high, f"{low} to {high}", value, at=f"{at}/value")


@requirement(
    "discovery.stable", SHOULD, basis=PROJECT, claims="discovery", cites=f"{GET}/description", needs="discovery.twice"
)
def the_list_is_stable(replies: list[Subject], check: Check) -> None:
    """One key gets the same names again."""
    first, again = (sorted(item["name"] for _, item in _items(reply)) for reply in replies)
    check.equal(again, first, at="names")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
