"""Discovery: the configs that a key may name as `model`."""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import keyed, must_accept
from inferproof.judge.requirement import EXAMPLE, PROJECT, PROSE, SCHEMA
from inferproof.judge.rules import Rules
from inferproof.judge.select import JSON, Of, asked, replies
from inferproof.judge.statuses import ANSWERS, DOOR, FAILURE
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Value, is_number

ROLE = "configs"

ITEM = f"{ROLE}.reply#/[]/"
"""The schema of one config."""

LISTED = "inferproof-listed-config"
"""The `user` of a chat request whose model was read from the list; so a transcript tells it from others."""

NAMED = tuple(code for code in ANSWERS if code not in (*DOOR, *FAILURE, 405, 501))
"""Statuses that say whether a model may be named, among them a 404 that names it."""


def _configs(answer: Subject) -> list[Value]:
    """The items that are objects. Raises Missing where there is no list."""
    return [item for item in answer.body if isinstance(item.raw, dict)]


def _parameters(answer: Subject) -> list[Value]:
    """Every default parameter of every config. Raises Missing."""
    return [parameter for config in _configs(answer) for parameter in config.members("/default_parameters").values()]


listed = replies(ROLE, where=keyed)


OF_A_CONFIG = "#/[]/alias #/[]/default_parameters #/[]/description #/[]/tags #/[]/is_external #/[]/is_playground"
"""What the document says of a config beside its name."""

rules = Rules("discovery", of=listed, cites="configs.reply", claims="discovery").with_notes(
    breaks="a list kept by hand that names models which were renamed, and defaults outside their own ranges.",
    reference="the list is written from the catalogue that the model of every request is looked up in.",
)


@rules.must("offered", SCHEMA, "configs", of=asked(ROLE, where=keyed))
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The list of configs exists: no 404, 405 or 501, no redirect (3xx), and no empty reply (204)."""
    check.there(reply)


@rules.must("reply.media-type", SCHEMA, ".json", "", of=replies(ROLE, media=None))
def the_list_is_json(reply: Subject, check: Check) -> None:
    """The list of configs has the media type `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@rules.must("reply.list", SCHEMA, "#")
def the_reply_is_a_list_of_objects(reply: Subject, check: Check) -> None:
    """The reply is a list of objects."""
    found = reply.body
    holds = isinstance(found.raw, list) and all(isinstance(item, dict) for item in found.raw)
    check.that(holds, "a list of objects", found)


@rules.must("config.members", SCHEMA, "#/[]/name", covers=OF_A_CONFIG)
def a_config_says_what_the_prose_names(reply: Subject, check: Check) -> None:
    """A config has `name`, `alias`, `default_parameters` and `description`; each documented member has its type."""
    layer = reply.contract.layer(ITEM)
    schema = reply.contract.schema(ITEM, layer)
    documented = reply.contract.at(f"{schema}/properties", layer)
    for config in _configs(reply):
        members = config.members()
        for name in ("name", "alias", "default_parameters", "description"):
            check.that(name in members, f"`{name}`", sorted(members), at=config.at)
        for name in documented:
            if name in members:
                check.valid(members[name], f"{schema}/properties/{name}", layer)


@rules.should("config.schema", SCHEMA, ".required#/[]")
def a_config_is_valid(reply: Subject, check: Check) -> None:
    """A config is valid by its schema, which also requires `tags` and `is_external`, unlike the example."""
    layer = reply.contract.layer(ITEM)
    for config in _configs(reply):
        check.valid(config, reply.contract.schema(ITEM, layer), layer)


@rules.should("configs.some", PROSE, "configs.prose")
def there_is_a_config(reply: Subject, check: Check) -> None:
    """The list of configs is not empty."""
    check.that(len(reply.body.items()) > 0, "a config", reply.body)


@rules.should("names.unique", PROJECT, "#/[]/name")
def names_are_unique(reply: Subject, check: Check) -> None:
    """No two configs have the same name."""
    check.different([config.string("/name") for config in _configs(reply)])


def _names_a_listed_config(answer: Subject) -> bool:
    return answer.request.get("/user") == LISTED and must_accept(answer)


named = Of(("chat",), NAMED, where=_names_a_listed_config)


@rules.must("names.usable", PROSE, "configs.prose", ".prose", of=named)
def names_are_usable(reply: Subject, check: Check) -> None:
    """A listed name is accepted as the `model` of a chat request."""
    check.equal(reply.status, 200, at=f"status, with model {reply.request.value('/model').raw}")


@rules.should("parameters.shape", EXAMPLE, ".example", "#/[]/default_parameters/{}/*")
def parameters_have_a_range_and_a_value(reply: Subject, check: Check) -> None:
    """Each of the `default_parameters` has a list `range` and a `value`."""
    for parameter in _parameters(reply):
        holds = isinstance(parameter.get("/range"), list) and parameter.has("/value")
        check.that(holds, '{"range": […], "value": …}', parameter)


@rules.should("parameters.range", EXAMPLE, "#/[]/default_parameters")
def ranges_hold_their_values(reply: Subject, check: Check) -> None:
    """A `range` of two numbers is in ascending order, and a numeric `value` is within it."""
    for parameter in _parameters(reply):
        bounds, value = [bound.raw for bound in parameter.items("/range")], parameter.value("/value")
        if len(bounds) != 2 or not all(map(is_number, bounds)):
            continue
        low, high = bounds
        check.that(low <= high, "the lower bound first", parameter.value("/range"))
        check.that(not is_number(value.raw) or low <= value.raw <= high, f"{low} to {high}", value)


@rules.should("stable", PROJECT, "configs.prose", needs="discovery.twice")
def the_list_is_stable(replies: list[Subject], check: Check) -> None:
    """Two requests with the same key return the same names."""
    first, again = (sorted(config.string("/name") for config in _configs(reply)) for reply in steps(replies, 2))
    check.equal(again, first, at="names")
