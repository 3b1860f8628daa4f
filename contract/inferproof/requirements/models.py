"""Lists of models, in either documented form: OpenAI's (`id`), or pages of models (`model_id`) with `pagination`."""

from __future__ import annotations

from math import ceil

from inferproof.document.names import PAGE, PAGES, SIZE, TOTAL
from inferproof.judge.check import Check
from inferproof.judge.lists import items_of, name_in
from inferproof.judge.oracle import keyed, must_accept
from inferproof.judge.requirement import PROJECT, PROSE, SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import JSON, Of, asked, replies
from inferproof.judge.subject import Subject, steps
from inferproof.judge.value import Skip, Value
from inferproof.requirements.chat_reply import DAY
from inferproof.requirements.discovery import NAMED

LISTED = "inferproof-listed-model"
"""The `user` of a request whose model was read from a list; so a transcript tells it from others."""

ALL, EMBEDDING = "discovery", "discovery.embedding"
"""What a server claims that has a list of models, and one of those that embed."""

_all = replies("models", where=keyed)
_embedding = replies("models.embedding", where=keyed)
_json = replies("models", media=None, where=keyed)
_json_of_embedding = replies("models.embedding", media=None, where=keyed)


def _of_listed(role: str) -> Of:
    """Good requests whose model was read from a list, and the answers that say whether it may be named."""
    return Of((role,), NAMED, where=lambda answer: answer.request.get("/user") == LISTED and must_accept(answer))


def _names(reply: Subject) -> list[str]:
    """Raises Missing where there is no list, or a model has no name."""
    return [name_in(item, reply.role) for item in items_of(reply.body)]


models = Rules("models", of=_all, cites="models", claims=ALL).with_notes(
    breaks="a list kept by hand that names models which were renamed, or that a gateway passes on with its engines' "
    "names.",
    reference="the list is written from the catalogue that the model of every request is looked up in.",
)
embedding = models.part("embedding", of=_embedding, cites="models.embedding", claims=EMBEDDING)


@embedding.must("offered", SCHEMA, of=asked("models.embedding", where=keyed))
@models.must("offered", SCHEMA, of=asked("models", where=keyed))
def the_list_is_there(reply: Subject, check: Check) -> None:
    """The list of models exists: no 404, 405 or 501, no redirect (3xx), and no empty reply (204)."""
    check.there(reply)


@embedding.must("reply.media-type", SCHEMA, ".reply.json", ".reply", of=_json_of_embedding)
@models.must("reply.media-type", SCHEMA, ".reply.json", ".reply", of=_json)
def the_list_is_json(reply: Subject, check: Check) -> None:
    """The list of models has the media type `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@embedding.must(
    "reply.schema",
    SCHEMA,
    ".reply#/data",
    covers=".reply#/ .reply#/* .reply#/data/[]/ .reply#/data/[]/* .reply#/data/[]/permission/[]/* "
    ".reply#|pagination/data/[]/* .reply#/pagination/*",
)
@models.must(
    "reply.schema",
    SCHEMA,
    ".reply#/data",
    covers=".reply#/ .reply#/* .reply#/data/[]/ .reply#/data/[]/* .reply#|pagination/data/[]/* .reply#/pagination/*",
)
def the_list_is_valid(reply: Subject, check: Check) -> None:
    """The list of models is valid by one of the forms that its schema, or a correction of it, allows."""
    check.valid_reply(reply, f"{reply.role}.reply#/data")


@embedding.should("named", PROJECT, ".reply#/data", covers=".prose .reply.prose")
@models.should("named", PROJECT, ".reply#/data", covers=".prose .reply.prose")
def it_names_models(reply: Subject, check: Check) -> None:
    """The list has at least one model, and each model has a name: `id`, or `model_id` in pages."""
    items = items_of(reply.body)
    check.that(len(items) > 0, "a model", reply.body)
    for item in items:
        name = item.get("/id", item.get("/model_id"))
        check.that(isinstance(name, str) and name != "", "a model with a name", item)


@embedding.should("unique", PROJECT, ".reply#/data")
@models.should("unique", PROJECT, ".reply#/data")
def names_are_unique(reply: Subject, check: Check) -> None:
    """No two models of the list have the same name."""
    check.different(_names(reply))


@embedding.should("object.list", openai("object", "models"), ".reply#/object")
@models.should("object.list", openai("object", "models"), ".reply#/object")
def the_whole_is_a_list(reply: Subject, check: Check) -> None:
    """`object` of the list, if present, is `list`, as OpenAI defines it."""
    check.equal(reply.body.members().get("object", "list"), "list")


@embedding.should("object.model", openai("object", "models"), ".reply#/data/[]/object")
@models.should("object.model", openai("object", "models"), ".reply#/data/[]/object")
def every_item_is_a_model(reply: Subject, check: Check) -> None:
    """`object` of a model, if present, is `model`, as OpenAI defines it."""
    for item in items_of(reply.body):
        check.equal(item.members().get("object", "model"), "model")


@embedding.should("created", openai("created", "models"), ".reply#/data/[]/created")
@models.should("created", openai("created", "models"), ".reply#/data/[]/created")
def created_is_in_seconds(reply: Subject, check: Check) -> None:
    """`created` of a model, if present, is in seconds (not milliseconds) since 1970, and at most a day ahead."""
    latest = reply.exchange.began + DAY
    for item in items_of(reply.body):
        created = item.number("/created", 0)
        check.that(created <= latest, f"at most {latest:.0f}", created, at=f"{item.at}/created")


@embedding.should("page", PROJECT, ".reply#/pagination/*")
@models.should("page", PROJECT, ".reply#/pagination/*")
def the_page_agrees_with_the_list(reply: Subject, check: Check) -> None:
    """`pagination`, if present, agrees with the list: page size, total, page number and page count fit together."""
    if not reply.body.has("/pagination"):
        return
    page, shown = reply.body.object("/pagination"), len(items_of(reply.body))
    documented = reply.contract.members(reply.contract.schema(f"{reply.role}.reply#/pagination", "corrected"))
    of_page = Value({name: value for name, value in page.raw.items() if name in documented}, page.at)
    total, size, number, pages = (_first(of_page, names) for names in (TOTAL, SIZE, PAGE, PAGES))
    for most in (total, size):
        check.that(most is None or shown <= most, f"at most {most} models", shown, at="/data")
    if total and size and pages is not None:
        check.that(pages == ceil(total / size), f"{ceil(total / size)} pages", page)
    if shown and number is not None and pages is not None:
        check.that(number <= pages, f"a page up to {pages}", page)


@embedding.should("stable", PROJECT, ".reply#/data", needs="models.embedding.twice")
@models.should("stable", PROJECT, ".reply#/data", needs="models.twice")
def the_list_is_stable(answers: list[Subject], check: Check) -> None:
    """Two requests with the same key return the same names, in any order. A list of several pages is not judged."""
    first, again = steps(answers, 2)
    if _goes_on(first.body) or _goes_on(again.body):
        raise Skip("the list goes on, on another page")
    check.equal(sorted(_names(again)), sorted(_names(first)), at="names")


@embedding.must(
    "usable",
    PROSE,
    ".prose",
    "embeddings.request#/user",
    of=_of_listed("embeddings"),
    covers="embeddings.request.prose#/model",
)
@models.must(
    "usable",
    PROSE,
    ".prose",
    ".embedding",
    "chat.request#/user",
    of=_of_listed("chat"),
    covers="chat.request.prose#/model",
)
def listed_names_are_accepted(reply: Subject, check: Check) -> None:
    """A listed name is accepted as the `model` of a request of its kind, if each kind has its own list."""
    check.equal(reply.status, 200, at=f"status, with model {reply.request.value('/model').raw}")


def _goes_on(body: Value) -> bool:
    """The list says that there are more models than it has."""
    page = body.find("/pagination") if isinstance(body.raw, dict) else None
    if page is None:
        return False
    total, pages = (_first(page, names) for names in (TOTAL, PAGES))
    return (total or 0) > len(items_of(body)) or (pages or 0) > 1


def _first(page: Value, names: tuple[str, ...]) -> int | None:
    """The first of these members that is there. Raises Missing where it is no integer."""
    return next((page.integer(f"/{name}", None) for name in names if page.has(f"/{name}")), None)
