"""Embeddings: what is accepted, and a reply with one item for each input."""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import brings_an_extra_member, must_accept, must_refuse, wrong_only_at
from inferproof.judge.requirement import CORRECTION, EXAMPLE, SCHEMA, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import JSON, asked, decided, replies
from inferproof.judge.subject import Subject
from inferproof.requirements.chat_reply import LISTING, the_model_is_the_one_that_was_asked_for

ROLE = "embeddings"

PLAIN = frozenset({"model", "input", "encoding_format", "user"})
"""Members that every server of embeddings must take."""

DAY = 24 * 60 * 60


def asks_plainly(answer: Subject) -> bool:
    """One text or several, and no member beyond the plain ones."""
    value = answer.request.get("/input")
    texts = isinstance(value, str) or (isinstance(value, list) and all(isinstance(text, str) for text in value))
    return texts and PLAIN.issuperset(answer.request.members()) and must_accept(answer)


def _token_ids(answer: Subject) -> bool:
    value = answer.request.get("/input")
    ids = isinstance(value, list) and value != [] and all(isinstance(one, int | float | list) for one in value)
    return ids and PLAIN.issuperset(answer.request.members()) and must_accept(answer)


def _messages(answer: Subject) -> bool:
    known = {"model", "messages", "additional_data"}
    asked = answer.request.members()
    return "messages" in asked and known.issuperset(asked) and must_accept(answer)


def _with_wrong_input(answer: Subject) -> bool:
    """Only its `input` is wrong; where it is absent, `messages` are missed as much."""
    return answer.request.has("/input") and wrong_only_at("input")(answer)


def inputs(answer: Subject) -> int | None:
    """How many things were to be embedded; None where the request does not say."""
    value = answer.request.get("/input")
    if answer.request.has("/messages"):  # with both members it is the server's choice which it reads
        return 1 if value is None else None
    if isinstance(value, list) and value and not isinstance(value[0], int | float):  # 3.0 is a token id, too
        return len(value)
    return 1 if value else None


OF_MESSAGES = "/dimensions /user /truncate_prompt_tokens /add_special_tokens /priority"
"""What may stand beside messages."""

rules = Rules("embeddings", of=replies(ROLE), cites="embeddings.reply", claims=ROLE).with_notes(
    breaks="a batch that comes back in the order of its length, inputs that are taken for text whatever they are.",
    reference="the front validates the input; the engine embeds, and numbers its items by their place.",
)
messages = rules.part("request", of=decided(ROLE), cites="embeddings.request#|messages", claims=".messages")
requests = rules.part("request", of=decided(ROLE), cites="embeddings.request")


@rules.must("offered", EXAMPLE, "embeddings", of=asked(ROLE, where=asks_plainly))
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The embeddings operation exists: a valid request does not get 404, 405 or 501."""
    check.offered(reply)


requests.must("accepted", SCHEMA, "", "#/input", "embeddings.reply", where=asks_plainly).accept(
    "An `input` of one text or of a list of texts is accepted."
)

requests.must("token-ids", SCHEMA, "#/input", where=_token_ids, claims="embeddings.token-ids").accept(
    "An `input` of a list of token ids, or of a list of such lists, is accepted."
)

messages.must("messages", SCHEMA, "/messages", "/additional_data", where=_messages).accept(
    "`messages` are accepted instead of `input`."
)


def _wrong_beside_messages(answer: Subject) -> bool:
    return answer.request.has("/messages") and must_refuse(answer)


messages.must("messages.invalid", SCHEMA, "/model", where=_wrong_beside_messages, covers=OF_MESSAGES).refuse(
    "A member with a wrong type is rejected in a request with `messages`, as in one with `input`."
)

requests.must("extra-members", SCHEMA, ".open#|input", where=brings_an_extra_member).accept(
    "A request with a member that the document does not name is accepted."
)

requests.must("input", SCHEMA, "#/input", where=_with_wrong_input).refuse(
    "An `input` that is neither text nor token ids is rejected."
)

requests.must(
    "encoding-format", SCHEMA, "#/encoding_format", "#|messages/encoding_format", wrong_at="encoding_format"
).refuse("An `encoding_format` that the document does not list is rejected.")

requests.must(
    "truncate",
    SCHEMA,
    ".bounded#/truncate_prompt_tokens",
    wrong_at="truncate_prompt_tokens",
    claims="engine.embeddings",
).refuse("A `truncate_prompt_tokens` that is below -1 or not an integer is rejected.")


def _brings_nothing(answer: Subject) -> bool:
    return answer.request.get("/input") in ("", []) and not answer.request.has("/messages")


requests.should("empty", CORRECTION, "#/input", of=asked(ROLE, where=_brings_nothing)).refuse(
    "An `input` of an empty text or an empty list is rejected."
)


@rules.must("reply.media-type", SCHEMA, ".json", of=replies(ROLE, media=None))
def the_reply_is_json(reply: Subject, check: Check) -> None:
    """The reply of the embeddings operation has the media type `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@rules.must("reply.schema", SCHEMA, "#/", covers="#/data/[]/ #/* #/data/[]/*")
def the_reply_is_valid(reply: Subject, check: Check) -> None:
    """The reply is JSON that the document's schema allows."""
    check.valid(reply.body, reply.operation.reply_schema or "", reply.contract.layer("embeddings.reply#"))


@rules.should("reply.object", EXAMPLE, "#/object", "#/data/[]/object")
def objects_say_what_they_are(reply: Subject, check: Check) -> None:
    """`object` of the reply is `list`, and `object` of each item is `embedding`."""
    check.equal(reply.body.object().get("/object"), "list", at="/object")
    for item in reply.body.items("/data"):
        check.equal(item.object().get("/object"), "embedding", at=f"{item.at}/object")


@rules.should("reply.model", EXAMPLE, "#/model")
def model_is_named(reply: Subject, check: Check) -> None:
    """`model` is not empty."""
    model = reply.body.value("/model")
    check.that(model.raw != "", "a name", model)


@rules.should("reply.created", EXAMPLE, "#/created")
def created_is_now(reply: Subject, check: Check) -> None:
    """`created`, if present, is the time of the reply in seconds since 1970, within a day."""
    created, now = reply.body.object().number("/created", None), reply.exchange.began
    check.that(created is None or abs(created - now) < DAY, f"about {now:.0f}", created, at="/created")


def _tells_how_many(answer: Subject) -> bool:
    return inputs(answer) is not None


@rules.must("reply.count", openai("input", "embeddings"), ".prose", "#/data", where=_tells_how_many)
def each_input_has_an_item(reply: Subject, check: Check) -> None:
    """`data` has one item for each input."""
    check.equal(len(reply.body.items("/data")), inputs(reply), at="/data")


@rules.should("reply.index", openai("index", "embeddings"), "#/data/[]/index")
def index_is_the_position(reply: Subject, check: Check) -> None:
    """The `index` of an item is its position in `data`, because clients rely on that order."""
    indexes = [item.value("/index").raw for item in reply.body.items("/data")]
    check.equal(indexes, list(range(len(indexes))), at="/data")


@rules.should(
    "reply.model.asked",
    openai("model", "embeddings"),
    "#/model",
    "embeddings.request#/model",
    whatever=("embeddings.batch", "models.embedding.twice", *LISTING),
)
def vectors_are_of_the_model_that_was_asked_for(answers: list[Subject], check: Check) -> None:
    """`model` in the reply is the requested model, a snapshot of it, or an alias of it in the list of models."""
    the_model_is_the_one_that_was_asked_for(answers, check)
