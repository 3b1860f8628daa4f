"""Other lists of models than the mock's, and other pings."""

from __future__ import annotations

from typing import Any

from tests.proof.legal_servers import variant
from tests.proof.legal_servers.reply import Reply, model_lists, pings

LIST = ("models",)
EACH = ("models", "models.embedding")


def paged(reply: Reply) -> bool:
    return model_lists(reply) and "pagination" in reply.json


def openai(reply: Reply) -> bool:
    return model_lists(reply) and "pagination" not in reply.json


def first(reply: Reply) -> dict[str, Any]:
    item: dict[str, Any] = reply.json["data"][0]
    return item


@variant(of=model_lists, roles=LIST)
def models_have_more_members(reply: Reply) -> None:
    """Models have members beside the documented ones, and so has the list."""
    for item in reply.json["data"]:
        item.update(context_window=8192, pricing={"prompt": "0.1"}, capabilities=["chat"], max_model_len=None)
    reply.json["has_more"] = False


@variant(of=openai, roles=LIST)
def little_is_known_of_models(reply: Reply) -> None:
    """Models have a name and no more than that; permissions are empty, root and parent null."""
    reply.json["data"] = [
        {"id": item["id"], "object": "model", "permission": [], "root": None} for item in reply.json["data"]
    ]


@variant(of=openai, roles=LIST)
def nobody_knows_when_models_were_made(reply: Reply) -> None:
    """`created` is 0, as where a catalogue does not say."""
    for item in reply.json["data"]:
        item["created"] = 0


@variant(of=model_lists, roles=LIST)
class TheOrderChanges:
    """The list is in another order each time: it is made from a set."""

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self, reply: Reply) -> None:
        self._asked += 1
        names = "model_id" if "pagination" in reply.json else "id"
        more = {**first(reply), names: "another", "status": "offline"}
        data = [*reply.json["data"], more]
        reply.json["data"] = data[:: 1 if self._asked % 2 else -1]
        if "pagination" in reply.json:
            reply.json["pagination"].update(total=len(data), page_size=20)


@variant(of=model_lists, roles=EACH)
def a_model_is_offline(reply: Reply) -> None:
    """A model is listed with a status that says that it cannot be used, and cannot."""
    names = "model_id" if "pagination" in reply.json else "id"
    reply.json["data"].insert(0, {**first(reply), names: "asleep", "status": "offline"})
    if "pagination" in reply.json:
        reply.json["pagination"].update(total=len(reply.json["data"]), page_size=20)


@variant(of=paged, roles=LIST)
def a_list_in_pages_is_openais(reply: Reply) -> None:
    """Where the document has pages first, the list is OpenAI's, which it has second."""
    reply.json = {
        "object": "list",
        "data": [{"id": item["model_id"], "object": "model", "owned_by": "me"} for item in reply.json["data"]],
    }


@variant(of=openai, roles=EACH)
def a_list_of_openais_comes_in_pages(reply: Reply) -> None:
    """Where the document has OpenAI's list first, it comes in pages, of which there are several."""
    data = [
        {"model_id": item["id"], "name": item["id"].title(), "status": "active", "metadata": {}}
        for item in reply.json["data"]
    ]
    size = len(data)
    reply.json = {"data": data, "pagination": {"page": 1, "page_size": size, "total": 3 * size, "total_pages": 3}}


@variant(of=lambda reply: reply.asked.get("user") == "inferproof-listed-model", roles=EACH)
def listed_models_must_be_paid_for(reply: Reply) -> None:
    """The list has every model, and a key may use some: the others are refused with 402."""
    reply.status = 402
    reply.json = {
        "error": {"message": "This model is part of another plan.", "type": "billing", "param": None, "code": None}
    }


@variant(of=lambda reply: pings(reply) and reply.status == 200, roles=("ping",))
def the_ping_tells_more(reply: Reply) -> None:
    """The ping says which release it is, too."""
    reply.json["release"] = "2026.11"
