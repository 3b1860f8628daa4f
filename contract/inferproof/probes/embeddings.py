"""Probes of embeddings: every form of input, both encodings, and one text again and again."""

from __future__ import annotations

from typing import Any

from inferproof.probes.probe import RequestBuilder, Steps, probe, user

ABOUT = "Each winter the ships of the old harbour lie side by side along the quay, and those who own them"

TEXTS = (
    "A lighthouse stands where the river meets the sea.",
    "灯台は河口に立つ 🗼",
    "金利が上がった 📈",
    f"{ABOUT} drink coffee in the town.",
    f"{ABOUT} trade in bitcoin from Zurich.",
)
"""The second and the third differ in nothing that ASCII has, the last two in nothing but their ends."""


@probe("embeddings.example", claims="embeddings", to=("embeddings",))
def example(call: RequestBuilder) -> Steps:
    """The documented example."""
    yield from call.examples("embeddings")


@probe("embeddings.batch", claims="embeddings", to=("embeddings",))
def batch(call: RequestBuilder) -> Steps:
    """Five texts, one by one and then all at once."""
    for text in TEXTS:
        yield call.embed(text)
    yield call.embed(list(TEXTS))


@probe("embeddings.encodings", claims="embeddings", to=("embeddings",))
def encodings(call: RequestBuilder) -> Steps:
    """One text in both encodings, and without a word about them."""
    yield call.embed(TEXTS[0], encoding_format="float")
    yield call.embed(TEXTS[0], encoding_format="base64")
    yield call.embed(TEXTS[0])


@probe("embeddings.several-base64", claims="embeddings", to=("embeddings",))
def several_base64(call: RequestBuilder) -> Steps:
    """Several texts in base64, in the way of OpenAI's client."""
    yield call.embed(list(TEXTS), encoding_format="base64", user="inferproof")


@probe("embeddings.token-ids", claims="embeddings.token-ids", to=("embeddings",))
def token_ids(call: RequestBuilder) -> Steps:
    """Token ids: one list, and a list of lists. Low ids are in every vocabulary."""
    yield call.embed([5, 6, 7])
    yield call.embed([[5, 6], [7, 8, 9]])


@probe("embeddings.messages", claims="embeddings.messages", to=("embeddings",))
def messages(call: RequestBuilder) -> Steps:
    """A conversation in place of a text."""
    body = {"model": call.embedding_model, "messages": [user("Why is the sea salty?")]}
    yield call.to("embeddings", body)
    yield call.to("embeddings", {**body, "additional_data": {"any": ["thing"]}})


@probe("embeddings.extra-member", claims="embeddings", to=("embeddings",))
def extra_member(call: RequestBuilder) -> Steps:
    """A member that no document names."""
    yield call.embed("hello", inferproof_extra={"any": ["thing"]})


@probe("embeddings.invalid-messages", claims="embeddings.messages", to=("embeddings",))
def invalid_messages(call: RequestBuilder) -> Steps:
    """A conversation with members of other types."""
    body = {"model": call.embedding_model, "messages": [user("Why is the sea salty?")]}
    wrong: dict[str, Any] = {
        "model": {},
        "dimensions": "many",
        "user": {},
        "truncate_prompt_tokens": -2,
        "add_special_tokens": "banana",
        "priority": 1.5,
    }
    for member, value in wrong.items():
        yield call.to("embeddings", {**body, member: value})


@probe("embeddings.dimensions", claims="embeddings.dimensions", to=("embeddings",))
def dimensions(call: RequestBuilder) -> Steps:
    """A vector of eight numbers, in both encodings."""
    yield call.embed("hello", dimensions=8)
    yield call.embed("hello", dimensions=8, encoding_format="base64")


@probe("embeddings.truncate", claims="engine.embeddings", to=("embeddings",))
def truncate(call: RequestBuilder) -> Steps:
    """A long text of which four tokens are to be read."""
    yield call.embed(" ".join(TEXTS), truncate_prompt_tokens=4)


@probe("embeddings.invalid", claims="embeddings", to=("embeddings",))
def invalid(call: RequestBuilder) -> Steps:
    """Inputs that are neither text nor token ids, and values outside their bounds."""
    wrong: tuple[Any, ...] = (7, {}, [{}], [1.5], None)
    for value in wrong:
        yield call.embed(value)
    yield call.embed("hello", encoding_format="hex")
    yield call.embed("hello", truncate_prompt_tokens=-2)
    yield call.to("embeddings", {"model": call.embedding_model})


@probe("embeddings.empty", claims="embeddings", to=("embeddings",))
def empty(call: RequestBuilder) -> Steps:
    """An empty text, and an empty list."""
    yield call.embed("")
    yield call.embed([])
