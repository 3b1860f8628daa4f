"""Servers that list what is not there, or not as documented."""

from tests.proof.mutants import answered, breaks, spares


@breaks("discovery.offered")
def the_operation_is_missing(reply):
    reply.status = 404


@breaks("discovery.offered")
def the_list_is_elsewhere(reply):
    reply.status = 307


@breaks("discovery.reply.media-type")
def json_is_called_text(reply):
    reply.header("content-type", "text/plain")


@breaks("discovery.reply.list")
def the_list_is_wrapped(reply):
    reply.json = {"object": "list", "data": reply.json}


@breaks("discovery.reply.list")
def only_names_are_listed(reply):
    reply.json = [config["name"] for config in reply.json]


@breaks("discovery.config.members")
def the_alias_is_missing(reply):
    del reply.json[0]["alias"]


@breaks("discovery.config.members")
def a_tag_is_a_number(reply):
    reply.json[0]["tags"] = [1]


@breaks("discovery.config.schema")
def tags_are_missing(reply):
    del reply.json[0]["tags"]


@breaks("discovery.configs.some")
def nothing_is_listed(reply):
    reply.json = []


@breaks("discovery.names.unique")
def a_config_is_listed_twice(reply):
    reply.json.append(reply.json[0])


@breaks("discovery.names.usable")
def a_listed_model_is_unknown(reply):
    reply.status = 404


@breaks("discovery.parameters.shape")
def parameters_are_bare_values(reply):
    reply.json[0]["default_parameters"] = {"temperature": 1.0}


@breaks("discovery.parameters.range")
def a_value_lies_outside_its_range(reply):
    reply.json[0]["default_parameters"] = {"temperature": {"range": [0, 1], "value": 1.5}}


@breaks("discovery.parameters.range")
def a_range_is_upside_down(reply):
    reply.json[0]["default_parameters"] = {"temperature": {"range": [1, 0], "value": 0.5}}


@breaks("discovery.stable", where=lambda draft: draft.step == 1)
def the_list_changes(reply):
    reply.json[0]["name"] += "-2"


for _code in (404, 405, 501):
    breaks("discovery.offered")(answered(_code))
for _code in (401, 500, 503):
    spares("discovery.offered")(answered(_code))


for _code in (401, 408, 429, 500, 503):
    spares("discovery.names.usable")(answered(_code))
