"""Embeddings: what is accepted, and a reply with one item for each input.

Breaks: a batch that comes back in the order of its length, inputs that are taken for text whatever they are.
Reference: the front validates the input; the engine embeds, and numbers its items by their place.
"""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import must_accept, must_refuse, wrong_only_at
from inferproof.judge.requirement import (
    CONVENTION,
    CORRECTION,
    EXAMPLE,
    MUST,
    SCHEMA,
    SHOULD,
    requirement,
)
from inferproof.judge.select import JSON, Of, replies
from inferproof.judge.statuses import DECIDED
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


@requirement(
    "embeddings.offered", MUST, basis=EXAMPLE, claims=ROLE, cites="embeddings", of=Of((ROLE,), None, where=asks_plainly)
)
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The embeddings operation is there: it does not answer 404, 405 or 501 to a good request."""
    check.offered(reply)


@requirement(
    "embeddings.request.accepted",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites=("embeddings.request", "embeddings.request#/input", "embeddings.reply"),
    of=Of((ROLE,), DECIDED, where=asks_plainly),
)
def texts_are_accepted(reply: Subject, check: Check) -> None:
    """A text is accepted, and so is a list of texts."""
    check.accepted(reply)


@requirement(
    "embeddings.request.token-ids",
    MUST,
    basis=SCHEMA,
    claims="embeddings.token-ids",
    cites="embeddings.request#/input",
    of=Of((ROLE,), DECIDED, where=_token_ids),
)
def token_ids_are_accepted(reply: Subject, check: Check) -> None:
    """A list of token ids is accepted, and so is a list of such lists."""
    check.accepted(reply)


@requirement(
    "embeddings.request.messages",
    MUST,
    basis=SCHEMA,
    claims="embeddings.messages",
    cites=("embeddings.request#|messages/messages", "embeddings.request#|messages/additional_data"),
    of=Of((ROLE,), DECIDED, where=_messages),
)
def messages_are_accepted(reply: Subject, check: Check) -> None:
    """`messages` are accepted in place of `input`."""
    check.accepted(reply)


@requirement(
    "embeddings.request.messages.invalid",
    MUST,
    basis=SCHEMA,
    claims="embeddings.messages",
    cites="embeddings.request#|messages/model",
    covers=(
        "embeddings.request#|messages/dimensions",
        "embeddings.request#|messages/user",
        "embeddings.request#|messages/truncate_prompt_tokens",
        "embeddings.request#|messages/add_special_tokens",
        "embeddings.request#|messages/priority",
    ),
    of=Of((ROLE,), DECIDED, where=lambda answer: answer.request.has("/messages") and must_refuse(answer)),
)
def members_beside_messages_are_checked(reply: Subject, check: Check) -> None:
    """A member of another type beside `messages` is refused, as it is beside `input`."""
    check.refused(reply)


@requirement(
    "embeddings.request.extra-members",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites="embeddings.request.open#|input",
    of=Of((ROLE,), DECIDED, where=lambda answer: answer.request.has("/inferproof_extra") and must_accept(answer)),
)
def unknown_members_are_accepted(reply: Subject, check: Check) -> None:
    """A member that the document does not name is accepted."""
    check.accepted(reply)


@requirement(
    "embeddings.request.input",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites="embeddings.request#/input",
    of=Of((ROLE,), DECIDED, where=_with_wrong_input),
)
def input_is_text_or_token_ids(reply: Subject, check: Check) -> None:
    """An `input` that is neither text nor token ids is refused."""
    check.refused(reply)


@requirement(
    "embeddings.request.encoding-format",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites=("embeddings.request#/encoding_format", "embeddings.request#|messages/encoding_format"),
    of=Of((ROLE,), DECIDED, where=wrong_only_at("encoding_format")),
)
def the_encoding_is_float_or_base64(reply: Subject, check: Check) -> None:
    """An `encoding_format` that the document does not list is refused."""
    check.refused(reply)


@requirement(
    "embeddings.request.truncate",
    MUST,
    basis=SCHEMA,
    claims="engine.embeddings",
    cites="embeddings.request.bounded#/truncate_prompt_tokens",
    of=Of((ROLE,), DECIDED, where=wrong_only_at("truncate_prompt_tokens")),
)
def truncation_has_a_lower_bound(reply: Subject, check: Check) -> None:
    """`truncate_prompt_tokens` below -1, or of another type than integer, is refused."""
    check.refused(reply)


@requirement(
    "embeddings.request.empty",
    SHOULD,
    basis=CORRECTION,
    claims=ROLE,
    cites="embeddings.request#/input",
    of=Of(
        (ROLE,),
        None,
        where=lambda answer: answer.request.get("/input") in ("", []) and not answer.request.has("/messages"),
    ),
)
def nothing_has_no_embedding(reply: Subject, check: Check) -> None:
    """An empty text or an empty list is refused."""
    check.refused(reply)


@requirement(
    "embeddings.reply.media-type",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites="embeddings.reply.json",
    of=replies(ROLE, media=None),
)
def the_reply_is_json(reply: Subject, check: Check) -> None:
    """Embeddings come as `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@requirement(
    "embeddings.reply.schema",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites="embeddings.reply#/",
    covers=("embeddings.reply#/data/[]/", "embeddings.reply#/*", "embeddings.reply#/data/[]/*"),
    of=replies(ROLE),
)
def the_reply_is_valid(reply: Subject, check: Check) -> None:
    """The reply is JSON that the document's schema allows."""
    check.valid(reply.body, reply.operation.reply_schema or "", reply.contract.layer("embeddings.reply#"))


@requirement(
    "embeddings.reply.object",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites=("embeddings.reply#/object", "embeddings.reply#/data/[]/object"),
    of=replies(ROLE),
)
def objects_say_what_they_are(reply: Subject, check: Check) -> None:
    """The reply's `object` is `list`, and that of each item `embedding`."""
    check.equal(reply.body.object().get("/object"), "list", at="/object")
    for item in reply.body.items("/data"):
        check.equal(item.object().get("/object"), "embedding", at=f"{item.at}/object")


@requirement(
    "embeddings.reply.model",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites="embeddings.reply#/model",
    of=replies(ROLE),
)
def model_is_named(reply: Subject, check: Check) -> None:
    """`model` names a model: it is not empty."""
    model = reply.body.value("/model")
    check.that(model.raw != "", "a name", model)


@requirement(
    "embeddings.reply.created",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites="embeddings.reply#/created",
    of=replies(ROLE),
)
def created_is_now(reply: Subject, check: Check) -> None:
    """`created`, where present, is the time of the reply in seconds since 1970, to the day."""
    created, now = reply.body.object().number("/created", None), reply.exchange.began
    check.that(created is None or abs(created - now) < DAY, f"about {now:.0f}", created, at="/created")


@requirement(
    "embeddings.reply.count",
    MUST,
    basis=CONVENTION,
    standard="OpenAI's API reference, embeddings: input",
    claims=ROLE,
    cites=("embeddings.reply.prose", "embeddings.reply#/data"),
    of=replies(ROLE, where=lambda answer: inputs(answer) is not None),
)
def each_input_has_an_item(reply: Subject, check: Check) -> None:
    """There is one item in `data` for each input."""
    check.equal(len(reply.body.items("/data")), inputs(reply), at="/data")


@requirement(
    "embeddings.reply.index",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, embeddings: index",
    claims=ROLE,
    cites="embeddings.reply#/data/[]/index",
    of=replies(ROLE),
)
def index_is_the_position(reply: Subject, check: Check) -> None:
    """`index` of an item is its position in `data`, as clients rely on."""
    indexes = [item.value("/index").raw for item in reply.body.items("/data")]
    check.equal(indexes, list(range(len(indexes))), at="/data")


@requirement(
    "embeddings.reply.model.asked",
    SHOULD,
    basis=CONVENTION,
    standard="OpenAI's API reference, embeddings: model",
    claims=ROLE,
    cites=("embeddings.reply#/model", "embeddings.request#/model"),
    needs=("embeddings.batch", "models.embedding.twice", *LISTING),
    whatever=True,
)
def vectors_are_of_the_model_that_was_asked_for(answers: list[Subject], check: Check) -> None:
    """Vectors are of the model that was asked for, of a snapshot of it, or of what a list of models calls its alias."""
    the_model_is_the_one_that_was_asked_for(answers, check)
