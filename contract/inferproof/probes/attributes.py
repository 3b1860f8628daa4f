"""Probes of the attributes operation. None sends a cap, which might cut the scores short."""

from __future__ import annotations

from typing import Any

from inferproof.probes.probe import PlannedRequest, RequestBuilder, Steps, assistant, probe, user

TALK = (user("How do tides work?"), assistant("Look it up yourself."))

USEFUL = {
    "name": "Useful",
    "definition": "The answer helps the person.",
    "categories": ["Assistant"],
    "positive": True,
}
CURT = {"name": "Curt", "definition": "The answer is short and cold.", "categories": ["User", "EQ"], "positive": False}


def _ask(call: RequestBuilder, *messages: dict[str, Any], **members: Any) -> PlannedRequest:
    return call.chat(*(messages or TALK), role="attributes", max_tokens=None, **members)


@probe("attributes.example", claims="attributes", to=("attributes",))
def example(call: RequestBuilder) -> Steps:
    """The documented example."""
    yield from call.examples("attributes")


@probe("attributes.given", claims="attributes", to=("attributes",))
def given(call: RequestBuilder) -> Steps:
    """Two attributes of different categories, unfiltered, and then filtered by a category of the first."""
    yield _ask(call, attributes=[USEFUL, CURT])
    yield _ask(call, attributes=[USEFUL, CURT], filter_categories=["Assistant"])


@probe("attributes.default", claims="attributes", to=("attributes",))
def default(call: RequestBuilder) -> Steps:
    """No attributes of its own: absent, and null."""
    yield _ask(call)
    yield _ask(call, attributes=None, filter_categories=None, disable_attributes_prompt=None)


@probe("attributes.chat-members", claims="attributes", to=("attributes",))
def chat_members(call: RequestBuilder) -> Steps:
    """Members of a chat request, one that nobody knows, and an attribute with every member of its own."""
    full = {**CURT, "example": "No."}
    yield _ask(call, attributes=[full], temperature=0, seed=7, user="inferproof")
    yield _ask(call, attributes=[{"name": "Plain", "definition": "It is plain."}], inferproof_extra={"any": ["thing"]})


@probe("attributes.prompt", claims="attributes", to=("attributes",))
def prompt(call: RequestBuilder) -> Steps:
    """The same request with the default attributes prompt and without it."""
    yield _ask(call, attributes=[USEFUL], disable_attributes_prompt=False)
    yield _ask(call, attributes=[USEFUL], disable_attributes_prompt=True)


@probe("attributes.invalid", claims="attributes", to=("attributes",))
def invalid(call: RequestBuilder) -> Steps:
    """Attributes that lack what they need, and categories that nobody lists."""
    yield _ask(call, attributes=[{"definition": "It has no name."}])
    yield _ask(call, attributes=[{"name": {}, "definition": "Its name is an object."}])
    yield _ask(call, attributes=[{"name": "Undefined"}])
    yield _ask(call, attributes=[{**USEFUL, "categories": ["assistant"]}])
    yield _ask(call, attributes=[USEFUL], filter_categories=["Inferproof"])


@probe("attributes.nothing-to-score", claims="attributes", to=("attributes",))
def nothing_to_score(call: RequestBuilder) -> Steps:
    """A conversation in which only the user speaks."""
    yield _ask(call, user("How do tides work?"))


@probe("attributes.stream", claims="attributes", to=("attributes",))
def stream(call: RequestBuilder) -> Steps:
    """A request for a stream, which this operation does not offer."""
    yield _ask(call, attributes=[USEFUL], stream=True)
