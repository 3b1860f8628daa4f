"""Servers whose lists of models are not as documented, or name what cannot be used."""

from tests.proof.mutants import answered, breaks, spares

MONTH = 30 * 24 * 60 * 60


def rename(item, name):
    """The item under another name, in either form."""
    item["model_id" if "model_id" in item else "id"] = name


def paged(draft):
    return draft.status == 200 and "pagination" in draft.json


def page_of(reply):
    """The `pagination` of the list, which it gets where it has none."""
    count = len(reply.json["data"])
    return reply.json.setdefault("pagination", {"page": 1, "page_size": count, "total": count, "total_pages": 1})


def openai(draft):
    return draft.status == 200 and "pagination" not in draft.json


for _code in (204, 307, 404, 405, 501):
    breaks("models.offered")(answered(_code))
    breaks("models.embedding.offered")(answered(_code))
for _code in (401, 403, 429, 500, 503):
    spares("models.offered")(answered(_code))
    spares("models.embedding.offered")(answered(_code))


@breaks("models.offered")
@breaks("models.embedding.offered")
def the_operation_is_missing(reply):
    reply.status = 404


@breaks("models.reply.media-type")
@breaks("models.embedding.reply.media-type")
def json_is_called_text(reply):
    reply.header("content-type", "text/plain")


@spares("models.reply.media-type")
@spares("models.embedding.reply.media-type")
def json_has_a_charset(reply):
    reply.header("content-type", "application/json; charset=utf-8")


@breaks("models.reply.schema")
@breaks("models.embedding.reply.schema")
def a_name_is_a_number(reply):
    rename(reply.json["data"][0], 7)


@breaks("models.reply.schema")
@breaks("models.embedding.reply.schema")
def the_list_is_a_map(reply):
    reply.json["data"] = {"first": reply.json["data"][0]}


@spares("models.reply.schema")
@spares("models.embedding.reply.schema")
@spares("models.object.model")
@spares("models.embedding.object.model")
def models_tell_more(reply):
    for item in reply.json["data"]:
        item.update(context_window=8192, pricing={"prompt": "0.1"}, capabilities=["chat"])
    reply.json["has_more"] = False


@spares("models.reply.schema", where=openai)
@spares("models.embedding.reply.schema", where=openai)
def models_tell_less(reply):
    """`created` and `owned_by` are missing, and nothing is known of root, parent and permissions."""
    reply.json["data"] = [
        {"id": item["id"], "object": "model", "root": None, "permission": []} for item in reply.json["data"]
    ]


@spares("models.reply.schema", where=paged)
@spares("models.named", where=paged)
@spares("models.unique", where=paged)
@spares("models.page", where=paged)
@spares("models.stable", where=paged)
def the_list_is_openais(reply):
    data = [{"id": item["model_id"], "object": "model"} for item in reply.json["data"]]
    reply.json = {"object": "list", "data": data}


@breaks("models.named")
@breaks("models.embedding.named")
def nothing_is_listed(reply):
    reply.json["data"] = []


@breaks("models.named")
@breaks("models.embedding.named")
def a_model_has_no_name(reply):
    reply.json["data"].append({"object": "model", "name": "The new one"})


@breaks("models.named")
@breaks("models.embedding.named")
def a_name_is_empty(reply):
    rename(reply.json["data"][0], "")


@breaks("models.unique")
@breaks("models.embedding.unique")
def a_model_is_listed_twice(reply):
    reply.json["data"].append(reply.json["data"][0])


@spares("models.unique")
@spares("models.embedding.unique")
def two_models_differ_in_case(reply):
    item = reply.json["data"][0]
    other = dict(item)
    rename(other, str(item.get("id", item.get("model_id"))).upper())
    reply.json["data"].append(other)


@breaks("models.object.list")
@breaks("models.embedding.object.list")
def the_whole_is_called_models(reply):
    reply.json["object"] = "models"


@breaks("models.object.model")
@breaks("models.embedding.object.model")
def an_item_is_called_engine(reply):
    reply.json["data"][-1]["object"] = "engine"


@spares("models.object.list")
@spares("models.embedding.object.list")
@spares("models.object.model")
@spares("models.embedding.object.model")
def nothing_says_what_it_is(reply):
    for each in (reply.json, *reply.json["data"]):
        each.pop("object", None)


@breaks("models.created")
@breaks("models.embedding.created")
def created_is_in_milliseconds(reply):
    reply.json["data"][-1]["created"] = 1_700_000_000_000


@spares("models.created")
@spares("models.embedding.created")
def created_is_unknown(reply):
    for item, created in zip(reply.json["data"], (0, None), strict=False):
        item["created"] = created


@spares("models.created")
@spares("models.embedding.created")
def created_is_not_told(reply):
    for item in reply.json["data"]:
        item.pop("created", None)


@spares("models.created")
@spares("models.embedding.created")
def created_is_a_month_ago(reply):
    for item in reply.json["data"]:
        item["created"] = item.get("created", MONTH) - MONTH


@breaks("models.page")
@breaks("models.embedding.page")
def the_total_is_of_another_list(reply):
    page_of(reply)["total"] = len(reply.json["data"]) - 1


@breaks("models.page")
@breaks("models.embedding.page")
def the_page_is_too_full(reply):
    page_of(reply)["page_size"] = len(reply.json["data"]) - 1


@breaks("models.page")
@breaks("models.embedding.page")
def a_page_is_forgotten(reply):
    size = page_of(reply)["page_size"]
    page_of(reply).update(total=2 * size + 1, total_pages=2)


@breaks("models.page")
@breaks("models.embedding.page")
def the_page_lies_behind_the_last(reply):
    page_of(reply).update(page=2, total_pages=1)


@spares("models.page")
@spares("models.embedding.page")
def there_are_more_pages(reply):
    size = page_of(reply)["page_size"]
    page_of(reply).update(page=1, total=2 * size + 1, total_pages=3)


@spares("models.page")
@spares("models.embedding.page")
def the_last_page_is_not_full(reply):
    size = len(reply.json["data"]) + 5
    page_of(reply).update(page=3, page_size=size, total=2 * size + len(reply.json["data"]), total_pages=3)


@spares("models.page")
@spares("models.embedding.page")
@spares("models.stable")
@spares("models.embedding.stable")
def the_page_tells_little(reply):
    """There is a member that the document does not name, and means something else."""
    reply.json["pagination"] = {"page": 1, "page_size": 100, "limit": 0}


@spares("models.page")
@spares("models.embedding.page")
def there_are_no_models_and_no_pages(reply):
    reply.json["data"] = []
    page_of(reply).update(page=1, total=0, total_pages=0)


@breaks("models.stable", where=lambda draft: draft.step == 1)
@breaks("models.embedding.stable", where=lambda draft: draft.step == 1)
def the_list_changes(reply):
    rename(reply.json["data"][0], "another")


@spares("models.stable", where=lambda draft: draft.step == 1)
@spares("models.embedding.stable", where=lambda draft: draft.step == 1)
def the_order_changes(reply):
    reply.json["data"].reverse()


@spares("models.stable", where=lambda draft: draft.step == 1 and paged(draft))
def a_page_begins_elsewhere(reply):
    rename(reply.json["data"][0], "from-another-page")
    reply.json["pagination"].update(total=40, total_pages=2)


for _code in (400, 404, 422):
    breaks("models.usable")(answered(_code))
    breaks("models.embedding.usable")(answered(_code))
for _code in (401, 402, 403, 408, 429, 500, 503):
    spares("models.usable")(answered(_code))
    spares("models.embedding.usable")(answered(_code))


@breaks("models.usable")
@breaks("models.embedding.usable")
def a_listed_model_is_unknown(reply):
    reply.status = 404
