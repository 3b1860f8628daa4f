"""The vectors of embeddings: their encodings, their order, and that they say something. No model is needed to tell.

Two computations of one text may differ in the last bits, as a real engine batches them differently; so vectors are
compared by their cosine.
"""

from __future__ import annotations

import base64
import math
import struct

from inferproof.judge.check import Check
from inferproof.judge.requirement import CORRECTION, PROJECT, openai
from inferproof.judge.rules import Rules
from inferproof.judge.select import replies
from inferproof.judge.subject import Subject
from inferproof.judge.value import Missing, Skip, Value
from inferproof.requirements.embeddings import ROLE

SAME = 0.99
"""Vectors of one text have at least this cosine: bfloat16 and batching cost less than 0.001."""

MARGIN = 0.01
"""How much closer another text's vector must be before we say that two were swapped."""

Vector = tuple[float, ...]


def vector(item: Value) -> Vector:
    """An item's numbers; base64 is read as little-endian 32-bit floats. Raises Skip where it cannot be."""
    value = item.value("/embedding")
    return _decoded(value.raw) if isinstance(value.raw, str) else _numbers(value)


def _decoded(text: str) -> Vector:
    try:
        data = base64.b64decode(text, validate=True)
        return struct.unpack(f"<{len(data) // 4}f", data)
    except (ValueError, struct.error):  # ValueError: also for what is not ASCII
        raise Skip("not base64 of 32-bit floats") from None


def _numbers(value: Value) -> Vector:
    """All at once, since a vector has thousands of numbers."""
    if not isinstance(value.raw, list) or not all(isinstance(number, int | float) for number in value.raw):
        raise Missing("array of numbers", value.at)
    try:
        return tuple(map(float, value.raw))
    except OverflowError:
        raise Skip("a number that no float can hold") from None


def vectors(answer: Subject) -> list[Vector]:
    """The vectors of all items. Raises Skip."""
    return [vector(item) for item in answer.body.items("/data")]


def first_vector(answer: Subject) -> Vector:
    """Raises Skip."""
    return vector(answer.body.value("/data/0"))


def _asks_for_floats(answer: Subject) -> bool:
    encoding = "/encoding_format"
    return not answer.request.has(encoding) or answer.request.get(encoding) == "float"


def cosine(one: Vector, other: Vector) -> float:
    """0 where the lengths differ or a vector is zero, so that neither passes for likeness."""
    size = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / size if len(one) == len(other) and size else 0.0


FORMAT, VECTOR = "embeddings.request#/encoding_format", "embeddings.reply#/data/[]/embedding"
SIZE = "embeddings.request#/dimensions"

rules = Rules("embeddings", of=replies(ROLE), cites="embeddings.reply", claims=ROLE).with_notes(
    breaks="base64 of doubles or of big-endian floats, a batch whose padding changes its vectors.",
    reference="both encodings are the engine's own.",
)


@rules.must("encoding.float", openai("encoding_format", "embeddings"), FORMAT, VECTOR, where=_asks_for_floats)
def floats_are_numbers(reply: Subject, check: Check) -> None:
    """With `encoding_format: float`, the default, each `embedding` is a list of numbers."""
    for item in reply.body.items("/data"):
        embedding = item.value("/embedding")
        check.that(isinstance(embedding.raw, list), "numbers", embedding)


def _asks_for_base64(answer: Subject) -> bool:
    return bool(answer.request.get("/encoding_format") == "base64")


@rules.must("encoding.base64", openai("encoding_format", "embeddings"), FORMAT, VECTOR, where=_asks_for_base64)
def base64_is_a_string(reply: Subject, check: Check) -> None:
    """With `encoding_format: base64`, each `embedding` is a base64 string of whole 32-bit floats."""
    for item in reply.body.items("/data"):
        embedding = item.value("/embedding")
        check.that(isinstance(embedding.raw, str), "a string", embedding)
        try:
            vector(item)
        except Skip as skip:
            check.fail("base64 of 32-bit floats", skip.reason, at=embedding.at)


@rules.should("encoding.same", CORRECTION, VECTOR, needs="embeddings.encodings")
def both_encodings_say_the_same(replies: list[Subject], check: Check) -> None:
    """The base64 form, read as little-endian 32-bit floats, is the same vector as the float form."""
    first, *others = (first_vector(reply) for reply in replies)
    for other in others:
        check.equal(len(other), len(first), at="/data/0/embedding: length")
        likeness = cosine(first, other)
        check.that(likeness > SAME, f"a cosine above {SAME}", round(likeness, 4), at="/data/0/embedding")


@rules.must("order", openai("index", "embeddings"), ".prose", "#/data/[]/index", needs="embeddings.batch")
def items_are_in_the_order_of_inputs(replies: list[Subject], check: Check) -> None:
    """Each item is the embedding of the input at its `index`: it is not nearer to that of another input."""
    single = [first_vector(reply) for reply in replies[:-1]]
    for item in replies[-1].body.items("/data"):
        index = item.integer("/index")
        if not 0 <= index < len(single):
            raise Skip("an index that no input has")
        likeness = [round(cosine(vector(item), other), 4) for other in single]
        nearest = likeness.index(max(likeness))
        holds = max(likeness) - likeness[index] <= MARGIN
        check.that(holds, f"nearest to input {index}", f"nearest to input {nearest}", at=f"/data/{index}/embedding")


@rules.should("repeated", PROJECT, VECTOR, needs="embeddings.batch")
def a_text_has_one_vector(replies: list[Subject], check: Check) -> None:
    """A text has the same vector each time, alone or in a list."""
    for index, (reply, again) in enumerate(zip(replies, vectors(replies[-1]), strict=False)):
        likeness = cosine(first_vector(reply), again)
        check.that(likeness > SAME, f"a cosine above {SAME}", round(likeness, 4), at=f"/data/{index}/embedding")


@rules.should("distinct", PROJECT, VECTOR, needs="embeddings.batch")
def different_texts_have_different_vectors(replies: list[Subject], check: Check) -> None:
    """Different texts have different vectors, even if they differ only at their ends."""
    found = vectors(replies[-1])
    check.equal(len(set(found)), len(found), at="/data: different embeddings")


@rules.should("length", PROJECT, VECTOR, needs="embeddings.batch")
def vectors_have_one_length(replies: list[Subject], check: Check) -> None:
    """All vectors of one model have the same length."""
    lengths = {len(found) for reply in replies for found in vectors(reply)}
    check.that(len(lengths) == 1, "one length", sorted(lengths), at="/data: lengths")


@rules.should("finite", PROJECT, VECTOR)
def vectors_are_finite(reply: Subject, check: Check) -> None:
    """The numbers of a vector are finite."""
    for position, found in enumerate(vectors(reply)):
        odd = [str(number) for number in found if not math.isfinite(number)]
        check.that(not odd, "finite numbers", odd[:3], at=f"/data/{position}/embedding")


@rules.should("nonzero", PROJECT, VECTOR)
def vectors_are_not_zero(reply: Subject, check: Check) -> None:
    """A vector is not empty, and not all of its numbers are zero."""
    for position, found in enumerate(vectors(reply)):
        check.that(any(found), "a number other than 0", list(found[:3]), at=f"/data/{position}/embedding")


def _asks_for_dimensions(answer: Subject) -> bool:
    return isinstance(answer.request.get("/dimensions"), int)


@rules.should("dimensions", openai("dimensions", "embeddings"), SIZE, where=_asks_for_dimensions, claims=".dimensions")
def dimensions_are_obeyed(reply: Subject, check: Check) -> None:
    """A vector has as many numbers as `dimensions` asks for."""
    for position, found in enumerate(vectors(reply)):
        check.equal(len(found), reply.request.get("/dimensions"), at=f"/data/{position}/embedding: length")
