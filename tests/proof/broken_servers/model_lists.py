"""Lists of models and the ping: names that nobody can use, forms that nobody documents."""

from __future__ import annotations

from typing import Any

from tests.proof.broken_servers import defect
from tests.proof.broken_servers.replies import refuse
from tests.proof.legal_servers.reply import Reply, model_lists, pings

LISTED = "inferproof-listed-model"


def names(reply: Reply) -> str:
    """The member that names a model in this list."""
    return "model_id" if "pagination" in reply.json else "id"


@defect("models.reply.schema", of=model_lists)
def models_are_a_map(reply: Reply) -> None:
    """The list is a map of models by their names, as the gateway keeps them."""
    reply.json["data"] = {str(number): item for number, item in enumerate(reply.json["data"])}


@defect("models.reply.media-type", of=model_lists)
def the_list_is_called_a_stream_of_bytes(reply: Reply) -> None:
    """The list is a file that is served statically, without a media type of its own."""
    reply.header("content-type", "application/octet-stream")


@defect("models.named", of=model_lists)
def the_list_of_models_is_empty(reply: Reply) -> None:
    """The list is empty until a worker has registered, and none ever does."""
    reply.json["data"] = []


@defect("models.unique", of=model_lists)
def a_model_is_listed_by_each_replica(reply: Reply) -> None:
    """Each replica lists its model."""
    reply.json["data"] = reply.json["data"] * 2


@defect("models.stable", of=model_lists)
class TheListIsOfOneReplica:
    """Each replica knows only the adapter that it loads itself, and lists it."""

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self, reply: Reply) -> None:
        self._asked += 1
        item: dict[str, Any] = {**reply.json["data"][0], names(reply): f"adapter-{self._asked}", "status": "loading"}
        reply.json["data"].append(item)
        if "pagination" in reply.json:
            reply.json["pagination"].update(total=len(reply.json["data"]), page_size=20)


@defect("models.usable", "models.embedding.usable", of=lambda reply: reply.asked.get("user") == LISTED)
def listed_models_are_labels(reply: Reply) -> None:
    """A listed name is a label for people, which no request can have."""
    refuse(reply, 404, "The model does not exist.")


@defect("models.embedding.created", of=model_lists)
def models_are_made_in_milliseconds(reply: Reply) -> None:
    """`created` is in milliseconds."""
    for item in reply.json["data"]:
        item["created"] = 1_767_225_600_000


@defect("models.embedding.object.model", of=model_lists)
def models_are_deployments(reply: Reply) -> None:
    """`object` of a model is the engine's own word for it."""
    for item in reply.json["data"]:
        item["object"] = "deployment"


@defect("models.page", of=model_lists)
def the_total_counts_pages(reply: Reply) -> None:
    """`total` counts the pages."""
    if "pagination" in reply.json:
        reply.json["pagination"]["total"] = 1


@defect("ping.offered", of=pings)
def the_ping_wants_a_key(reply: Reply) -> None:
    """The guard stands before the ping, too."""
    if reply.request.method == "GET":
        refuse(reply, 401, "There is no key.")


@defect("ping.reply.media-type", of=lambda reply: pings(reply) and reply.status == 200)
def the_ping_is_said_in_plain_text(reply: Reply) -> None:
    """The ping is answered with the text `pong`."""
    reply.header("content-type", "text/plain")
    reply.writes = [b"pong"]
