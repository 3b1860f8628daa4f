"""Attributes: scores of the last assistant message, as JSON text in an otherwise ordinary chat reply."""

from __future__ import annotations

from inferproof.judge.check import Check
from inferproof.judge.oracle import brings_an_extra_member, keyed, must_accept
from inferproof.judge.requirement import CORRECTION, EXAMPLE, PROSE, SCHEMA
from inferproof.judge.rules import Rules
from inferproof.judge.select import EVENTS, JSON, asked, decided, replies
from inferproof.judge.subject import Subject, steps
from inferproof.requirements.chat_reply import DAY
from inferproof.requirements.chat_request import asks_plainly

ROLE = "attributes"

OWN = frozenset({"attributes", "filter_categories", "disable_attributes_prompt"})
"""The members that this operation adds to a chat request."""


def good(answer: Subject) -> bool:
    """A request without trimmings: no stream, text only, no cap that might cut the scores short."""
    body = {name: value.raw for name, value in answer.request.members().items() if name not in OWN}
    cut = {"stream", "max_tokens", "max_completion_tokens"} & body.keys()
    return not cut and must_accept(answer) and asks_plainly(body)


def _nobody_to_score(answer: Subject) -> bool:
    """A good conversation, were it not that only the user speaks."""
    schema = answer.contract.schema(f"{ROLE}.request#/")
    valid = keyed(answer) and answer.contract.validator(schema, "published").decides(answer.request.raw)
    return valid and all(message.get("/role") == "user" for message in answer.request.items("/messages"))


scored = replies(ROLE, where=good)


rules = Rules("attributes", of=replies(ROLE), cites="attributes.reply", claims=ROLE).with_notes(
    breaks="a validator that takes any attribute, a stream where JSON is documented, a cap that cuts the scores.",
    reference="the front asks the model for JSON by a schema made of the attributes, and validates them first.",
)
requests = rules.part("request", of=decided(ROLE), cites="attributes.request")


@rules.must("offered", EXAMPLE, "attributes", of=asked(ROLE, where=good))
def the_operation_exists(reply: Subject, check: Check) -> None:
    """The attributes operation exists: a valid request does not get 404, 405 or 501."""
    check.offered(reply)


requests.must("accepted", PROSE, covers=".prose attributes.reply #/attributes/[]/example", where=good).accept(
    "A conversation with an assistant message is accepted; attributes, filter and prompt flag may be null or absent."
)

requests.must("extra-members", SCHEMA, ".open#", where=brings_an_extra_member).accept(
    "A request with a member that the document does not name is accepted."
)

requests.must("name", SCHEMA, ".required#/attributes/[]", "#/attributes/[]/name", wrong_at="attributes/name").refuse(
    "An attribute whose `name` is missing or not a string is rejected."
)

requests.must(
    "definition", SCHEMA, ".required#/attributes/[]", "#/attributes/[]/definition", wrong_at="attributes/definition"
).refuse("An attribute whose `definition` is missing or not a string is rejected.")

requests.must(
    "categories", SCHEMA, "#/attributes/[]/categories", "#/filter_categories/[]/", wrong_at="attributes/categories"
).refuse("An attribute with a category that the document does not list is rejected.")

requests.must("filter-categories", SCHEMA, "#/filter_categories", wrong_at="filter_categories").refuse(
    "A `filter_categories` with a category that the document does not list is rejected."
)

requests.should("assistant", CORRECTION, "attributes.prose", where=_nobody_to_score).refuse(
    "A conversation in which only the user speaks is rejected."
)


def _wants_a_stream(answer: Subject) -> bool:
    return answer.request.get("/stream") is True


@rules.should("request.stream", SCHEMA, ".content", of=asked(ROLE, where=_wants_a_stream))
def scores_are_not_streamed(reply: Subject, check: Check) -> None:
    """`stream: true` does not get an event stream, because only JSON is documented."""
    check.that(reply.media_type != EVENTS, JSON, reply.media_type, at="content-type")


def _wants_no_stream(answer: Subject) -> bool:
    return answer.request.get("/stream") in (None, False)


@rules.must("reply.media-type", SCHEMA, ".json", of=replies(ROLE, media=None, where=_wants_no_stream))
def the_reply_is_json(reply: Subject, check: Check) -> None:
    """The reply with the scores has the media type `application/json`."""
    check.equal(reply.media_type, JSON, at="content-type")


@rules.must("reply.schema", SCHEMA, "#")
def the_reply_is_a_chat_reply(reply: Subject, check: Check) -> None:
    """The reply is JSON that the document's schema of a chat reply allows."""
    check.valid(reply.body, reply.operation.reply_schema or "", reply.contract.layer("attributes.reply#"))


@rules.should("reply.corrected", CORRECTION, ".example")
def the_reply_has_what_clients_need(reply: Subject, check: Check) -> None:
    """The reply has the members that the example shows and clients read, such as `id`, `object` and `created`."""
    check.valid(reply.body, reply.operation.reply_schema or "", "corrected")


@rules.should("reply.finish-reason", EXAMPLE, ".example#/choices/0/finish_reason", of=scored)
def scoring_comes_to_an_end(reply: Subject, check: Check) -> None:
    """Without a cap on the tokens, `finish_reason` is `stop`."""
    check.equal(reply.body.value("/choices/0/finish_reason"), "stop")


@rules.should("reply.created", EXAMPLE, ".example#/created")
def created_is_now(reply: Subject, check: Check) -> None:
    """`created` is the time of the reply in seconds since 1970, within a day."""
    created, now = reply.body.value("/created"), reply.exchange.began
    check.that(abs(created.number() - now) < DAY, f"about {now:.0f}", created)


@rules.should("reply.named", EXAMPLE, ".example#/id", ".example#/model")
def the_reply_and_its_model_have_names(reply: Subject, check: Check) -> None:
    """`id` and `model` are not empty."""
    for member in ("/id", "/model"):
        name = reply.body.value(member)
        check.that(name.raw != "", "a name", name)


@rules.should("reply.choices", EXAMPLE, ".example#/choices", of=scored)
def there_is_one_set_of_scores(reply: Subject, check: Check) -> None:
    """There is one choice, with index 0."""
    check.equal([choice.value("/index").raw for choice in reply.choices], [0], at="/choices")


@rules.should("usage.completion", EXAMPLE, ".example#/usage/completion_tokens")
def the_scores_are_counted(reply: Subject, check: Check) -> None:
    """`usage` has `completion_tokens`, as the example shows."""
    found = reply.body.object("/usage").get("/completion_tokens")
    check.that(found is not None, "a count", found, at="/usage/completion_tokens")


@rules.must("usage.total", EXAMPLE, ".example#/usage")
def total_is_the_sum(reply: Subject, check: Check) -> None:
    """`usage.total_tokens` is `prompt_tokens` plus `completion_tokens`."""
    usage = reply.body.value("/usage")
    total = usage.integer("/prompt_tokens") + usage.integer("/completion_tokens")
    check.equal(usage.value("/total_tokens"), total)


@rules.should("prompt.disabled", PROSE, "attributes.request#/disable_attributes_prompt", needs="attributes.prompt")
def without_its_prompt_the_request_is_shorter(replies: list[Subject], check: Check) -> None:
    """`disable_attributes_prompt: true` removes the default prompt, so `prompt_tokens` is smaller."""
    having, without = (reply.body.value("/usage/prompt_tokens") for reply in steps(replies, 2))
    check.that(without.integer() < having.integer(), f"less than {having.raw}", without)
