"""Attributes: scores of the last assistant message, as JSON text in an otherwise ordinary chat reply.

Breaks: a validator that takes any attribute, a stream where JSON is documented, a cap that cuts the scores.
Reference: the front asks the model for JSON by a schema made of the attributes, and validates them first.
"""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import keyed, must_accept, wrong_only_at
from inferproof.judge.requirement import CORRECTION, EXAMPLE, MUST, PROSE, SCHEMA, SHOULD, requirement
from inferproof.judge.select import EVENTS, JSON, Of, replies
from inferproof.judge.statuses import DECIDED
from inferproof.judge.subject import Subject, steps
from inferproof.requirements.chat_reply import DAY
from inferproof.requirements.chat_request import asks_plainly

ROLE = "attributes"

OWN = frozenset({"attributes", "filter_categories", "disable_attributes_prompt"})
"""The members that this operation adds to a chat request."""


def good(answer: Subject) -> bool:
    """A request without trimmings: no stream, text only, no cap that might cut the scores short."""
    body = {name: value.raw for name, value in answer.request.members().items() if name not in OWN}
    cut = {"stream", "max_tokens", "max_completion_tokens", "stop", "n"} & body.keys()
    return not cut and must_accept(answer) and asks_plainly(body)


def _nobody_to_score(answer: Subject) -> bool:
    """A good conversation, were it not that only the user speaks."""
    schema = answer.contract.schema(f"{ROLE}.request#/")
    valid = keyed(answer) and answer.contract.validator(schema, "published").decides(answer.request.raw)
    return valid and all(message.get("/role") == "user" for message in answer.request.items("/messages"))


scored = replies(ROLE, where=good)


@requirement(
    "attributes.offered", MUST, basis=EXAMPLE, claims=ROLE, cites="attributes", of=Of((ROLE,), None, where=good)
)
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The attributes operation is there: it does not answer 404, 405 or 501 to a good request."""
    check.offered(reply)


@requirement(
    "attributes.request.accepted",
    MUST,
    basis=PROSE,
    claims=ROLE,
    cites="attributes.request",
    covers=("attributes.request.prose", "attributes.reply", "attributes.request#/attributes/[]/example"),
    of=Of((ROLE,), DECIDED, where=good),
)
def what_the_document_allows_is_accepted(reply: Subject, check: Check) -> None:
    """A talk with an assistant message is accepted, with attributes, filter and prompt flag given, null or absent."""
    check.accepted(reply)


@requirement(
    "attributes.request.extra-members",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites="attributes.request.open#",
    of=Of((ROLE,), DECIDED, where=lambda answer: answer.request.has("/inferproof_extra") and must_accept(answer)),
)
def unknown_members_are_accepted(reply: Subject, check: Check) -> None:
    """A member that the document does not name is accepted."""
    check.accepted(reply)


@requirement(
    "attributes.request.name",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites=("attributes.request.required#/attributes/[]", "attributes.request#/attributes/[]/name"),
    of=Of((ROLE,), DECIDED, where=wrong_only_at("attributes", "name")),
)
def an_attribute_has_a_name(reply: Subject, check: Check) -> None:
    """An attribute without a `name` that is a string is refused."""
    check.refused(reply)


@requirement(
    "attributes.request.definition",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites=("attributes.request.required#/attributes/[]", "attributes.request#/attributes/[]/definition"),
    of=Of((ROLE,), DECIDED, where=wrong_only_at("attributes", "definition")),
)
def an_attribute_has_a_definition(reply: Subject, check: Check) -> None:
    """An attribute without a `definition` that is a string is refused."""
    check.refused(reply)


@requirement(
    "attributes.request.categories",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites=("attributes.request#/attributes/[]/categories", "attributes.request#/filter_categories/[]/"),
    of=Of((ROLE,), DECIDED, where=wrong_only_at("attributes", "categories")),
)
def categories_are_known_words(reply: Subject, check: Check) -> None:
    """An attribute of a category that the document does not list is refused."""
    check.refused(reply)


@requirement(
    "attributes.request.filter-categories",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites="attributes.request#/filter_categories",
    of=Of((ROLE,), DECIDED, where=wrong_only_at("filter_categories")),
)
def filters_are_known_words(reply: Subject, check: Check) -> None:
    """A filter by a category that the document does not list is refused."""
    check.refused(reply)


@requirement(
    "attributes.request.assistant",
    SHOULD,
    basis=CORRECTION,
    claims=ROLE,
    cites="attributes.prose",
    of=Of((ROLE,), DECIDED, where=_nobody_to_score),
)
def without_an_assistant_message_there_is_nothing_to_score(reply: Subject, check: Check) -> None:
    """A conversation in which the assistant says nothing is refused."""
    check.refused(reply)


@requirement(
    "attributes.request.stream",
    SHOULD,
    basis=SCHEMA,
    claims=ROLE,
    cites="attributes.reply.content",
    of=Of((ROLE,), None, where=lambda answer: answer.request.get("/stream") is True),
)
def scores_are_not_streamed(reply: Subject, check: Check) -> None:
    """`stream: true` is ignored or refused: only JSON is documented here."""
    check.that(reply.media_type != EVENTS, JSON, reply.media_type, at="content-type")


@requirement(
    "attributes.reply.media-type",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites="attributes.reply.json",
    of=replies(ROLE, media=None, where=lambda answer: answer.request.get("/stream") in (None, False)),
)
def the_reply_is_json(reply: Subject, check: Check) -> None:
    """Scores come as `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@requirement(
    "attributes.reply.schema",
    MUST,
    basis=SCHEMA,
    claims=ROLE,
    cites="attributes.reply#",
    of=replies(ROLE),
)
def the_reply_is_a_chat_reply(reply: Subject, check: Check) -> None:
    """The reply is JSON that the document's schema of a chat reply allows."""
    check.valid(reply.body, reply.operation.reply_schema or "", reply.contract.layer("attributes.reply#"))


@requirement(
    "attributes.reply.corrected",
    SHOULD,
    basis=CORRECTION,
    claims=ROLE,
    cites="attributes.reply.example",
    of=replies(ROLE),
)
def the_reply_has_what_clients_need(reply: Subject, check: Check) -> None:
    """The reply has the members that the example shows and every client reads: also `id`, `object` and `created`."""
    check.valid(reply.body, reply.operation.reply_schema or "", "corrected")


@requirement(
    "attributes.reply.finish-reason",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites="attributes.reply.example#/choices/0/finish_reason",
    of=scored,
)
def scoring_comes_to_an_end(reply: Subject, check: Check) -> None:
    """A request without a cap is scored to the end: `finish_reason` is `stop`."""
    check.equal(reply.body.value("/choices/0/finish_reason"), "stop")


@requirement(
    "attributes.reply.created",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites="attributes.reply.example#/created",
    of=replies(ROLE),
)
def created_is_now(reply: Subject, check: Check) -> None:
    """`created` is the time of the reply in seconds since 1970, to the day."""
    created, now = reply.body.value("/created"), reply.exchange.began
    check.that(abs(created.number() - now) < DAY, f"about {now:.0f}", created)


@requirement(
    "attributes.reply.named",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites=("attributes.reply.example#/id", "attributes.reply.example#/model"),
    of=replies(ROLE),
)
def the_reply_and_its_model_have_names(reply: Subject, check: Check) -> None:
    """`id` and `model` are not empty."""
    for member in ("/id", "/model"):
        name = reply.body.value(member)
        check.that(name.raw != "", "a name", name)


@requirement(
    "attributes.reply.choices",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites="attributes.reply.example#/choices",
    of=scored,
)
def there_is_one_set_of_scores(reply: Subject, check: Check) -> None:
    """There is one choice, numbered 0."""
    check.equal([choice.value("/index").raw for choice in reply.choices], [0], at="/choices")


@requirement(
    "attributes.usage.completion",
    SHOULD,
    basis=EXAMPLE,
    claims=ROLE,
    cites="attributes.reply.example#/usage/completion_tokens",
    of=replies(ROLE),
)
def the_scores_are_counted(reply: Subject, check: Check) -> None:
    """`usage` has `completion_tokens`, as the example shows."""
    found = reply.body.object("/usage").get("/completion_tokens")
    check.that(found is not None, "a count", found, at="/usage/completion_tokens")


@requirement(
    "attributes.usage.total",
    MUST,
    basis=EXAMPLE,
    claims=ROLE,
    cites="attributes.reply.example#/usage",
    of=replies(ROLE),
)
def total_is_the_sum(reply: Subject, check: Check) -> None:
    """`usage.total_tokens` is `prompt_tokens` plus `completion_tokens`."""
    usage = reply.body.value("/usage")
    total = usage.integer("/prompt_tokens") + usage.integer("/completion_tokens")
    check.equal(usage.value("/total_tokens"), total)


@requirement(
    "attributes.prompt.disabled",
    SHOULD,
    basis=PROSE,
    claims=ROLE,
    cites="attributes.request#/disable_attributes_prompt",
    needs="attributes.prompt",
)
def without_its_prompt_the_request_is_shorter(replies: list[Subject], check: Check) -> None:
    """`disable_attributes_prompt: true` leaves the default prompt out: `prompt_tokens` gets smaller."""
    having, without = (reply.body.value("/usage/prompt_tokens") for reply in steps(replies, 2))
    check.that(without.integer() < having.integer(), f"less than {having.raw}", without)
