"""Discovery and the status: lists of what is not there, and words that are no status."""

from __future__ import annotations

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import refuse
from tests.proof.legal_servers.reply import Reply, configs


@defect("discovery.reply.list", of=configs)
def the_list_is_wrapped(reply: Reply) -> None:
    """The list is wrapped in `data`, as OpenAI's list of models is."""
    reply.json = {"object": "list", "data": reply.json}


@defect("discovery.names.unique", of=configs)
def a_config_is_listed_twice(reply: Reply) -> None:
    """Each replica lists its config."""
    reply.json = reply.json * 2


@defect("discovery.names.usable", of=lambda reply: reply.status == 200 and reply.asked.get("user") is not None)
def listed_names_are_refused(reply: Reply) -> None:
    """A listed name is a label, which chat does not take."""
    if str(reply.asked["user"]).startswith("inferproof-listed"):
        refuse(reply, 404, "The model does not exist.")


@defect("discovery.configs.some", of=configs)
def the_list_is_empty(reply: Reply) -> None:
    """The list is empty until the cache is warm, which it never is."""
    reply.json = []


@defect("discovery.parameters.range", of=configs)
def values_are_out_of_range(reply: Reply) -> None:
    """A default value lies outside its own range."""
    for config in reply.json:
        for parameter in config["default_parameters"].values():
            if len(parameter["range"]) == 2:
                parameter["value"] = parameter["range"][1] + 1


@defect("status.reply.schema", of=lambda reply: reply.path == "/status" and reply.status == 200)
def the_status_is_a_flag(reply: Reply) -> None:
    """The status is `{"ok": true}`."""
    reply.json = {"ok": True}


@defect("status.reply.schema", of=lambda reply: reply.path == "/status" and reply.status == 200)
def the_status_is_plain_text(reply: Reply) -> None:
    """The status is the text `OK`."""
    reply.header("content-type", "text/plain")
    reply.writes = [b"OK"]
