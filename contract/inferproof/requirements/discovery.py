"""Discovery: the configs that a key may name as `model`.

Breaks: a list kept by hand that names models which were renamed, and defaults outside their own ranges.
Reference: the list is written from the catalogue that the model of every request is looked up in.
"""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import keyed, must_accept
from inferproof.judge.requirement import EXAMPLE, MUST, PROJECT, PROSE, SCHEMA, SHOULD, requirement
from inferproof.judge.select import JSON, Of, replies
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


@requirement(
    "discovery.offered", MUST, basis=SCHEMA, claims="discovery", cites="configs", of=Of((ROLE,), None, where=keyed)
)
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The list of configs is there: not missing (404, 405, 501), not elsewhere (3xx), not answered without it (204)."""
    check.there(reply)


@requirement(
    "discovery.reply.media-type",
    MUST,
    basis=SCHEMA,
    claims="discovery",
    cites=("configs.reply.json", "configs.reply"),
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
    cites="configs.reply#",
    of=listed,
)
def the_reply_is_a_list_of_objects(reply: Subject, check: Check) -> None:
    """The reply is a list of objects."""
    found = reply.body
    holds = isinstance(found.raw, list) and all(isinstance(item, dict) for item in found.raw)
    check.that(holds, "a list of objects", found)


@requirement(
    "discovery.config.members",
    MUST,
    basis=SCHEMA,
    claims="discovery",
    cites="configs.reply#/[]/name",
    covers=(
        "configs.reply#/[]/alias",
        "configs.reply#/[]/default_parameters",
        "configs.reply#/[]/description",
        "configs.reply#/[]/tags",
        "configs.reply#/[]/is_external",
        "configs.reply#/[]/is_playground",
    ),
    of=listed,
)
def a_config_says_what_the_prose_names(reply: Subject, check: Check) -> None:
    """A config has name, alias, default parameters and description, and every documented member has its type."""
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


@requirement(
    "discovery.config.schema",
    SHOULD,
    basis=SCHEMA,
    claims="discovery",
    cites="configs.reply.required#/[]",
    of=listed,
)
def a_config_is_valid(reply: Subject, check: Check) -> None:
    """A config is valid by its schema, which asks for `tags` and `is_external` too, as the example does not."""
    layer = reply.contract.layer(ITEM)
    for config in _configs(reply):
        check.valid(config, reply.contract.schema(ITEM, layer), layer)


@requirement("discovery.configs.some", SHOULD, basis=PROSE, claims="discovery", cites="configs.prose", of=listed)
def there_is_a_config(reply: Subject, check: Check) -> None:
    """The list is not empty: a key that may chat may name a model."""
    check.that(len(reply.body.items()) > 0, "a config", reply.body)


@requirement(
    "discovery.names.unique", SHOULD, basis=PROJECT, claims="discovery", cites="configs.reply#/[]/name", of=listed
)
def names_are_unique(reply: Subject, check: Check) -> None:
    """No two configs have one name."""
    check.different([config.string("/name") for config in _configs(reply)])


@requirement(
    "discovery.names.usable",
    MUST,
    basis=PROSE,
    claims="discovery",
    cites=("configs.prose", "configs.reply.prose"),
    of=Of(("chat",), NAMED, where=lambda answer: answer.request.get("/user") == LISTED and must_accept(answer)),
)
def names_are_usable(reply: Subject, check: Check) -> None:
    """A listed name is accepted as the `model` of a chat completion."""
    check.equal(reply.status, 200, at=f"status, with model {reply.request.value('/model').raw}")


@requirement(
    "discovery.parameters.shape",
    SHOULD,
    basis=EXAMPLE,
    claims="discovery",
    cites=("configs.reply.example", "configs.reply#/[]/default_parameters/{}/*"),
    of=listed,
)
def parameters_have_a_range_and_a_value(reply: Subject, check: Check) -> None:
    """Each of the `default_parameters` has a list `range` and a `value`."""
    for parameter in _parameters(reply):
        holds = isinstance(parameter.get("/range"), list) and parameter.has("/value")
        check.that(holds, '{"range": […], "value": …}', parameter)


@requirement(
    "discovery.parameters.range",
    SHOULD,
    basis=EXAMPLE,
    claims="discovery",
    cites="configs.reply#/[]/default_parameters",
    of=listed,
)
def ranges_hold_their_values(reply: Subject, check: Check) -> None:
    """A range of two numbers is in order, and a number that is the `value` lies in it."""
    for parameter in _parameters(reply):
        bounds, value = [bound.raw for bound in parameter.items("/range")], parameter.value("/value")
        if len(bounds) != 2 or not all(map(is_number, bounds)):
            continue
        low, high = bounds
        check.that(low <= high, "the lower bound first", parameter.value("/range"))
        check.that(not is_number(value.raw) or low <= value.raw <= high, f"{low} to {high}", value)


@requirement(
    "discovery.stable", SHOULD, basis=PROJECT, claims="discovery", cites="configs.prose", needs="discovery.twice"
)
def the_list_is_stable(replies: list[Subject], check: Check) -> None:
    """One key gets the same names again."""
    first, again = (sorted(config.string("/name") for config in _configs(reply)) for reply in steps(replies, 2))
    check.equal(again, first, at="names")
